"""Credential providers that do not exit, or not correctly: deadlines, signals, a terminal, and missing descriptors."""

import os
import resource
import signal
import subprocess
import time

import pytest

from desktop import Terminal
from plugin_provider import DONE, FAST, HELLO, SOON, gone, sanitized


# Where cargo hangs

HANGS = {
    "silent": ("exec sleep 60", "failed to read hello from credential provider"),
    "partial hello": ("printf '{\"v\":'; exec sleep 60", "failed to read hello from credential provider"),
    "stops itself": ("kill -STOP $$", "failed to read hello from credential provider"),
    "no answer": (f"echo '{HELLO.strip()}'; exec sleep 60", "failed to read response from credential provider"),
    "answer without newline": (f"echo '{HELLO.strip()}'; printf '{DONE.strip()}'; exec sleep 60", "failed to read response from credential provider"),
    "ignores every signal": (f"trap '' INT TERM HUP QUIT PIPE; echo '{HELLO.strip()}'; sleep 60; sleep 60", "failed to read response from credential provider"),
    "does not end": (f"echo '{HELLO.strip()}'; echo '{DONE.strip()}'; exec sleep 60", "credential process `PROV` did not exit after its answer"),
    "closes its output, does not end": (f"echo '{HELLO.strip()}'; echo '{DONE.strip()}'; exec sleep 60 >&-", "credential process `PROV` did not exit after its answer"),
}


@pytest.mark.parametrize("case", HANGS, ids=str)
def test_deadline(provider, case):
    text, message = HANGS[case]
    provider.sh(f"echo $$ > {provider.place}/pid\n{text}\n")
    status, out, _ = provider.ours(speed=FAST)
    assert status == 1
    assert out == [message.replace("PROV", str(provider.path)), "it took longer than 60 seconds"]
    assert gone(int((provider.place / "pid").read_text()))


def test_a_provider_that_cannot_be_killed_is_left(provider):
    """A provider that has become another user cannot be killed. The driver then exits with 3."""
    provider.sh(f"echo $$ > {provider.place}/pid; exec sleep 60")
    command = ["strace", "-qq", "-o", "/dev/null", "-e", "trace=kill", "-e", "inject=kill:error=EPERM", *provider.command(speed=FAST)]
    env = {**os.environ, **({"ASAN_OPTIONS": "detect_leaks=0"} if sanitized() else {})}
    out = provider.place / "out"
    with out.open("w") as file:  # a pipe would stay open: the provider is left
        run = subprocess.run(command, cwd=provider.place, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.DEVNULL, env=env, timeout=SOON, check=False)
    os.kill(int((provider.place / "pid").read_text()), signal.SIGKILL)
    assert (run.returncode, out.read_text().splitlines()[1]) == (3, "caused by: it took longer than 60 seconds")


def test_request_larger_than_a_pipe_unread(provider):
    provider.sh(f"echo '{HELLO.strip()}'; exec sleep 60")
    lines = provider.failure(args=("x" * 100_000,) * 3, speed=FAST)
    assert lines == ["failed to write to credential provider", "it took longer than 60 seconds"]


def test_request_larger_than_a_pipe_that_only_a_grandchild_has(provider):
    provider.sh(f"echo '{HELLO.strip()}'; exec 3<&0; sleep 60 <&3 >/dev/null 2>&1 & echo $! > {provider.place}/pid")
    assert provider.failure(args=("x" * 100_000,) * 3) == ["failed to write to credential provider", "Broken pipe (os error 32)"]
    os.kill(int((provider.place / "pid").read_text()), signal.SIGKILL)


@pytest.mark.parametrize("limit", ["hello", "response"])
def test_endless_line(provider, limit):
    start = f"echo '{HELLO.strip()}'; read -r line; " if limit == "response" else ""
    provider.sh(f"{start}head -c 1073741824 /dev/zero")
    memory = resource.RLIM_INFINITY if sanitized() else 32 << 20
    lines = provider.failure(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory)))
    assert lines == [f"failed to read {limit} from credential provider", "a line is longer than 1048576 bytes"]


