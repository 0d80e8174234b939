"""Fixtures: our parser, and the real cargo to compare with."""

import os
import pathlib
import sys

import pytest

import reader

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(PROJECT / "tests/cli"))


@pytest.fixture(scope="session")
def toml():
    path = os.environ.get("TOML_DUMP", str(PROJECT / "build/tests/toml/toml_dump"))
    if not os.access(path, os.X_OK):
        pytest.fail(f"{path} is not built: run ./run, or set TOML_DUMP", pytrace=False)
    parser = reader.Reader(path)
    yield parser
    parser.close()
