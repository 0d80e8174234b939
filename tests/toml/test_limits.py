"""Files that are large in one way, given to the program from outside: done, or refused with a clear word, in bounded memory.

That the time is linear ./bench shows; here a time limit only ends what would hang.
"""

import os
import pathlib
import resource
import subprocess

import pytest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("CARGO_LOGOUT", PROJECT / "build/cargo-logout"))
MIB = 1024 * 1024
PAIR = '[registry]\ntoken = "s3cret"\n'
SANITIZED = b"__asan_init" in PROGRAM.read_bytes() if PROGRAM.exists() else False
DEADLINE = 300


both_files = pytest.mark.parametrize("name", ["credentials.toml", "config.toml"])
not_sanitized = pytest.mark.skipif(SANITIZED, reason="a sanitizer makes them too slow, and memory cannot be limited")


def logout(home, memory):
    """Runs it with so many MiB of address space; a sanitizer's shadow needs more than there is."""

    def limit():
        if not SANITIZED:
            resource.setrlimit(resource.RLIMIT_AS, (memory * MIB, memory * MIB))

    env = {"HOME": str(home), "CARGO_HOME": str(home), "PATH": os.environ["PATH"]}
    run = subprocess.run([PROGRAM], cwd=home, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE, preexec_fn=limit, check=False)
    assert "s3cret" not in run.stderr and "out of memory" not in run.stderr
    return run


# text, the memory it may take in MiB; a node takes 88 bytes, and the text is held up to three times
TAKEN = {
    "keys": ("".join(f"k{number} = 1\n" for number in range(1_000_000)), 700),
    "keys of one registry": ("[registries.a]\n" + "".join(f"k{number} = 1\n" for number in range(1_000_000)), 700),
    "tables": ("".join(f"[registries.r{number}]\n" for number in range(1_000_000)), 700),
    "tables with a token": ("".join(f'[registries.r{number}]\ntoken = "x"\n' for number in range(200_000)), 400),
    "array of tables": ("[[a]]\n" * 1_000_000, 500),
    "comments": ("# comment\n" * 100_000, 200),
    "blank lines": ("\n" * 10_000_000, 200),
    "long comment": ("#" + "x" * 50_000_000 + "\n", 500),
    "long string": ('s = "' + "x" * 20_000_000 + '"\n', 300),
    "escapes": ('s = "' + "\\n" * 5_000_000 + '"\n', 300),
    "elements": ("a = [" + "1," * 1_000_000 + "]\n", 500),
    "inline pairs": ("a = {" + ",".join(f"k{number} = 1" for number in range(300_000)) + "}\n", 400),
    "dots as far as they go": ("a" + ".a" * 79 + " = 1\n", 100),
    "arrays as deep as they go": ("a = " + "[" * 80 + "]" * 80 + "\n", 100),
}


@not_sanitized
@pytest.mark.parametrize("what", TAKEN)
def test_taken(tmp_path, what):
    """The token goes; all that is large stays to the byte."""
    text, memory = TAKEN[what]
    file = tmp_path / "credentials.toml"
    file.write_text(text + PAIR)
    run = logout(tmp_path, memory)
    assert run.returncode == 0 and "has been removed" in run.stderr, run.stderr
    left = file.read_text().rstrip("\n")
    assert left == (text + "[registry]\n").rstrip("\n")


@not_sanitized
@pytest.mark.parametrize("what", TAKEN)
def test_taken_as_configuration(tmp_path, what):
    text, memory = TAKEN[what]
    (tmp_path / "config.toml").write_text(text)
    (tmp_path / "credentials.toml").write_text(PAIR)
    run = logout(tmp_path, memory)
    assert run.returncode == 0 and "has been removed" in run.stderr, run.stderr


REFUSED = {
    "dots": ("a" + ".a" * 100_000 + " = 1\n", "recursion limit"),
    "dots of a header": ("[a" + ".a" * 100_000 + "]\n", "recursion limit"),
    "arrays": ("a = " + "[" * 100_000 + "]" * 100_000 + "\n", "max recursion depth met"),
    "open arrays": ("a = " + "[" * 100_000, "max recursion depth met"),
    "inline tables": ("a = " + "{a = " * 100_000 + "1" + "}" * 100_000 + "\n", "max recursion depth met"),
    "open string": ('s = "' + "x" * 10_000_000, "invalid"),
    "quotes": ("s = " + '"' * 100_001, "unexpected key or value"),
    "one key many times": ("k = 1\n" * 100_000, "duplicate key"),
    "digits": ("n = " + "9" * 5_000_000 + "\n", "integer number overflowed"),
    "a NUL among many": ("# c\n" * 100_000 + "\0", ""),
}


@pytest.mark.parametrize("what", REFUSED)
@both_files
def test_refused(tmp_path, what, name):
    text, word = REFUSED[what]
    file = tmp_path / name
    file.write_text(text)
    run = logout(tmp_path, 300)
    assert run.returncode == 101 and str(file) in run.stderr and word in run.stderr, run.stderr
    assert "could not parse TOML configuration in" in run.stderr
    assert len(run.stderr) < 4096 + 3 * len(text)  # as cargo does, the line is shown however long it is
    assert file.read_text() == text


@both_files
def test_a_file_of_a_gigabyte(tmp_path, name):
    """Sparse, so that it costs nothing to make; it is not read."""
    file = tmp_path / name
    with file.open("wb") as opened:
        opened.truncate(1024 * MIB)
    run = logout(tmp_path, 100)
    assert run.returncode == 101 and str(file) in run.stderr, run.stderr
    assert file.stat().st_size == 1024 * MIB
