"""Fixtures: a separate home for each test."""

import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "places")]

from shells import Home  # noqa: E402


@pytest.fixture
def home(tmp_path, program):
    return Home(tmp_path, program)
