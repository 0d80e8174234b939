"""The credentials file in various locations, of various types and with various owners."""

import os
import shutil

import pytest

import homes

BEFORE, AFTER = homes.credentials(1, 1)
DONE = "has been removed"


def powerless(home):
    """The command without root's privileges."""
    if os.geteuid() != 0:
        return home.command()
    return ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--", *home.command()]


def test_both_files_are_cleaned(home):
    old = home.dir / "credentials"
    for first, second in ((BEFORE, BEFORE), (AFTER, BEFORE), (BEFORE, AFTER)):
        old.write_text(first)
        home.write(second)
        result = home.run()
        assert result.returncode == 0, result.stderr
        assert (old.read_text(), home.text()) == (AFTER, AFTER)


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


def test_a_symlink_is_written_through(home):
    kept = home.root / "kept.toml"
    kept.write_text(BEFORE)
    home.file.symlink_to(kept)
    assert home.run().returncode == 0
    assert home.file.is_symlink()
    assert kept.read_text() == AFTER
    assert home.mode() == 0o600


def test_nothing_is_created(home):
    result = home.run()
    assert result.returncode == 0
    assert DONE not in result.stderr
    assert sorted(path.name for path in home.dir.iterdir()) == ["config.toml"]


def test_a_file_without_the_token_is_not_touched(home):
    home.write(AFTER, 0o644)
    old = home.file.stat()
    result = home.run()
    assert result.returncode == 0
    assert DONE not in result.stderr
    assert (home.mode(), home.file.stat().st_mtime_ns) == (0o644, old.st_mtime_ns)


@pytest.mark.parametrize("mode", (0o600, 0o777, 0o4600, 0o640))
def test_the_mode_becomes_0600(home, mode):
    home.write(BEFORE, mode)
    assert home.run().returncode == 0
    assert home.mode() == 0o600


def test_not_writable(home):
    home.write(BEFORE, 0o400)
    result = home.run(powerless(home))
    assert result.returncode == 101
    assert result.stderr.endswith(f"  failed to open: {home.file}\n\nCaused by:\n  Permission denied (os error 13)\n")
    assert (home.text(), home.mode()) == (BEFORE, 0o400)


def test_not_writable_but_nothing_to_remove(home):
    """The other file has the token."""
    (home.dir / "credentials").write_text(BEFORE)
    home.write(AFTER, 0o400)
    result = home.run(powerless(home))
    assert result.returncode == 0, result.stderr
    assert (home.dir / "credentials").read_text() == AFTER


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_not_the_owner(home):
    """The token is removed, but the mode cannot be set. cargo exits with an error there, after it has removed the token."""
    home.write(BEFORE, 0o660)
    shutil.chown(home.file, 1)
    result = home.run(powerless(home))
    assert result.returncode == 0, result.stderr
    warning = f"warning: failed to set permissions of `{home.file}`: Operation not permitted (os error 1)\n"
    assert warning in result.stderr
    assert DONE in result.stderr
    assert (home.text(), home.mode()) == (AFTER, 0o660)


@pytest.mark.parametrize("name", ("credentials", "credentials.toml"))
def test_what_is_no_file_is_told(home, name):
    path = home.dir / name
    for make in (os.mkfifo, os.mkdir):
        make(path)
        result = home.run()
        assert result.returncode == 101
        assert str(path) in result.stderr
        (os.rmdir if path.is_dir() else os.unlink)(path)


@pytest.mark.parametrize(
    "text",
    (
        f'[registries.me]\ntoken = "{homes.SECRET}\n',
        f"[registries.me]\ntoken = {homes.SECRET}\n",
        f'[registries.me]\ntoken = "{homes.SECRET}" "\n',
        f'token = "{homes.SECRET}"\ntoken = "{homes.SECRET}"\n',
    ),
)
def test_a_fault_is_told_without_the_secret(home, text):
    home.write(text, 0o644)
    result = home.run()
    assert result.returncode == 101
    assert f"could not parse TOML configuration in `{home.file}`" in result.stderr
    assert "TOML parse error at line " in result.stderr
    assert homes.SECRET[:4] not in result.stderr
    assert (home.text(), home.mode()) == (text, 0o644)


def test_bytes_that_are_no_text(home):
    home.file.write_bytes(b"[registries.me]\ntoken = '\xff'\n")
    result = home.run()
    assert result.returncode == 101
    assert "stream did not contain valid UTF-8" in result.stderr


@pytest.mark.parametrize(
    "before, after",
    (
        ("registries.me.token = 'x'\n", ""),
        ("[registries]\nme = {token = 'x', secret-key = 'y', index = 'i'}\n", "[registries]\nme = {index = 'i'}\n"),
        ('[registries."me"]\n"token"="x"\r\nsecret-key="y"\r\n# z', '[registries."me"]\n# z'),
        ("[registries.me]\nsecret-key-subject = 's'\nsecret-key = 'k'", "[registries.me]\n"),
        ("\ufeff[registries.me]\ntoken = 'x' # mine\n\n[a]\n", "\ufeff[registries.me]\n\n[a]\n"),
    ),
)
def test_spellings(home, before, after):
    home.file.write_bytes(before.encode())
    result = home.run()
    assert result.returncode == 0, result.stderr
    assert home.file.read_bytes() == after.encode()