@pytest.mark.parametrize("then", ["head -c 500000 /dev/zero", "exec yes"])
def test_much_after_the_answer(provider, then):
    """More than a pipe holds, or without an end. The provider must not wait for a reader."""
    provider.speaks(then=then)
    if then == "exec yes":
        assert provider.failure() == [f"credential process `{provider.path}` failed with status signal: 13 (SIGPIPE)"]
    else:
        assert provider.outcome() == "removed"


GRANDCHILD = "sleep 60 & echo $! > {place}/pid; "


@pytest.mark.parametrize(
    "text, lines",
    [
        ("%s", ["failed to deserialize hello", "EOF while parsing a value at line 1 column 0"]),
        ("echo '{\"v\":[1]}'; read -r line; echo '{\"Ok\":{\"kind\":\"logout\"}}'; %s", ["removed"]),
        ("echo '{\"v\":[1]}'; read -r line; %s printf '{\"Ok\":{\"kind\":\"logout\"}}'", ["removed"]),
    ],
    ids=["at once", "after the answer", "unfinished answer"],
)
def test_a_grandchild_that_keeps_the_pipes_open(provider, text, lines):
    provider.sh(text % GRANDCHILD.format(place=provider.place))
    assert provider.ours()[1] == lines
    os.kill(int((provider.place / "pid").read_text()), signal.SIGKILL)


# While we wait

NOTICE = "     Waiting for credential provider `prov …` (registry `mine`)\n"


def test_notice_is_given_once_and_the_talk_goes_on(provider):
    """The provider waits until it sees that the notice was given."""
    fifo = provider.place / "fifo"
    os.mkfifo(fifo)
    provider.sh(f"echo '{HELLO.strip()}'; read -r line; read -r go < {fifo}; echo '{DONE.strip()}'")
    process = provider.start(speed=20, stderr=subprocess.PIPE)
    assert process.stderr.readline().decode() == NOTICE
    fifo.write_text("go\n")
    out, err = process.communicate(timeout=SOON)
    assert (out, err, process.returncode) == (b"removed\n", b"", 0)


# Signals to us

WAITS = {
    "hello": "",
    "answer": f"echo '{HELLO.strip()}'; read -r line; ",
    "exit": f"echo '{HELLO.strip()}'; read -r line; echo '{DONE.strip()}'; ",
}


def started(provider, text, **options):
    """The driver, and the provider's pid once it has come to where it waits."""
    fifo = provider.place / "ready"
    os.mkfifo(fifo)
    provider.sh(text.replace("READY", f"echo $$ > {fifo}"))
    process = provider.start(start_new_session=True, **options)
    return process, int(fifo.read_text())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT], ids=lambda number: number.name)
@pytest.mark.parametrize("at", WAITS, ids=str)
def test_a_signal_to_the_group_ends_both(provider, number, at):
    process, pid = started(provider, WAITS[at] + "READY; exec sleep 60")
    os.killpg(process.pid, number)
    out, _ = process.communicate(timeout=SOON)
    assert process.returncode == -number
    assert gone(pid)
    assert out == b""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_to_us_alone_reaches_it_too(provider, number):
    process, pid = started(provider, f"trap 'echo cleaned > {provider.place}/mark; exit' {int(number)}; READY; sleep 60 & wait")
    process.send_signal(number)
    process.communicate(timeout=SOON)
    assert process.returncode == -number
    assert gone(pid)
    assert (provider.place / "mark").read_text() == "cleaned\n"


def test_ctrl_c_leaves_it_time_to_clean_up(provider):
    """It gets SIGINT once, by the terminal: a second one, from us, would cut its cleaning up short."""
    fifo = provider.place / "ready"
    os.mkfifo(fifo)
    provider.python(
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])\n"
        f"open({str(fifo)!r}, 'w').write(str(os.getpid()))\nsignal.sigwait([signal.SIGINT])\nopen({str(fifo)!r}, 'w').write('x')\n"
        "sys.stdin.read()\nagain = signal.sigtimedwait([signal.SIGINT], 0.2)\n"
        f"open({str(provider.place / 'mark')!r}, 'w').write('cut short' if again else 'cleaned')\n"
    )
    process = provider.start(start_new_session=True)
    # one after the other, so that two to the provider could not become one
    os.kill(int(fifo.read_text()), signal.SIGINT)
    fifo.read_text()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=SOON)
    assert process.returncode == -signal.SIGINT
    assert (provider.place / "mark").read_text() == "cleaned"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_one_that_ignores_it_is_killed(provider, number):
    process, pid = started(provider, "trap '' INT TERM; READY; sleep 60")
    os.killpg(process.pid, number)
    process.communicate(timeout=SOON)
    assert process.returncode == -number
    assert gone(pid)


