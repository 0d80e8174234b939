"""Fixtures: a separate cargo home for each test."""

import homes
import pytest
import races
from registry_server import Registry


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
