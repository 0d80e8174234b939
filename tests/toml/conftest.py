"""Fixtures: our parser, from the build directory of the program."""

import os

import pytest
import reader


@pytest.fixture(scope="session")
def toml(program):
    path = program.parent / "tests/toml/toml_dump"
    if not os.access(path, os.X_OK):
        pytest.fail(f"{path} is not built: run ./test --quick, or set CARGO_LOGOUT to a program in its build directory", pytrace=False)
    parser = reader.Reader(path)
    yield parser
    parser.close()
