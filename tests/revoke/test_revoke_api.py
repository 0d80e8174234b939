"""Where the API is: what the index says, out of cargo's own clone, at the very place where the real cargo has it."""

import json

import pytest

import git_index
from revoke_machine import CURRENT, verdict


def make_index(machine, name, registry):
    """The directory of a git index."""
    work = machine.top / "index" / name
    git_index.make(work, json.dumps({"dl": registry.url, "api": registry.url}).encode())
    return work


def use(machine, index, token):
    machine.write({"config.toml": f'[registries.x]\nindex = "{index}"\n'})
    machine.credentials(x=token)


def kept_by_cargo(machine):
    """The directories of the indexes that the real cargo has made."""
    return sorted(path for path in machine.path("registry/index").glob("*") if path.is_dir())


@pytest.mark.parametrize("name, end", [("plain", ""), ("chopped.git", ""), ("Large", "/"), ("with%20blank", ""), ("ünï", ""), ("a", "//"), ("long-" * 20, "")])
def test_clone_is_where_cargo_has_it(machine, registry, name, end):
    """cargo's hash of a URL."""
    index = make_index(machine, name.replace("%20", " "), registry)
    use(machine, f"file://{index}{end}".replace(" ", "%20"), registry.issue())
    machine.cargo("search", "--registry", "x", "foo")
    (directory,) = kept_by_cargo(machine)
    git_index.complete(directory, index)
    assert machine.revoke("--registry", "x").status == 0
    assert machine.stored() == []
    assert registry.lines()[-1] == CURRENT


def test_index_that_nobody_has_a_copy_of(machine, registry):
    """What is told to do helps."""
    token = registry.issue()
    index = make_index(machine, "far", registry)
    use(machine, f"file://{index}", token)
    done = machine.revoke("--registry", "x")
    assert (done.status, verdict(done.one)) == (101, "no-api")
    assert "run `cargo search` in this registry to make one" in done.err
    machine.cargo("search", "--registry", "x", "x")
    git_index.complete(kept_by_cargo(machine)[0], index)
    assert machine.revoke("--registry", "x").status == 0
    assert not registry.alive(token)
