"""Fixtures: the program under test, the real cargo, and a cargo home of one's own for each test."""

import pathlib
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))

import homes  # noqa: E402
import oracle  # noqa: E402

PROJECT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def program():
    """Path of the cargo-logout under test: $CARGO_LOGOUT, else the one in build/."""
    return homes.program(PROJECT)


@pytest.fixture(scope="session")
def cargo():
    return oracle.cargo_path()


@pytest.fixture
def home(tmp_path, program):
    return homes.Home(tmp_path, program)


@pytest.fixture(scope="session")
def index(tmp_path_factory):
    """A git index that cargo login can look into without a network."""
    if not shutil.which("git"):
        pytest.skip("no git to make an index with")
    path = tmp_path_factory.mktemp("index")
    (path / "config.json").write_text('{"dl": "https://example.com/dl", "api": "https://example.com"}\n')
    name = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "init.defaultBranch=main")
    for command in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "index")):
        subprocess.run(["git", *name, *command], cwd=path, check=True)
    return path
