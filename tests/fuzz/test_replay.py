"""The seeds of each harness and all that was ever found, given to it again, in whatever build is tested."""

import os
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("CARGO_LOGOUT", HERE.parents[1] / "build/cargo-logout")).parent / "tests/fuzz"
NAMES = sorted(path.stem.removeprefix("fuzz_") for path in HERE.glob("fuzz_*.c"))


def replay(name, *directories):
    program = BUILD / f"replay_{name}"
    if not os.access(program, os.X_OK):
        pytest.fail(f"{program} is not built: run ./test --quick, or set CARGO_LOGOUT to a program in its build directory", pytrace=False)
    return subprocess.run([program, *directories], capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("name", NAMES)
def test_properties_hold_for_seeds_and_what_was_found(name):
    directories = [path for path in (HERE / "seeds" / name, HERE / "found" / name) if path.is_dir()]
    files = sum(len(list(path.iterdir())) for path in directories)
    run = replay(name, *directories)
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) == files >= 8


def test_each_harness_has_seeds():
    assert sorted(path.name for path in (HERE / "seeds").iterdir()) == NAMES


def test_what_cannot_be_read_is_not_passed_over(tmp_path):
    (tmp_path / "input").mkdir()
    run = replay("protocol", tmp_path)
    assert run.returncode == 1 and "cannot be read" in run.stderr
