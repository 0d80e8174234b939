"""The lock: the program waits for it with cargo's message, and it counts only for the file that has the name."""

import fcntl
import os
import signal
import subprocess

import pytest

import homes
import scenarios

WAITS = "    Blocking waiting for file lock on credentials' config file"


@pytest.mark.parametrize("how", (fcntl.LOCK_EX, fcntl.LOCK_SH), ids=("exclusive", "shared"))
def test_says_that_it_waits(home, how):
    before, after = homes.credentials(1, 1)
    for option, line in ((None, WAITS), ("-vv", f"{WAITS} ({home.file})")):
        home.write(before)
        with open(home.file, "rb") as held:
            fcntl.flock(held, how)
            process = home.start(home.command(*[option] if option else []))
            said = process.stderr.readline()
            if option:
                assert said == f"  Credential cargo:token logout {homes.ME}\n"
                said = process.stderr.readline()
            assert said == line + "\n"
            assert home.text() == before
        with process:
            assert process.wait(timeout=homes.TIME_LIMIT) == 0
        assert home.text() == after


def test_waits_silently_when_quiet(home):
    before, after = homes.credentials(1, 1)
    home.write(before)
    with open(home.file, "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        process = home.start(home.command("-q"))
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.3)
        assert home.text() == before
    with process:
        assert "Blocking" not in process.stderr.read()
        assert process.wait(timeout=homes.TIME_LIMIT) == 0
    assert home.text() == after


def test_a_file_put_in_place_meanwhile_is_the_one(home):
    """An editor saves by renaming a new file over the old one."""
    before, after = homes.credentials(3, 3)
    home.write(homes.credentials(1, 1)[0])
    with open(home.file, "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        process = home.start(home.command())
        process.stderr.readline()
        saved = home.dir / "saved"
        saved.write_text(before)
        os.rename(saved, home.file)
    with process:
        assert process.wait(timeout=homes.TIME_LIMIT) == 0
    assert home.text() == after


def test_a_file_taken_away_meanwhile_stays_away(home):
    home.write(homes.credentials(1, 1)[0])
    with open(home.file, "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        process = home.start(home.command())
        process.stderr.readline()
        home.file.unlink()
    with process:
        said = process.stderr.read()
        assert process.wait(timeout=homes.TIME_LIMIT) == 0
    assert "has been removed" not in said
    assert not home.file.exists()


@pytest.mark.parametrize("number", (signal.SIGINT, signal.SIGTERM), ids=lambda number: number.name)
def test_a_signal_ends_the_wait(home, number):
    before, _ = homes.credentials(1, 1)
    home.write(before, 0o640)
    with open(home.file, "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        process = home.start(home.command())
        process.stderr.readline()
        process.send_signal(number)
        with process:
            assert process.wait(timeout=homes.TIME_LIMIT) == -number
    assert (home.text(), home.mode()) == (before, 0o640)


def test_a_signal_ends_the_wait_after_a_revocation(tmp_path, program):
    """Signals are held back then, so the result for the token is reported before a signal acts."""
    world = scenarios.revoke(tmp_path / "world", program)
    world.reset()
    path = world.home / "credentials.toml"
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        process = subprocess.Popen(world.command(), env=world.env, cwd=world.root, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        line = ""
        while WAITS not in line:
            line = process.stderr.readline()
            assert line
        process.send_signal(signal.SIGINT)
        with process:
            said = process.stderr.read()
            assert process.wait(timeout=homes.TIME_LIMIT) == -signal.SIGINT
    assert "interrupted by a signal" in said and "has been revoked" in said
    assert path.read_text() == world.files[path].old and world.store.read_text() == ""
