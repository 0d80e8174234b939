"""Where the API is: a sparse index over HTTP, what cargo has cached of it, and cargo's clones of git indexes."""

import json
import os

import pytest

import git_index
from broken_server import Server, answer, at_once, reset, says, silent
from git_index import FETCHED, git
from revoke_machine import CURRENT, verdict

API = "http://127.0.0.1:1"  # where nobody listens
WORKS = "revoked-unchecked"


def config(registry):
    return json.dumps({"dl": registry.url, "api": registry.url}).encode()


def sparse(where, home="/nonexistent"):
    """The request's keys for an index. The directory of cargo's copy is known for this canonical URL."""
    url = f"sparse+{where}" if isinstance(where, str) else where.index
    return {"index": url, "canonical": "sparse+https://index.crates.io/", "cache": f"{home}/registry/index/index.crates.io"}


def cache_in(home):
    directory = home / "registry/index/index.crates.io-1949cf8c6b5b557f"
    directory.mkdir(parents=True)
    return directory / "config.json"


@pytest.mark.parametrize("end", ["/", ""])
@pytest.mark.parametrize("auth_required", [False, True])
def test_an_index(ask, registry, auth_required, end):
    """The helper sends the token only to an index that asks for it."""
    registry.auth_required = auth_required
    token = registry.issue()
    answer = ask(token=token, **sparse(f"{registry.url}/index{end}"))
    assert (answer["verdict"], answer["url"]) == (WORKS, registry.url + "/api/v1/tokens/current")
    first = [("GET /index/config.json", None)]
    second = [("GET /index/config.json", token)] * auth_required
    assert [(each.line, each.header("Authorization")) for each in registry.requests] == [*first, *second, ("DELETE /api/v1/tokens/current", token)]


def test_an_index_that_does_not_know_the_token(ask, registry, tmp_path):
    """Not for certain dead: who knows what such an index means by that. And the cache does not make up for it."""
    registry.auth_required = True
    cache_in(tmp_path).write_bytes(config(registry))
    answer = ask(token="cio" + "x" * 32, **sparse(registry, tmp_path))
    assert (answer["verdict"], answer["status"]) == ("no-api", 401)
    assert answer["url"] == registry.url + "/index/config.json"
    assert registry.lines() == ["GET /index/config.json"] * 2


def test_the_page_where_a_person_can_revoke(ask, registry):
    """The page that cargo shows to a person who logs in."""
    registry.can_revoke = False
    answer = ask(token=registry.issue(), **sparse(registry))
    assert (answer["verdict"], answer["page"]) == ("unsupported", f"{registry.url}/me")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"api"', b"{}", b'{"dl":"x"}', b'{"api":null}', b'{"api":7}', b'{"api":["http://127.0.0.1"]}',
        b'{"api":"http://127.0.0.1\\u0000.example"}', b"<html>", b"\xff\xfe", b'{"api":"http://127.0.0.1:1"}' + b" " * 300_000,
        b"[" * 100_000,
        *(b'{"api":"%s"}' % api for api in (b"http://192.0.2.1", b"ftp://127.0.0.1/", b"//127.0.0.1", b"", b"javascript:alert(1)")),
        *(b'{"api":"http://127.0.0.1%s"}' % end for end in (b"?", b"?x=y", b"#", b"#x", b"/api?token=")),
    ],
    ids=lambda body: repr(body[:40]),
)  # fmt: skip
def test_an_index_without_a_usable_api(ask, registry, body):
    """A route would become a part of a query or a fragment."""
    registry.config = body
    answer = ask(token=registry.issue(), **sparse(registry))
    assert answer["verdict"] == "no-api" and answer["detail"]
    assert registry.lines() == ["GET /index/config.json"]


def test_an_index_that_shows_the_token(ask, registry):
    token = registry.issue()
    registry.api = f"{API}/{token}"
    assert ask(token=token, **sparse(registry))["verdict"] == "no-answer"


@pytest.mark.parametrize("index", ["http://192.0.2.1/", "ssh://127.0.0.1/", "index"])
def test_an_index_that_is_not_asked(ask, index):
    answer = ask(token="cioS3CRET", **sparse(index))
    assert answer["verdict"] == "no-api" and "the index could not be read" in answer["detail"]


