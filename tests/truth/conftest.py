"""The machine, and the registries."""

import pytest
from stage import Stage
from truth_servers import Servers


@pytest.fixture(scope="session")
def stage(tmp_path_factory, program):
    directory = tmp_path_factory.mktemp("truth")
    servers = Servers(directory)
    yield Stage(directory / "w", program, servers)
    servers.close()
