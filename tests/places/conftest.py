"""Fixtures: the program under test, the real cargo, and a separate Machine for each test."""

import os
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "cli"), str(HERE.parent / "libsecret")]

import machine as machines  # noqa: E402
import oracle  # noqa: E402
from registry_server import Registry  # noqa: E402


@pytest.fixture(scope="session")
def program():
    """Path of the cargo-logout under test: $CARGO_LOGOUT, else the one in build/."""
    path = os.environ.get("CARGO_LOGOUT", str(HERE.parents[1] / "build/cargo-logout"))
    if not os.access(path, os.X_OK):
        pytest.fail(f"{path} is not built: run ./run, or set CARGO_LOGOUT", pytrace=False)
    return path


@pytest.fixture(scope="session")
def cargo():
    return str(oracle.cargo_path())


@pytest.fixture(scope="session")
def registry():
    with Registry() as registry:
        yield registry


@pytest.fixture
def machine(tmp_path, program, cargo, registry):
    return machines.Machine(tmp_path, program, cargo, registry)