# At a terminal


def at_terminal(provider, script, typed=None, speed=1, action="logout", ci=None):
    """Runs the driver in a session with a terminal; `typed` is a prompt and what is then typed or called."""
    provider.sh(script)
    with Terminal(*provider.command(speed=speed, action=action), cwd=provider.place, env=os.environ | ({"CI": ci} if ci else {})) as terminal:
        seen = ""
        for prompt, answer in [typed] if typed else []:
            seen += terminal.read_until(prompt)
            answer() if callable(answer) else terminal.type(answer)
        status, rest = terminal.wait()
    return status, seen + rest


def test_it_can_ask_a_person(provider):
    script = f"echo '{HELLO.strip()}'; read -r line; printf 'password: ' >/dev/tty; read -r word </dev/tty; [ $word = open ] && echo '{DONE.strip()}'"
    status, seen = at_terminal(provider, script, (b"password: ", b"open\n"))
    assert status == 0
    assert seen.endswith("removed\r\n")


def test_a_person_has_all_the_time(provider):
    """Ten minutes pass, and the provider is still waited for."""
    fifo = provider.place / "fifo"
    os.mkfifo(fifo)
    script = f"sleep 0.3; read -r go < {fifo}; echo '{HELLO.strip()}'; read -r line; echo '{DONE.strip()}'"
    status, seen = at_terminal(provider, script, (b"Waiting", lambda: fifo.write_text("go\n")), speed=10 * FAST)
    assert status == 0, seen
    assert seen.endswith("removed\r\n")


def test_no_person_reads_the_terminal_of_a_job(provider):
    status, seen = at_terminal(provider, "exec sleep 60", speed=FAST, ci="true")
    assert status == 1
    assert "it took longer than 60 seconds" in seen


def test_ctrl_c_while_it_asks(provider):
    script = f"echo $$ > {provider.place}/pid; echo '{HELLO.strip()}'; read -r line; printf 'password: ' >/dev/tty; read -r word </dev/tty"
    status, _ = at_terminal(provider, script, (b"password: ", b"\x03"))
    assert status == -signal.SIGINT
    assert gone(int((provider.place / "pid").read_text()))


# A verification, which nobody is asked for


def test_a_verification_has_no_terminal(provider):
    script = (
        f"echo '{HELLO.strip()}'; read -r line; if (: >/dev/tty) 2>/dev/null; then echo yes; else echo no; fi > {provider.place}/terminal\n"
        f"cut -d' ' -f6 /proc/$$/stat > {provider.place}/session; echo $$ >> {provider.place}/session; echo to a person >&2\n"
        "echo '{\"Err\":{\"kind\":\"not-found\"}}'"
    )
    status, seen = at_terminal(provider, script, action="verify")
    assert (status, seen) == (0, "not-found\r\n")
    assert (provider.place / "terminal").read_text() == "no\n"
    session, pid = (provider.place / "session").read_text().split()
    assert session == pid


def test_a_verification_has_20_seconds_at_a_terminal_too(provider):
    script = f"sleep 60 & echo $! > {provider.place}/pid; wait"
    status, seen = at_terminal(provider, script, speed=FAST, action="verify")
    assert status == 1
    assert "it took longer than 20 seconds" in seen
    end = time.monotonic() + SOON
    while not gone(int((provider.place / "pid").read_text())):  # its process group is killed
        assert time.monotonic() < end
        time.sleep(0.01)


def test_ctrl_c_ends_a_verification(provider):
    """The terminal's signal comes to us alone, and is passed on."""
    process, pid = started(provider, f"trap 'echo cleaned > {provider.place}/mark; exit' INT; READY; sleep 60 & wait", action="verify")
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=SOON)
    assert process.returncode == -signal.SIGINT
    assert gone(pid)
    assert (provider.place / "mark").read_text() == "cleaned\n"
