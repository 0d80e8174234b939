"""The result and the message of a system call that fails, and of limits that have no errno. test_sweep.py has every fault, without the messages."""

import resource
import signal

import pytest

import homes

FILES = {"small": homes.credentials(2, 2), "large": homes.credentials(100, 100)}
DONE = "has been removed"
LAYER = "error: credential provider `cargo:token` failed action `logout`\n\nCaused by:\n  "
PERMISSIONS = "warning: failed to set permissions of `{}`: "
BLANK_LINES = "warning: failed to remove the blank lines at the end of "
NFS = "fstatfs:poke_exit=@arg2=69690000"  # NFS_SUPER_MAGIC, little endian
LENGTH = len(FILES["small"][0]) - FILES["small"][0].index(homes.PAIR)


STATES = {
    "small": {"old": FILES["small"][0], "cut": FILES["small"][1], "blank lines": FILES["small"][1] + "\n" * len(homes.PAIR)},
    "large": {"old": FILES["large"][0], "cut": homes.blanked(FILES["large"][0]), "blank lines": homes.blanked(FILES["large"][0])},
}

# The call that fails, the messages, and the state of the file after it.
CASES = [
    *((f"pwrite64:error={name}", (LAYER, text, "{}"), "old") for name, text in (("EIO", "os error 5"), ("ENOSPC", "os error 28"), ("EDQUOT", "os error 122"))),
    *((f"fdatasync:error={name}", (LAYER, text, "{}"), "blank lines") for name, text in (("EIO", "os error 5"), ("EROFS", "os error 30"))),
    ("flock:error=EIO", ("failed to lock file: {}", "os error 5"), "old"),
    ("pwrite64:error=EINTR:when=1", (), "cut"),
    ("flock:error=EINTR:when=1", (), "cut"),
    ("flock:error=ENOSYS", (), "cut"),
    ("flock:error=EOPNOTSUPP", (), "cut"),
    *((f"fchmod:error={name}", (PERMISSIONS,), "cut") for name in ("EPERM", "EROFS", "EOPNOTSUPP")),
    ("fchmod:error=EINTR:when=1", (), "cut"),
    (NFS, (), "cut"),  # flock() can hang there
]
SMALL_CASES = [  # a large file keeps its length
    ("ftruncate:error=EIO", (BLANK_LINES,), "blank lines"),
    ("ftruncate:error=EINTR:when=1", (), "cut"),
    *((f"pwrite64:retval={short}", (LAYER, f"only {short} of "), "old") for short in (0, 1, 7)),
    (f"pwrite64:retval={LENGTH}", (LAYER, "the file does not contain what was written"), "old"),
]


@pytest.mark.parametrize(
    "kind, what, messages, left", [(kind, *case) for kind in FILES for case in CASES] + [("small", *case) for case in SMALL_CASES], ids=str
)
def test_a_failing_call_is_told_and_harmless(home, kind, what, messages, left):
    home.write(FILES[kind][0], 0o644)
    result = home.strace("-e", f"inject={what}")
    assert home.text() == STATES[kind][left]
    assert result.returncode == (101 if LAYER in result.stderr else 0)
    assert (DONE in result.stderr) == (result.returncode == 0)
    for message in messages:
        assert message.format(home.file) in result.stderr
    assert messages or "warning" not in result.stderr
    assert homes.SECRET not in result.stderr
    assert what != NFS or "flock(" not in (home.root / "strace").read_text()
    again = home.run()
    assert again.returncode == 0 and homes.token(home.text()) is None, again.stderr


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
