"""File systems that are full or read-only, files that cannot be changed, paths that lead in circles or to no file."""

import os
import shutil
import socket
import subprocess

import pytest

import homes

BEFORE, AFTER = homes.credentials(1, 1)


def mounted(mount, home, *command):
    """The command in a mount namespace of its own; `mount` is the shell's part, "$0" the cargo home.

    In a chroot, / can be no mount, and what is no mount cannot be made private: so it is unmounted as well.
    """
    script = f'mount --make-rprivate / 2>/dev/null; {mount} || exit 9; "$@"; status=$?; umount "$0"; exit $status'
    return ["unshare", "--mount", "--propagation", "unchanged", "sh", "-c", script, str(home.dir), *command]


@pytest.fixture
def mounts(home):
    if not shutil.which("unshare") or home.run(mounted("mount -t tmpfs none $0", home, "true")).returncode != 0:
        pytest.skip("nothing can be mounted here")


@pytest.mark.usefixtures("mounts")
def test_a_read_only_file_system(home):
    home.write(BEFORE)
    result = home.run(mounted('mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"', home, *home.command()))
    assert result.returncode == 101
    assert result.stderr.endswith(f"  failed to open: {home.file}\n\nCaused by:\n  Read-only file system (os error 30)\n")
    assert home.text() == BEFORE


@pytest.mark.usefixtures("mounts")
def test_a_read_only_file_system_with_nothing_to_remove(home):
    home.write(AFTER)
    result = home.run(mounted('mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"', home, *home.command()))
    assert result.returncode == 0
    assert "not currently logged in" in result.stderr


@pytest.mark.usefixtures("mounts")
@pytest.mark.parametrize("filler", (1, 100), ids=("moved", "blank"))
def test_a_full_file_system(home, filler):
    """Nothing new is written, so it needs no space."""
    before, after = homes.credentials(filler, filler)
    home.write(before)
    saved = home.root / "saved"
    saved.mkdir()
    mount = f"""cp -p "$0"/* {saved} && mount -t tmpfs -o size=64k none "$0" && cp -p {saved}/* "$0" &&
        ! head -c 1m /dev/zero >"$0/fill" 2>/dev/null"""
    result = home.run([*mounted(mount, home, "sh", "-c", '"$@"; cat "$CARGO_HOME/credentials.toml"', "-", *home.command())])
    assert result.returncode == 0
    assert "has been removed" in result.stderr, result.stderr
    assert result.stdout == (after if filler == 1 else before.replace(homes.PAIR, " " * (len(homes.PAIR) - 1) + "\n"))


@pytest.mark.parametrize("attribute", ("i", "a"), ids=("immutable", "append-only"))
def test_an_attribute_of_the_file(home, attribute):
    home.write(BEFORE)
    chattr = shutil.which("chattr")
    if not chattr or subprocess.run([chattr, f"+{attribute}", home.file], capture_output=True, check=False).returncode != 0:
        pytest.skip("this file system, or this user, has no such attribute")
    try:
        result = home.run()
    finally:
        subprocess.run([chattr, f"-{attribute}", home.file], check=True)
    assert result.returncode == 101
    assert "Operation not permitted (os error 1)" in result.stderr
    assert str(home.file) in result.stderr
    assert home.text() == BEFORE


def test_a_link_to_itself(home):
    """cargo also treats the older name as missing. The newer one is reported."""
    home.write(BEFORE)
    (home.dir / "credentials").symlink_to("credentials")
    result = home.run()
    assert result.returncode == 0, result.stderr
    assert home.text() == AFTER
    (home.dir / "credentials").unlink()
    home.file.unlink()
    home.file.symlink_to(home.file.name)
    result = home.run()
    assert (result.returncode, "has been removed" in result.stderr) == (0, False)


def test_a_home_that_is_a_link_to_itself(home):
    home.write(BEFORE)
    home.dir.rename(home.root / "kept")
    home.dir.symlink_to(home.dir.name)
    result = home.run()
    assert result.returncode == 101, result.stderr
    assert (home.root / "kept/credentials.toml").read_text() == BEFORE


@pytest.mark.parametrize("device, status", (("null", 0), ("zero", 101), ("full", 101)))
def test_a_device(home, device, status):
    """Endless ones meet the limit on the size of a file."""
    home.file.symlink_to(f"/dev/{device}")
    result = home.run()
    assert result.returncode == status
    assert ("larger than 16777216 bytes" in result.stderr) == (status == 101)
    assert home.file.is_symlink()


def test_a_socket(home):
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(os.path.relpath(home.file))  # a path of one has a short limit
        result = home.run()
    assert result.returncode == 101
    assert "No such device or address (os error 6)" in result.stderr
