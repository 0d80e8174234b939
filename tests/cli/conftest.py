"""Fixtures: a root directory for each worker, and the comparison of cargo and cargo-logout."""

import os
import shutil
import tempfile

import pytest

import contest as contests
import world as worlds


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
