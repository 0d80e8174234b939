"""The lock: the program waits for it with cargo's message, and it counts only for the file that has the name."""

import contextlib
import fcntl
import signal
import subprocess

import pytest

import homes

WAITS = "    Blocking waiting for file lock on credentials' config file"
DONE = "has been removed"
BEFORE, AFTER = homes.credentials(1, 1)


@contextlib.contextmanager
def waiting(home, *options, how=fcntl.LOCK_EX, line=WAITS):
    """A run that waits for the lock, which is released at the end. Its other lines are in `home.said`."""
    with home.file.open("rb") as held:
        fcntl.flock(held, how)
        process = home.start(*home.command(*options))
        home.said = process.stderr.readline()
        while line and not home.said.endswith(line + "\n"):
            home.said += process.stderr.readline()
        yield process


@pytest.mark.parametrize("how", (fcntl.LOCK_EX, fcntl.LOCK_SH), ids=("exclusive", "shared"))
def test_says_that_it_waits(home, how):
    for options, line, said in (((), WAITS, ""), (("-vv",), f"{WAITS} ({home.file})", f"  Credential cargo:token logout {homes.ME}\n")):
        home.write(BEFORE)
        with waiting(home, *options, how=how, line=line) as process:
            assert home.said == f"{said}{line}\n"
            assert home.text() == BEFORE
        home.end(process)
        assert home.text() == AFTER


def test_waits_silently_when_quiet(home):
    home.write(BEFORE)
    with home.file.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        process = home.start(*home.command("-q"))
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.3)
        assert home.text() == BEFORE
    assert "Blocking" not in home.end(process)
    assert home.text() == AFTER


FAULTS = {
    "no UTF-8": (b'[registries.me]\ntoken = "\xff"\n', "stream did not contain valid UTF-8"),
    "no TOML": (b'[registries.me]\ntoken = "t\n', "could not parse TOML configuration in `"),
    "empty": (b"", None),
    "removed": (None, None),
}


@pytest.mark.parametrize("text, message", FAULTS.values(), ids=FAULTS)
def test_what_it_contains_under_the_lock_counts(home, text, message):
    home.write(BEFORE)
    with waiting(home) as process:
        if text is None:
            home.file.unlink()
        else:
            home.file.write_bytes(text)
    with process:
        said = process.stderr.read()
        assert process.wait(timeout=homes.TIME_LIMIT) == (101 if message else 0)
    assert DONE not in said and (message or "") in said
    assert (home.file.read_bytes() if home.file.exists() else None) == text


@pytest.mark.parametrize("number", (signal.SIGINT, signal.SIGTERM), ids=lambda number: number.name)
def test_a_signal_ends_the_wait(home, number):
    home.write(BEFORE, 0o640)
    with waiting(home) as process, process:
        process.send_signal(number)
        assert process.wait(timeout=homes.TIME_LIMIT) == -number
    assert (home.text(), home.mode()) == (BEFORE, 0o640)
