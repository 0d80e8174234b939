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

import pytest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
NOBODY = 65534
SECRET = "cio-" + "7Qx" * 12
DEADLINE = 30


@pytest.fixture
def place():
    """A directory that another user may enter, with the program in it, since the build's own may be closed."""
    program = pathlib.Path(os.environ.get("CARGO_LOGOUT", PROJECT / "build/cargo-logout"))
    if not os.access(program, os.X_OK):
        pytest.fail(f"{program} is not built: run ./run, or set CARGO_LOGOUT", pytrace=False)
    with tempfile.TemporaryDirectory(prefix="cargo-logout-") as name:
        folder = pathlib.Path(name)
        (folder / "home").mkdir()
        (folder / "home/credentials.toml").write_text(f'[registry]\ntoken = "{SECRET}"\n')
        shutil.copy(program, folder / "cargo-logout")
        for path in (folder, folder / "home", folder / "home/credentials.toml"):
            path.chmod(0o700 if path.is_dir() else 0o600)
            if os.getuid() == 0:
                os.chown(path, NOBODY, NOBODY)
        yield folder


# in a child only: a limit of our own would be that of all other tests' programs too
HARD = resource.getrlimit(resource.RLIMIT_CORE)[1]


def core_files_allowed():
    resource.setrlimit(resource.RLIMIT_CORE, (HARD, HARD))


@contextlib.contextmanager
def waiting(place):
    """A run that waits for another process's lock, as the user nobody if the tests run as root."""
    env = {"HOME": str(place), "CARGO_HOME": str(place / "home"), "PATH": os.environ["PATH"]}
    env["ASAN_OPTIONS"] = "handle_segv=0:handle_abort=0:detect_leaks=0:disable_coredump=0"
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
    with (place / "home/credentials.toml").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        process = subprocess.Popen(
            [place / "cargo-logout"], cwd=place, env=env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=core_files_allowed, **user
        )
        try:
            assert b"Blocking" in process.stderr.readline()
            yield process
        finally:
            process.kill()
            process.wait(DEADLINE)
            process.stderr.close()


def dumps_core(process, number):
    process.send_signal(number)
    _, status = os.waitpid(process.pid, 0)
    process.returncode = status
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == number
    return os.WCOREDUMP(status)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGQUIT], ids=lambda number: number.name)
def test_no_core_file(place, number):
    with waiting(place) as process:
        assert not dumps_core(process, number)
    assert [path.name for path in place.iterdir() if "core" in path.name] == []


def test_another_program_would_leave_one(place):
    """So that the test above means something; where the machine writes no core file at all it cannot."""
    code = "import sys; print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], cwd=place, stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=core_files_allowed) as process:
        process.stdout.readline()
        if not dumps_core(process, signal.SIGABRT):
            pytest.skip("this machine writes no core files")


def test_memory_is_closed_to_its_own_user(place):
    """The files in /proc of such a process are root's."""
    if os.getuid() != 0:
        pytest.skip("only root can run it as another user")
    with waiting(place) as process:
        proc = pathlib.Path("/proc") / str(process.pid)
        assert f"Uid:\t{NOBODY}" in (proc / "status").read_text()
        assert (proc / "mem").stat().st_uid == 0
        script = f"open('{proc}/mem', 'rb')"
        look = subprocess.run([sys.executable, "-c", script], user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True, check=False)
        assert b"PermissionError" in look.stderr


def test_a_provider_is_as_it_would_be_without_us(place):
    """Providers do not inherit the protection of our memory."""
    seen = place / "seen"
    provider = place / "provider"
    provider.write_text(
        "#!/bin/sh\necho '{\"v\":[1]}'\nread -r line\n"
        f"{{ ulimit -c; stat -c %u /proc/$$/mem; id -u; }} >{seen}\necho '{{\"Err\":{{\"kind\":\"not-found\"}}}}'\n"
    )
    provider.chmod(0o755)
    seen.touch()
    seen.chmod(0o666)
    (place / "home/config.toml").write_text(f'[registry]\ncredential-provider = ["{provider}"]\n')
    env = {"HOME": str(place), "CARGO_HOME": str(place / "home"), "PATH": os.environ["PATH"], "ASAN_OPTIONS": "detect_leaks=0:disable_coredump=0"}
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
    subprocess.run([place / "cargo-logout"], cwd=place, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE, check=True, preexec_fn=core_files_allowed, **user)
    limit, owner, user_id = seen.read_text().split()
    assert owner == user_id and (limit == "0") == (HARD == 0)
