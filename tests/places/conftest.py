"""Fixtures: the real cargo, and a separate Machine for each test."""

import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "cli"), str(HERE.parent / "libsecret")]

import machine as machines  # noqa: E402
import oracle  # noqa: E402
from registry_server import Registry  # noqa: E402


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
