"""The credentials file with two names and of various types, and on file systems that are full or read-only."""

import os
import pty
import socket
import subprocess

import pytest

import homes

BEFORE, AFTER = homes.credentials(1, 1)
DONE = "has been removed"
READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"'
UNWRITABLE = "  failed to open: {}\n\nCaused by:\n  {}\n"


def mounted(mount, home, *command):
    """The command in a mount namespace of its own; `mount` is the shell's part, "$0" the cargo home.

    In a chroot, / might not be a mount, and then it cannot be made private, so the script also unmounts the home.
    """
    script = f'mount --make-rprivate / 2>/dev/null; {mount} || exit 9; "$@"; status=$?; umount "$0"; exit $status'
    return ["unshare", "--mount", "--propagation", "unchanged", "sh", "-c", script, str(home.dir), *command]


@pytest.mark.parametrize("link", (os.symlink, os.link), ids=("symlink", "hard link"))
def test_one_file_of_two_names(home, link):
    home.write(BEFORE)
    link(home.file, home.dir / "credentials")
    inode = home.file.stat().st_ino
    result = home.run()
    assert result.returncode == 0, result.stderr
    assert home.text() == AFTER
    assert home.file.stat().st_ino == inode
    assert (home.dir / "credentials").samefile(home.file)


def test_a_read_only_file_system(home):
    home.write(BEFORE)
    result = home.run(*mounted(READ_ONLY, home, *home.command()))
    assert result.returncode == 101
    assert result.stderr.endswith(UNWRITABLE.format(home.file, "Read-only file system (os error 30)"))
    home.write(AFTER)
    assert home.run(*mounted(READ_ONLY, home, *home.command())).returncode == 0


@pytest.mark.parametrize("filler", (1, 100), ids=("moved", "blank"))
def test_a_full_file_system(home, filler):
    """Nothing new is written, so it needs no space."""
    before, after = homes.credentials(filler, filler)
    home.write(before)
    saved = home.root / "saved"
    saved.mkdir()
    mount = f"""cp -p "$0"/* {saved} && mount -t tmpfs -o size=64k none "$0" && cp -p {saved}/* "$0" &&
        ! head -c 1m /dev/zero >"$0/fill" 2>/dev/null"""
    result = home.run(*mounted(mount, home, "sh", "-c", '"$@"; cat "$CARGO_HOME/credentials.toml"', "-", *home.command()))
    assert result.returncode == 0
    assert DONE in result.stderr, result.stderr
    assert result.stdout == (after if filler == 1 else homes.blanked(before))


@pytest.mark.parametrize("attribute", ("i", "a"), ids=("immutable", "append-only"))
def test_an_attribute_of_the_file(home, attribute):
    home.write(BEFORE)
    if subprocess.run(["chattr", f"+{attribute}", home.file], capture_output=True, check=False).returncode != 0:
        pytest.skip("this file system, or this user, has no such attribute")
    try:
        result = home.run()
    finally:
        subprocess.run(["chattr", f"-{attribute}", home.file], check=True)
    assert result.returncode == 101
    assert "Operation not permitted (os error 1)" in result.stderr and str(home.file) in result.stderr
    assert home.text() == BEFORE


def bind(path):
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(os.path.relpath(path))  # the path of a socket has a short limit


KINDS = {
    "fifo": (os.mkfifo, 101, "not a regular file"),
    "socket": (bind, 101, "No such device or address (os error 6)"),
    "/dev/null": (lambda path: path.symlink_to("/dev/null"), 0, ""),
    "/dev/zero": (lambda path: path.symlink_to("/dev/zero"), 101, "larger than 16777216 bytes"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_is_told(home, kind):
    make, status, message = KINDS[kind]
    make(home.file)
    result = home.run()
    assert result.returncode == status
    assert message in result.stderr and (str(home.file) in result.stderr) == (status != 0)


def test_a_terminal_is_told(home):
    ours, theirs = pty.openpty()
    home.file.symlink_to(os.ttyname(theirs))
    result = home.run()
    assert result.returncode == 101 and "Illegal seek (os error 29)" in result.stderr
    os.close(ours)
    os.close(theirs)
