"""Fixtures: a separate home for each test."""

import os
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "places")]

from shells import Home  # noqa: E402


@pytest.fixture
def home(tmp_path):
    program = os.environ.get("CARGO_LOGOUT", str(HERE.parents[1] / "build/cargo-logout"))
    if not os.access(program, os.X_OK):
        pytest.fail(f"{program} is not built: run ./run, or set CARGO_LOGOUT", pytrace=False)
    return Home(tmp_path, program)
