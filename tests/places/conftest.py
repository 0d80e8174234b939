"""Fixtures: a separate Machine for each test."""

import machine as machines
import pytest
from registry_server import Registry


@pytest.fixture(scope="session")
def registry():
    with Registry() as registry:
        yield registry


@pytest.fixture
def machine(tmp_path, program, cargo, registry):
    return machines.Machine(tmp_path, program, cargo, registry)
