"""Runs cargo and cargo-logout in random worlds. RANDOM_WORLDS is the number of worlds, and RANDOM_SEED the number of the first. A failure prints the
number of its world, after everything was removed from that world that the failure does not need:

    RANDOM_SEED=1234 RANDOM_WORLDS=1 pytest tests/cli/test_random_worlds.py
"""

import dataclasses
import os

import pytest

import contest as contests
from random_worlds import random_world
from world import File

WORLDS = int(os.environ.get("RANDOM_WORLDS", "100"))
FIRST = int(os.environ.get("RANDOM_SEED", "1"))
CHUNK = 50
SHOWN = 5  # failures of one chunk that are made small and told
STEPS = 120  # tries to make one smaller


def _smaller(world):
    """Worlds without one of their parts."""
    for name, what in world.files.items():
        yield dataclasses.replace(world, files={key: text for key, text in world.files.items() if key != name})
        text = getattr(what, "text", what)
        lines = text.splitlines(keepends=True) if isinstance(text, str) else []
        for number in range(len(lines)):
            rest = "".join(lines[:number] + lines[number + 1 :])
            changed = dataclasses.replace(what, text=rest) if isinstance(what, File) else rest
            yield dataclasses.replace(world, files={**world.files, name: changed})
    for name in world.env:
        yield dataclasses.replace(world, env={key: value for key, value in world.env.items() if key != name})
    for number in range(len(world.args)):
        for width in (1, 2):
            yield dataclasses.replace(world, args=world.args[:number] + world.args[number + width :])
    if world.stderr == "tty":
        yield dataclasses.replace(world, stdout="pipe", stderr="pipe")


def _shrink(world, found, fails):
    steps = STEPS
    again = True
    while again:
        again = False
        for smaller in _smaller(world):
            steps -= 1
            if steps < 0:
                return world, found
            less = fails(smaller)
            if less:
                world, found, again = smaller, less, True
                break
    return world, found


@pytest.mark.parametrize("first", range(FIRST, FIRST + WORLDS, CHUNK))
def test_random_worlds(first, root, program, cargo):
    def fails(world):
        ours = [program, "logout"] if len(world.args) % 2 else [program]
        return contests.unexplained(world, root, [cargo, "logout"], ours)

    failures = []
    for seed in range(first, min(first + CHUNK, FIRST + WORLDS)):
        world = random_world(seed)
        found = fails(world)
        if found:
            failures.append(f"world {seed}")
            if len(failures) <= SHOWN:
                failures[-1] += ", made smaller:\n" + contests.report(*_shrink(world, found, fails))
    if failures:
        pytest.fail("\n\n".join(failures), pytrace=False)
