"""Fixtures: the program under test, a root directory for each worker, and the comparison of cargo and cargo-logout."""

import os
import pathlib
import shutil
import tempfile

import pytest

import contest as contests
import oracle
import world as worlds

PROJECT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def program():
    """Path of the cargo-logout under test: $CARGO_LOGOUT, else the one in build/."""
    path = os.environ.get("CARGO_LOGOUT", str(PROJECT / "build/cargo-logout"))
    if not os.access(path, os.X_OK):
        pytest.fail(f"{path} is not built: run ./run, or set CARGO_LOGOUT", pytrace=False)
    return path


@pytest.fixture(scope="session")
def cargo():
    return oracle.cargo_path()


@pytest.fixture(scope="session")
def root():
    """One directory for all worlds of this worker. Each world is built there from scratch."""
    parent = tempfile.mkdtemp(prefix="cargo-logout-")
    yield os.path.join(parent, "w")
    worlds.wipe(os.path.join(parent, "w"))
    shutil.rmtree(parent)


@pytest.fixture(scope="session")
def contest(root, program, cargo):
    """Runs one world with both programs, and fails for each difference that has no name."""

    def check(case):
        found = contests.unexplained(case, root, [cargo, "logout"], [program])
        if found:
            pytest.fail(contests.report(case, found), pytrace=False)

    return check
