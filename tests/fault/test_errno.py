"""Each system call of an edit fails with each errno: the file stays valid, and the message has the reason."""

import errno as errnos
import re
import resource
import signal
import subprocess

import pytest

import homes
import test_kill

FILES = {
    "small": homes.credentials(2, 2),
    "large": homes.credentials(100, 100),
    "crossing": (homes.crossing(homes.credentials(60, 60)[0]),) * 2,
}
LAYER = "error: credential provider `cargo:token` failed action `logout`\n\nCaused by:\n  "
CALLS = ("openat", "flock", "pread64", "pwrite64", "fdatasync", "fsync")


def final(kind):
    before, after = FILES[kind]
    return after if kind == "small" else test_kill.blanked(before)


def inject(home, kind, what, mode):
    """(result, what is left) of a run with one fault; the file is good and a second run completes it."""
    before, after = FILES[kind]
    home.write(before, mode)
    result = home.strace("-e", f"inject={what}")
    left = home.text()
    test_kill.check_left(left, before, after)
    assert homes.SECRET not in result.stderr
    again = home.run()
    assert again.returncode == 0, again.stderr
    assert home.text() == (left if homes.token(left) is None else final(kind))
    return result, left


@pytest.mark.parametrize("errno, mode", (("EIO", 0o600), ("ENOSPC", 0o644), ("EDQUOT", 0o600), ("EROFS", 0o644)))
@pytest.mark.parametrize("kind", FILES)
def test_a_failing_call_is_told_and_harmless(home, kind, errno, mode):
    home.write(FILES[kind][0], mode)
    for name, nth in home.calls():
        if name not in CALLS:
            continue
        result, left = inject(home, kind, f"{name}:error={errno}:when={nth}", mode)
        if result.returncode == 0:  # another name of the file, or opened for reading only
            assert homes.token(left) is None
            continue
        assert result.returncode == 101
        assert LAYER in result.stderr
        assert f"(os error {getattr(errnos, errno)})" in result.stderr
        assert str(home.dir / "credentials") in result.stderr


@pytest.mark.parametrize("kind", FILES)
def test_an_interrupted_call_is_made_again(home, kind):
    home.write(FILES[kind][0], 0o644)
    for name, nth in home.calls():
        if name in ("flock", "pread64", "pwrite64", "fsync", "fchmod", "ftruncate"):
            result, left = inject(home, kind, f"{name}:error=EINTR:when={nth}", 0o644)
            assert result.returncode == 0, result.stderr
            assert left == final(kind)
            assert "warning" not in result.stderr


@pytest.mark.parametrize("error", ("EPERM", "EROFS", "EOPNOTSUPP"))
def test_a_mode_that_cannot_be_set_is_a_warning(home, error):
    result, left = inject(home, "small", f"fchmod:error={error}", 0o644)
    assert result.returncode == 0
    assert left == final("small")
    assert f"warning: failed to set permissions of `{home.file}`: " in result.stderr
    assert test_kill.DONE in result.stderr


def test_a_length_that_cannot_be_set_is_a_warning(home):
    result, left = inject(home, "small", "ftruncate:error=EIO", 0o600)
    assert result.returncode == 0
    assert left == final("small") + "\n" * len(homes.PAIR)
    assert "warning: failed to remove the blank lines at the end of" in result.stderr


@pytest.mark.parametrize("error", ("ENOSYS", "EOPNOTSUPP"))
def test_a_file_system_without_locks(home, error):
    result, left = inject(home, "small", f"flock:error={error}", 0o600)
    assert result.returncode == 0
    assert left == final("small")


def test_nfs_is_not_locked(home):
    """What fstatfs says is that of NFS; flock is known to hang there."""
    home.write(FILES["small"][0])
    poke = "fstatfs:poke_exit=@arg2=69690000"  # NFS_SUPER_MAGIC, little endian
    result = home.strace("-e", f"inject={poke}")
    assert result.returncode == 0
    assert home.text() == final("small")
    assert "flock(" not in (home.root / "strace").read_text()


@pytest.mark.parametrize("short", (0, 1, 7))
@pytest.mark.parametrize("kind", FILES)
def test_a_short_write_is_an_error(home, kind, short):
    result, left = inject(home, kind, f"pwrite64:retval={short}", 0o600)
    assert result.returncode == 101
    assert re.search(rf"only {short} of \d+ bytes could be written", result.stderr)
    assert left == FILES[kind][0]


@pytest.mark.parametrize("room, reason", ((20, "only 20 of "), (0, "File too large (os error 27)")))
def test_a_limit_on_the_size_of_files(home, room, reason):
    """The kernel writes only a part, or writes nothing and sends SIGXFSZ."""
    before, _ = FILES["small"]

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        at = before.index(homes.PAIR) + room
        resource.setrlimit(resource.RLIMIT_FSIZE, (at, at))

    home.write(before, 0o640)
    result = home.run(preexec_fn=limit)
    assert result.returncode == 101
    assert reason in result.stderr
    assert (home.text(), home.mode()) == (before, 0o640)


def test_a_full_disk_behind_standard_error(home):
    home.write(FILES["small"][0])
    with open("/dev/full", "w", encoding="utf-8") as full:
        result = subprocess.run(home.command(), env=home.env(), stderr=full, check=False, timeout=homes.TIME_LIMIT)
    assert result.returncode == 0
    assert home.text() == final("small")


def test_a_write_that_did_not_take_place_is_noticed(home):
    before, _ = FILES["small"]
    length = len(before) - before.index(homes.PAIR)
    result, left = inject(home, "small", f"pwrite64:retval={length}", 0o600)
    assert result.returncode == 101
    assert "the file does not contain what was written" in result.stderr
    assert left == before
