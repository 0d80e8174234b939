"""Fixtures: the real cargo, and a separate cargo home for each test."""

import pathlib
import sys

import pytest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests/cli"))

import homes  # noqa: E402
import oracle  # noqa: E402
import races  # noqa: E402
from registry_server import Registry  # noqa: E402


@pytest.fixture(scope="session")
def cargo():
    return oracle.cargo_path()


@pytest.fixture
def home(tmp_path, program):
    return homes.Home(tmp_path, program)


@pytest.fixture(scope="session")
def index():
    """The index of a registry on the loopback device, which cargo login can read."""
    with Registry() as registry:
        yield registry.index


@pytest.fixture
def stage(home, cargo, index, program):
    return races.Stage(home, cargo, index, program)
