"""Fixtures: the helper under test, the stand-in for a registry's server, and the code that makes the helper call the server."""

import pytest
from registry_stand_in import Registry
from revoke_asker import Asker
from revoke_machine import CratesIo, RevokeMachine


@pytest.fixture(scope="session")
def helper(program):
    """The one beside the program."""
    path = program.parent / "cargo-logout-revoke"
    assert path.exists(), f"{path} is not built"
    return path


@pytest.fixture
def registry():
    with Registry() as registry:
        yield registry


@pytest.fixture
def ask(helper):
    return Asker(helper)


@pytest.fixture
def machine(tmp_path, program, cargo, registry):
    return RevokeMachine(tmp_path, program, cargo, registry)


@pytest.fixture(scope="module")
def crates_io_server(tmp_path_factory):
    with Registry() as registry, CratesIo(tmp_path_factory.mktemp("crates-io"), registry) as server:
        yield server


@pytest.fixture
def crates_io(crates_io_server, machine):
    """The registry behind https://crates.io, and a home that knows the way."""
    registry = crates_io_server.registry
    registry.requests.clear()
    registry.answers.clear()
    registry.prefix, registry.locked, registry.read_only = "cio", None, False
    machine.write({"config.toml": crates_io_server.config(machine.home)})
    return registry
