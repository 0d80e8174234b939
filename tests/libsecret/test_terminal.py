"""With a terminal: the program asks for the token in cargo's words without showing it, and can ask a person to unlock the keyring."""

import os
import pathlib
import signal
import subprocess

import pytest

from desktop import SECONDS, Terminal, request
from test_keyring import LOGGED_IN, LOGGED_OUT, URL, failed, token

class ProviderTerminal(Terminal):
    """A provider with a terminal. Its pipes to cargo are still pipes."""

    def __init__(self, desktop, *command):
        super().__init__(*(command or [desktop.helper]), "--cargo-plugin", env=desktop.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.desktop = desktop
        assert self.child.stdout.readline() == b'{"v":[1]}\n'

    def send(self, message):
        self.desktop.send(self.child, message)

    def question(self):
        """Waits until it was asked and the answer is awaited: readpassphrase() notices a signal only from then on."""
        text = self.read_until(b"below\r\n")
        stat = pathlib.Path(f"/proc/{os.tcgetpgrp(self.ours)}/stat")
        self.desktop.wait_until(lambda: ") S " in stat.read_text())
        return text

    def answer(self):
        return self.desktop.answer(self.child)


@pytest.fixture
def terminal(desktop):
    with ProviderTerminal(desktop) as terminal:
        yield terminal


@pytest.mark.parametrize(
    "fields, question",
    [
        ({"login-url": "https://example.com/me"}, "please paste the token found on https://example.com/me below"),
        ({}, "please paste the token for corp below"),
        ({"name": None}, f"please paste the token for {URL} below"),
    ],
)
def test_asks_in_cargos_words_and_shows_nothing(keyring, fields, question):
    with ProviderTerminal(keyring) as terminal:
        terminal.send(request("login", **fields))
        assert terminal.question() == f"{question}\r\n"
        assert not terminal.echoes()
        terminal.type(b" \t typed-token \n")
        assert terminal.answer() == LOGGED_IN
        assert terminal.echoes()
        assert terminal.read_until(b"\n") == "\r\n"
    assert keyring.ask(request("get")) == token("typed-token")


@pytest.mark.parametrize("typed", [b"  \n", b"\x04"], ids=["blank", "end of input"])
def test_empty_line_is_refused(terminal, typed):
    terminal.send(request("login"))
    terminal.question()
    terminal.type(typed)
    assert terminal.answer() == failed("store", "please provide a non-empty token")


def test_ctrl_z_shows_the_terminal_again_and_the_question_is_repeated(desktop):
    """A shell with job control starts it, and continues when it is stopped."""
    job = '"$0" "$@"; echo stopped >/dev/tty; read -r line </dev/tty; fg >/dev/tty'
    with ProviderTerminal(desktop, "bash", "-m", "-c", job, desktop.helper) as terminal:
        terminal.send(request("login"))
        terminal.question()
        terminal.type(b"half a tok\x1a")
        terminal.read_until(b"stopped\r\n")
        assert terminal.echoes()
        terminal.type(b"\n")
        terminal.question()
        assert not terminal.echoes()
        terminal.type(b"\n")
        assert terminal.answer() == failed("store", "please provide a non-empty token")


@pytest.mark.parametrize("key, number", [(b"\x03", signal.SIGINT), (b"\x1c", signal.SIGQUIT), (b"", signal.SIGTERM)])
def test_a_signal_ends_it_and_the_terminal_shows_again(terminal, key, number):
    terminal.send(request("login"))
    terminal.question()
    assert not terminal.echoes()
    terminal.type(b"half a tok" + key)
    if not key:
        terminal.child.terminate()
    assert terminal.child.wait(SECONDS) == -number
    assert terminal.echoes()


def test_without_a_terminal_nothing_is_asked(keyring):
    assert keyring.ask(request("login")) == failed("store", "no token was given, and there is no terminal to ask for one")


def test_a_person_at_the_terminal_may_unlock(bus):
    bus.start_mock("locked,unlock-prompt", items=2)
    with ProviderTerminal(bus) as terminal:
        terminal.send(request("logout"))
        assert terminal.answer() == LOGGED_OUT


def test_ctrl_c_while_a_person_is_asked(bus):
    mock = bus.start_mock("locked,unlock-ignored")
    with ProviderTerminal(bus) as terminal:
        terminal.send(request("logout"))
        while b"Prompt" not in mock.stdout.readline():
            pass
        terminal.type(b"\x03")
        assert terminal.child.wait(SECONDS) == -signal.SIGINT
