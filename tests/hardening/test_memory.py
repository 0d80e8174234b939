"""At the end of a run, no token is in its memory, or in what it passes to other processes (see also tests/fault)."""

import pathlib

import inject
import pytest
import scenarios
from process_memory import places_of

SECRETS = ("S3CRET-of-me-token", "S3CRET-of-provider", "S3CRET-of-me-secret-key", "S3CRET-of-crates-io-token")


def children(pid):
    return [int(word) for path in pathlib.Path(f"/proc/{pid}/task").glob("*/children") for word in path.read_text().split()]


def found(injector, world, call):
    """The secrets in memory, and those in the arguments and variables, before this call."""
    memory, given = [], []

    def look():
        (pid,) = children(injector.process.pid)
        for secret in SECRETS:
            memory.extend(places_of(pid, secret))
            given.extend(name for name in ("cmdline", "environ") if secret in pathlib.Path(f"/proc/{pid}/{name}").read_text())

    run = world.injected(injector, call, "pause", at_pause=look)
    assert run.hit
    return memory, given


def broken(root, program):
    """A line with the token is shown in the error, masked."""
    world = scenarios.small(root, program)
    path = world.home / "credentials.toml"
    world.add(path, '[registries.me]\ntoken = "S3CRET-of-me-token\n')
    return world


@pytest.mark.parametrize("name", (*scenarios.SCENARIOS, "broken"))
def test_no_token_is_left_in_memory(tmp_path, program, name):
    make = broken if name == "broken" else scenarios.SCENARIOS[name]
    world = make(tmp_path / "world", program)
    injector = inject.Injector(program)
    calls = [call for call in world.injected(injector).calls if call.process == 0]
    memory, given = found(injector, world, calls[-1])
    assert calls[-1].name == "exit_group"
    assert memory == [] and given == []
    if name != "broken":  # the search finds a token that is there
        middle = max((call for call in calls if call.name == "flock"), key=lambda call: call.nth)
        memory, given = found(injector, world, middle)
        assert memory and given == []
