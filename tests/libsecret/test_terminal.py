"""With a terminal: the token is asked for in cargo's words and not shown, and a person may be asked to unlock."""

import signal
import subprocess
import termios
import time

import pytest

from desktop import SECONDS, Terminal, request
from test_keyring import LOGGED_IN, LOGGED_OUT, URL, failed, token

UNREADABLE = "failed to read the token from the terminal"


class ProviderTerminal(Terminal):
    """A provider that has a terminal; cargo's pipes are pipes, as ever."""

    def __init__(self, desktop, *command):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        super().__init__(desktop, *(command or [desktop.helper]), "--cargo-plugin", **pipes)
        assert self.child.stdout.readline() == b'{"v":[1]}\n'

    def send(self, message):
        self.desktop.send(self.child, message)

    def answer(self):
        return self.desktop.answer(self.child)

    def close(self):
        if self.child.poll() is None:
            self.desktop.finish(self.child)
        super().close()


@pytest.fixture
def terminal(desktop):
    terminal = ProviderTerminal(desktop)
    yield terminal
    terminal.close()


@pytest.fixture
def keyring_terminal(keyring):
    terminal = ProviderTerminal(keyring)
    yield terminal
    terminal.close()


@pytest.mark.parametrize(
    "fields, question",
    [
        ({"login-url": "https://example.com/me"}, "please paste the token found on https://example.com/me below"),
        ({}, "please paste the token for corp below"),
        ({"name": None}, f"please paste the token for {URL} below"),
    ],
)
def test_asks_in_cargos_words_and_shows_nothing(keyring_terminal, fields, question):
    terminal = keyring_terminal
    terminal.send(request("login", **fields))
    assert terminal.read_until(b"below\r\n") == f"{question}\r\n"
    assert not terminal.echoes()
    terminal.type(b" \t typed-token \n")
    assert terminal.answer() == LOGGED_IN
    assert terminal.echoes()
    assert terminal.read_until(b"\n") == "\r\n"
    terminal.send(request("get"))
    assert terminal.answer() == token("typed-token")


def test_empty_line_is_refused(terminal):
    terminal.send(request("login"))
    terminal.read_until(b"below\r\n")
    terminal.type(b"  \n")
    assert terminal.answer() == failed("store", "please provide a non-empty token")


def test_end_of_input_is_an_empty_line(terminal):
    terminal.send(request("login"))
    terminal.read_until(b"below\r\n")
    terminal.type(b"\x04")
    assert terminal.answer() == failed("store", "please provide a non-empty token")


def test_a_line_has_a_limit(terminal):
    """In canonical mode the kernel has a lower one; here the terminal was left without it."""
    mode = termios.tcgetattr(terminal.theirs)
    mode[3] &= ~termios.ICANON
    termios.tcsetattr(terminal.theirs, termios.TCSANOW, mode)
    terminal.send(request("login"))
    terminal.read_until(b"below\r\n")
    terminal.type(b"x" * (64 * 1024 + 1))
    assert terminal.answer() == failed("store", UNREADABLE, "the line is longer than 65536 bytes")
    assert terminal.echoes()


def test_an_interrupted_wait_goes_on(desktop):
    terminal = ProviderTerminal(desktop, *desktop.traced("poll:error=EINTR:when=1"))
    terminal.send(request("login"))
    terminal.read_until(b"below\r\n")
    terminal.type(b"\n")
    assert terminal.answer() == failed("store", "please provide a non-empty token")
    terminal.close()


@pytest.mark.parametrize(
    "fault, why",
    [
        ("signalfd4:error=EMFILE", "Too many open files (os error 24)"),
        ("ioctl:error=EIO:when=1", "Input/output error (os error 5)"),
        ("poll:error=ENOMEM:when=1", "Cannot allocate memory (os error 12)"),
    ],
)
def test_a_terminal_that_cannot_be_asked(desktop, fault, why):
    terminal = ProviderTerminal(desktop, *desktop.traced(fault))
    terminal.send(request("login"))
    assert terminal.answer() == failed("store", UNREADABLE, why)
    assert terminal.echoes()
    terminal.close()


def test_a_terminal_that_fails_while_it_is_read(desktop):
    terminal = ProviderTerminal(desktop, *desktop.traced("read:error=EIO", path="/dev/tty"))
    terminal.send(request("login"))
    terminal.read_until(b"below\r\n")
    terminal.type(b"\n")
    assert terminal.answer() == failed("store", UNREADABLE, "Input/output error (os error 5)")
    assert terminal.echoes()
    terminal.close()


@pytest.mark.parametrize("key, number", [(b"\x03", signal.SIGINT), (b"\x1c", signal.SIGQUIT)])
def test_a_signal_ends_it_and_the_terminal_shows_again(terminal, key, number):
    terminal.send(request("login"))
    terminal.read_until(b"below\r\n")
    assert not terminal.echoes()
    terminal.type(b"half a tok" + key)
    assert terminal.child.wait(SECONDS) == -number
    assert terminal.echoes()


def test_a_signal_from_elsewhere_too(terminal):
    terminal.send(request("login"))
    terminal.read_until(b"below\r\n")
    terminal.child.terminate()
    assert terminal.child.wait(SECONDS) == -signal.SIGTERM
    assert terminal.echoes()


def test_without_a_terminal_nothing_is_asked(keyring):
    assert keyring.ask(request("login")) == failed(
        "store", "no token was given, and there is no terminal to ask for one"
    )


def test_a_person_at_the_terminal_may_unlock(bus):
    bus.start_mock("locked,unlock-prompt", items=2)
    terminal = ProviderTerminal(bus)
    terminal.send(request("logout"))
    assert terminal.answer() == LOGGED_OUT
    terminal.close()


def test_ctrl_c_while_a_person_is_asked(bus):
    mock = bus.start_mock("locked,unlock-ignored")
    terminal = ProviderTerminal(bus)
    terminal.send(request("logout"))
    while b"Prompt" not in mock.stdout.readline():
        pass
    time.sleep(0.1)
    terminal.type(b"\x03")
    assert terminal.child.wait(SECONDS) == -signal.SIGINT
    terminal.close()


def test_locked_keyring_that_has_no_way_to_ask(keyring):
    """gnome-keyring without its prompter: a terminal alone does not make it wait."""
    keyring.ask(request("login", token="t-1"))
    keyring.lock()
    terminal = ProviderTerminal(keyring)
    terminal.send(request("logout"))
    answer = terminal.answer()
    assert answer["Err"]["message"] == "failed to erase token"
    assert answer["Err"]["caused-by"][0] == "the keyring is locked"
    terminal.close()
