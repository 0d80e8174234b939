"""Fixtures: the collection, built and installed as users do it, and a fleet of hosts."""

import os
import pathlib
import subprocess

import pytest
from fleet import Fleet

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1] / "ansible"


@pytest.fixture(scope="session")
def collection(tmp_path_factory):
    """The directory for ANSIBLE_COLLECTIONS_PATH."""
    top = tmp_path_factory.mktemp("collection")
    env = os.environ | {"HOME": str(top), "ANSIBLE_LOCAL_TEMP": str(top / "tmp")}
    subprocess.run(["ansible-galaxy", "collection", "build", SOURCE, "--output-path", top], check=True, env=env,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    [tarball] = top.glob("*.tar.gz")
    subprocess.run(["ansible-galaxy", "collection", "install", tarball, "-p", top / "collections"], check=True, env=env,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    return top / "collections"


@pytest.fixture(scope="session")
def program():
    return os.environ.get("CARGO_LOGOUT", str(HERE.parents[1] / "build/cargo-logout"))


@pytest.fixture(scope="module")
def fleet(collection, program, tmp_path_factory):
    # The users must reach the program and their homes, so not in pytest's directory.
    hosts = Fleet(collection, program)
    yield hosts
    hosts.close()