DOWN = {
    "reset": at_once(reset),
    "silent": silent,
    "moved": says(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/config.json\r\nContent-Length: 0\r\n\r\n"),
    **{str(status): says(answer(f"{status} No")) for status in (503, 408, 429)},
}
FINAL = {str(status): says(answer(f"{status} No")) for status in (400, 403, 404, 410)}


@pytest.mark.parametrize("name", DOWN | FINAL)
def test_the_cache_is_used_where_the_index_is_down(ask, registry, tmp_path, name):
    cache_in(tmp_path).write_bytes(config(registry))
    with Server((DOWN | FINAL)[name]) as server:
        without = ask(token=registry.issue(), **sparse(server.url + "/", tmp_path / "missing"))
        assert without["verdict"] == "no-api" and without["url"] == server.url + "/config.json"
        reason = name if name.isdigit() else {"moved": "redirects to http://127.0.0.1:1/config.json"}.get(name, "")
        assert without["detail"] and reason in without["detail"]
        cached = ask(token=registry.issue(), **sparse(server.url + "/", tmp_path))
        assert cached["verdict"] == (WORKS if name in DOWN else "no-api")


def test_the_cache_is_not_used_where_the_index_is_up(ask, registry, tmp_path):
    cache_in(tmp_path).write_text(json.dumps({"dl": "", "api": API}))
    assert ask(token=registry.issue(), **sparse(registry, tmp_path))["verdict"] == WORKS


@pytest.mark.parametrize("kind", ["no api", "large", "fifo"])
def test_a_cache_that_is_of_no_use(ask, registry, tmp_path, kind):
    path = cache_in(tmp_path)
    if kind == "fifo":
        os.mkfifo(path)
    else:
        path.write_bytes(b"{}" if kind == "no api" else config(registry) + b" " * 300_000)
    with Server(at_once(reset)) as server:
        answer = ask(token=registry.issue(), **sparse(server.url + "/", tmp_path))
    assert answer["verdict"] == "no-api" and registry.requests == []


# git indexes.


@pytest.fixture
def clone(tmp_path, registry):
    """A clone of an index with this registry's config.json, where cargo has it for this URL."""
    upstream, clone = tmp_path / "upstream", tmp_path / "github.com-25cdd57fae9f0462"
    git_index.make(upstream, config(registry))
    clone.mkdir()
    git("init", "-q", cwd=clone)
    git("fetch", "-q", str(upstream), FETCHED, cwd=clone)
    return clone


@pytest.fixture
def by_clone(ask, registry, tmp_path):
    url = "https://github.com/rust-lang/crates.io-index"
    return lambda: ask(token=registry.issue(), index=url, canonical=url, cache=f"{tmp_path}/github.com")


@pytest.mark.parametrize("kind", ["as it is fetched", "packed", "of someone else"])
def test_a_clone(by_clone, registry, clone, kind):
    """git and libgit2 would not read a clone of someone else, but a cargo home can be shared."""
    if kind == "packed":
        git("gc", "-q", cwd=clone)
        assert list((clone / ".git/objects/pack").glob("*.pack"))
    if kind == "of someone else":
        for path in [clone, *clone.rglob("*")]:
            os.chown(path, 65534, 65534)
    answer = by_clone()
    assert (answer["verdict"], answer["url"]) == (WORKS, registry.url + "/api/v1/tokens/current")
    assert registry.lines() == ["DELETE /api/v1/tokens/current"]


def test_the_commit_that_was_fetched_last(by_clone, clone, tmp_path):
    index = tmp_path / "upstream"
    (index / "config.json").write_text(json.dumps({"dl": "", "api": API}))
    git("commit", "-qam", "moved", cwd=index)
    assert by_clone()["verdict"] == WORKS
    git("fetch", "-q", str(index), FETCHED, cwd=clone)
    answer = by_clone()
    assert (answer["verdict"], answer["url"]) == ("no-answer", API + "/api/v1/tokens/current")


def fetch(clone, text):
    """Another config.json, or none."""
    index = clone.parent / "upstream"
    git("rm", "-q", "config.json", cwd=index)
    if text is not None:
        (index / "config.json").write_bytes(text)
        git("add", ".", cwd=index)
    git("commit", "-qm", "change", cwd=index)
    git("fetch", "-q", str(index), FETCHED, cwd=clone)


def break_objects(clone):
    for file in (clone / ".git/objects").rglob("??????*"):
        file.chmod(0o600)
        file.write_bytes(b"x")


def move_up(clone):
    """The helper does not search for a repository in the directory above."""
    (clone / ".git").rename(clone.parent / ".git")
    (clone / ".git").mkdir()


DAMAGES = {
    "no HEAD": lambda clone: (clone / ".git/refs/remotes/origin/HEAD").unlink(),
    "HEAD of nothing": lambda clone: (clone / ".git/refs/remotes/origin/HEAD").write_text("0" * 39 + "1\n"),
    "no repository": lambda clone: (clone / ".git/HEAD").unlink(),
    "broken configuration": lambda clone: (clone / ".git/config").write_text("[core\n"),
    "broken objects": break_objects,
    "no file": lambda clone: fetch(clone, None),
    "no api": lambda clone: fetch(clone, b'{"dl":"x"}'),
    "large": lambda clone: fetch(clone, b'{"api":"http://127.0.0.1:1"}' + b" " * 300_000),
    "above": move_up,
    "none": lambda clone: (clone / ".git").rename(clone / "git"),
}


@pytest.mark.parametrize("how", DAMAGES)
def test_clones_that_give_none(by_clone, registry, clone, how):
    DAMAGES[how](clone)
    answer = by_clone()
    assert answer["verdict"] == "no-api" and answer["detail"] and registry.requests == []
    assert how != "none" or "no copy of the index yet" in answer["detail"]


# The clones of the real cargo.


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
    git_index.make(index, config(registry))
    use(machine, f"file://{index}{end}".replace(" ", "%20"), registry.issue())
    done = machine.revoke("--registry", "x")
    assert (done.status, verdict(done.one)) == (101, "no-api") and "run `cargo search` in this registry to make one" in done.err
    machine.cargo("search", "--registry", "x", "foo")
    (directory,) = kept_by_cargo(machine)
    git_index.complete(directory, index)
    assert machine.revoke("--registry", "x").status == 0
    assert machine.stored() == []
    assert registry.lines()[-1] == CURRENT
