"""Fixtures: the helper under test, the stand-in for a registry's server, and the code that makes the helper call the server."""

import pytest
import tls
from registry_stand_in import Registry
from revoke_asker import Asker
from revoke_machine import RevokeMachine


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


@pytest.fixture
def crates_io(tmp_path, machine):
    """The registry behind https://crates.io, by a proxy and an authority that the configuration names."""
    authority = tls.Authority(tmp_path)
    with (
        Registry() as registry,
        tls.Site(registry, authority.sign("api", "crates.io")) as site,
        tls.Proxy({"crates.io:443": site.server_port}) as proxy,
    ):
        machine.write({"config.toml": f'[http]\nproxy = "{proxy.url}"\ncainfo = "{authority.path}"\n'})
        yield registry
