"""Runs the program on files that are large in one way: it succeeds or prints a clear error, within a memory limit and with a small stack.

That the time is linear ./bench shows; here a time limit only ends what would hang.
"""

import os
import pathlib
import resource
import subprocess

import pytest
from shapes import REFUSED, TAKEN

PROJECT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("CARGO_LOGOUT", PROJECT / "build/cargo-logout"))
MIB = 1024 * 1024
STACK = 256 * 1024  # enough for a text of any depth
OTHER_RUNS = (["--all", "--everywhere"], ["--status", "-v"], ["--status", "--message-format=json"])
PAIR = '[registry]\ntoken = "s3cret"\n'
DEADLINE = 300


both_files = pytest.mark.parametrize("name", ["credentials.toml", "config.toml"])


def logout(home, memory, *options):
    """Runs it with so many MiB of address space."""

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (memory * MIB, memory * MIB))
        resource.setrlimit(resource.RLIMIT_STACK, (STACK, STACK))

    env = {"HOME": str(home), "CARGO_HOME": str(home), "PATH": os.environ["PATH"]}
    run = subprocess.run([PROGRAM, *options], cwd=home, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE, preexec_fn=limit, check=False)
    assert "s3cret" not in run.stderr and "out of memory" not in run.stderr
    return run


@pytest.mark.parametrize("what", TAKEN)
@both_files
def test_taken(tmp_path, what, name):
    """The token goes; all that is large stays to the byte."""
    text, memory = TAKEN[what].text(TAKEN[what].count), TAKEN[what].memory
    file = tmp_path / name
    file.write_text(text + (PAIR if name == "credentials.toml" else ""))
    if name == "config.toml":
        (tmp_path / "credentials.toml").write_text(PAIR)
    run = logout(tmp_path, memory)
    assert run.returncode == 0 and "has been removed" in run.stderr, run.stderr
    assert file.read_text().rstrip("\n") == (text + "[registry]\n" * (name == "credentials.toml")).rstrip("\n")
    for options in OTHER_RUNS if "as they go" in what else ():
        assert logout(tmp_path, memory, *options).returncode == 0


@pytest.mark.parametrize("what", REFUSED)
@both_files
def test_refused(tmp_path, what, name):
    text, word = REFUSED[what].text(REFUSED[what].count), REFUSED[what].word
    file = tmp_path / name
    file.write_text(text)
    run = logout(tmp_path, 700)
    assert run.returncode == 101 and str(file) in run.stderr and word in run.stderr, run.stderr
    assert " TOML configuration " in run.stderr
    assert len(run.stderr) < 4096 + 3 * len(text)  # as cargo does, the line is shown however long it is
    assert file.read_text() == text
    for options in OTHER_RUNS if "recursion" in word else ():
        assert logout(tmp_path, 700, *options).returncode in (0, 101)


@pytest.mark.parametrize("depth", [20, 60])
def test_a_deep_pair_is_removed(tmp_path, depth):
    """The greatest depth, in inline tables."""
    inline = "{a = " * depth + "1" + "}" * depth
    (tmp_path / "credentials.toml").write_text(f"registry = {{token = 't', x = {inline}}}\n")
    assert logout(tmp_path, 100).returncode == 0
    assert (tmp_path / "credentials.toml").read_text() == f"registry = {{x = {inline}}}\n"


def nested(home, count):
    for number in range(count):
        (home / f"{number}.toml").write_text(f"include = ['{number + 1}.toml']\n" if number + 1 < count else "")
    return ["0"]


def beside(home, count):
    for number in range(count):
        (home / f"{number}.toml").touch()
    return range(count)


def large(home, count):
    for number in range(count):
        (home / f"{number}.toml").write_text("#" + "-" * (16 * MIB - 100))
    return range(count)


CONFIGURATIONS = {
    "nested": (nested, 100, "more than 100 files include each other"),
    "beside each other": (beside, 999, "more than 1000 configuration files"),
    "large": (large, 4, "the configuration files together have more than 67108864 bytes"),
}


@pytest.mark.parametrize("more", [0, 1])
@pytest.mark.parametrize("make, most, message", CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_files_that_are_included(tmp_path, make, most, message, more):
    names = make(tmp_path, most + more)
    (tmp_path / "config.toml").write_text("include = [" + "".join(f"'{name}.toml'," for name in names) + "]\n")
    run = logout(tmp_path, 1000)
    assert (run.returncode, message in run.stderr) == ((101, True) if more else (0, False)), run.stderr
    assert logout(tmp_path, 1000, "--status", "-v").returncode == run.returncode


@both_files
@pytest.mark.parametrize("size", [16 * MIB + 1, 1024 * MIB])
def test_a_file_that_is_too_large(tmp_path, name, size):
    """Sparse, so that it costs nothing to make; it is not read."""
    file = tmp_path / name
    with file.open("wb") as opened:
        opened.truncate(size)
    run = logout(tmp_path, 100)
    assert run.returncode == 101 and f"`{file}`" in run.stderr and "the file is larger than 16777216 bytes" in run.stderr, run.stderr
    assert file.stat().st_size == size


def test_the_largest_file(tmp_path):
    file = tmp_path / "credentials.toml"
    file.write_text("#" * (16 * MIB - 1 - len(PAIR)) + "\n" + PAIR)
    assert logout(tmp_path, 300).returncode == 0
    assert "token" not in file.read_text()
