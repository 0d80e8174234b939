"""While a token is in memory, there is no core file, and other processes of the same user cannot read the memory. The run waits for the lock of the
credentials file, after it has read the configuration."""

import contextlib
import fcntl
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pytest

NOBODY = 65534
DEADLINE = 30
HARD = resource.getrlimit(resource.RLIMIT_CORE)[1]
SANITIZER = "handle_segv=0:handle_abort=0:detect_leaks=0:disable_coredump=0"
USER = {"user": NOBODY, "group": NOBODY, "extra_groups": []}


@pytest.fixture
def place(program):
    """A directory that another user may enter, with the program in it, since the build's own may be closed."""
    with tempfile.TemporaryDirectory(prefix="cargo-logout-") as name:
        folder = pathlib.Path(name)
        (folder / "home").mkdir()
        (folder / "home/credentials.toml").write_text('[registry]\ntoken = "cio-S3CRET"\n')
        shutil.copy(program, folder / "cargo-logout")
        for path in (folder, folder / "home", folder / "home/credentials.toml"):
            path.chmod(0o700 if path.is_dir() else 0o600)
            os.chown(path, NOBODY, NOBODY)
        yield folder


def start(place, *command, stdin=subprocess.DEVNULL):
    """Starts the program as the user `nobody`, with core files allowed."""
    env = {"HOME": str(place), "CARGO_HOME": str(place / "home"), "PATH": os.environ["PATH"], "ASAN_OPTIONS": SANITIZER}
    return subprocess.Popen(
        command or [place / "cargo-logout"], cwd=place, env=env, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (HARD, HARD)), **USER,
    )  # fmt: skip


@contextlib.contextmanager
def waiting(place):
    """A run that waits for another process's lock."""
    with (place / "home/credentials.toml").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with start(place) as process:
            assert b"Blocking" in process.stderr.readline()
            yield process
            process.kill()


def dumps_core(process, number):
    process.send_signal(number)
    _, status = os.waitpid(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == -number
    return os.WCOREDUMP(status)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGQUIT], ids=lambda number: number.name)
def test_no_core_file(place, number):
    with waiting(place) as process:
        assert not dumps_core(process, number)
    assert [path.name for path in place.iterdir() if "core" in path.name] == []


def test_another_program_would_leave_one(place):
    """So that the test above means something; where the machine writes no core file at all it cannot."""
    with start(place, "sh", "-c", "echo; exec sleep 60") as process:
        process.stdout.readline()
        if not dumps_core(process, signal.SIGABRT):
            pytest.skip("this machine writes no core files")


def test_memory_is_closed_to_its_own_user(place):
    """The files in /proc of such a process are root's."""
    with waiting(place) as process:
        memory = pathlib.Path(f"/proc/{process.pid}/mem")
        assert memory.stat().st_uid == 0
        look = subprocess.run([sys.executable, "-c", f"open('{memory}', 'rb')"], capture_output=True, check=False, **USER)
        assert b"PermissionError" in look.stderr


@pytest.mark.parametrize("words", [["cargo-logout-revoke"], ["cargo-credential-libsecret", "--cargo-plugin"]], ids=lambda words: words[0])
def test_memory_of_a_helper_is_closed(program, place, words):
    """While it waits for a request."""
    shutil.copy(program.with_name(words[0]), place)
    end = time.monotonic() + DEADLINE
    with start(place, place / words[0], *words[1:], stdin=subprocess.PIPE) as process:
        while pathlib.Path(f"/proc/{process.pid}/mem").stat().st_uid != 0:
            assert process.poll() is None and time.monotonic() < end
            time.sleep(0.01)
        process.kill()


def test_a_provider_is_as_it_would_be_without_us(place):
    """Providers do not inherit the protection of our memory."""
    seen = place / "seen"
    provider = place / "provider"
    provider.write_text(
        "#!/bin/sh\necho '{\"v\":[1]}'\nread -r line\n"
        f"{{ ulimit -c; stat -c %u /proc/$$/mem; id -u; }} >{seen}\necho '{{\"Err\":{{\"kind\":\"not-found\"}}}}'\n"
    )
    provider.chmod(0o755)
    (place / "home/config.toml").write_text(f'[registry]\ncredential-provider = ["{provider}"]\n')
    with start(place) as process:
        assert process.wait(DEADLINE) == 0
    limit, owner, user_id = seen.read_text().split()
    assert owner == user_id and (limit == "0") == (HARD == 0)
