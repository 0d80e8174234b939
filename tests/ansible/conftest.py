"""Fixtures: the collection, built and installed as users do it, and a fleet of hosts."""

import contextlib

import pytest
from fleet import Fleet, install_collection


@pytest.fixture(scope="session")
def collection(tmp_path_factory):
    """The directory for ANSIBLE_COLLECTIONS_PATH."""
    return install_collection(tmp_path_factory.mktemp("collection"))


@pytest.fixture(scope="module")
def fleet(collection, program):
    with contextlib.ExitStack() as stack:
        yield Fleet(collection, program, stack)
