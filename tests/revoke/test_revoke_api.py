"""Where the API is: what the index says, out of cargo's own clone or cache, at the very place where the real cargo has it."""

import json

import pytest

import git_index
from registry_stand_in import Registry
from revoke_machine import CURRENT, verdict


def use(machine, index, token):
    machine.write({"config.toml": f'[registries.x]\nindex = "{index}"\n'})
    machine.credentials(x=token)


def kept_by_cargo(machine):
    """The directories of the indexes that the real cargo has made."""
    return sorted(path for path in machine.path("registry/index").glob("*") if path.is_dir())


@pytest.mark.parametrize("name, end", [("plain", ""), ("chopped.git", ""), ("Large", "/"), ("with%20blank", ""), ("ünï", ""), ("a", "//"), ("long-" * 20, "")])
def test_clone_is_where_cargo_has_it(machine, registry, name, end):
    """cargo's hash of a URL."""
    index = machine.top / "index" / name.replace("%20", " ")
    git_index.make(index, json.dumps({"dl": registry.url, "api": registry.url}).encode())
    use(machine, f"file://{index}{end}".replace(" ", "%20"), registry.issue())
    done = machine.revoke("--registry", "x")
    assert (done.status, verdict(done.one)) == (101, "no-api") and "run `cargo search` in this registry to make one" in done.err
    machine.cargo("search", "--registry", "x", "foo")
    (directory,) = kept_by_cargo(machine)
    git_index.complete(directory, index)
    assert machine.revoke("--registry", "x").status == 0
    assert machine.stored() == []
    assert registry.lines()[-1] == CURRENT


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST"])
@pytest.mark.parametrize("path", ["/index/", "/index/./"])
def test_cache_of_a_sparse_index_is_where_cargo_has_it(machine, registry, host, path):
    """The index is gone, its API is not, and only cargo's copy says where that is."""
    with Registry() as index:
        index.api = registry.url
        use(machine, f"sparse+http://{host}:{index.server_port}{path}", registry.issue())
        machine.cargo("search", "--registry", "x", "foo")
        (directory,) = kept_by_cargo(machine)
        assert (directory / "config.json").exists()
    done = machine.revoke("--registry", "x", "--config", "net.retry=0")
    assert (done.status, machine.stored()) == (0, []), done.err
    assert registry.lines()[-1] == CURRENT
