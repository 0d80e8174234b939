"""The machine, and the registries."""

import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "cli"), str(HERE.parent / "revoke")]

from truth_servers import Servers  # noqa: E402
from stage import Stage  # noqa: E402


@pytest.fixture(scope="session")
def stage(tmp_path_factory, program):
    directory = tmp_path_factory.mktemp("truth")
    servers = Servers(directory)
    yield Stage(directory / "w", program, servers)
    servers.close()
