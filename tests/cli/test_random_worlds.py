"""Runs cargo and cargo-logout in random worlds, and with random command lines. RANDOM_WORLDS is the number of worlds, and RANDOM_SEED the number of the first. A failure prints the
number of its world:

    RANDOM_SEED=1234 RANDOM_WORLDS=1 pytest tests/cli/test_random_worlds.py
"""

import os

import pytest

import contest as contests
from random_worlds import random_line, random_world

WORLDS = int(os.environ.get("RANDOM_WORLDS", "100"))
FIRST = int(os.environ.get("RANDOM_SEED", "1"))
CHUNK = 50


@pytest.mark.parametrize("make", [random_world, random_line])
@pytest.mark.parametrize("first", range(FIRST, FIRST + WORLDS, CHUNK))
def test_random_worlds(first, make, root, program, cargo):
    failures = []
    for seed in range(first, min(first + CHUNK, FIRST + WORLDS)):
        world = make(seed)
        ours = [program, "logout"] if len(world.args) % 2 else [program]
        found = contests.unexplained(world, root, [cargo, "logout"], ours)
        if found:
            failures.append(f"world {seed}:\n" + contests.report(world, found))
    if failures:
        pytest.fail("\n\n".join(failures), pytrace=False)
