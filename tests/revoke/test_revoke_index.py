"""Where the API is: a sparse index over HTTP, what cargo has cached of it, and cargo's clones of git indexes."""

import json
import pathlib
import subprocess

import pytest

import git_index
from broken_server import Server, at_once, reset, says, silent
from git_index import FETCHED, git
from revoke_asker import SECONDS, environment
from registry_stand_in import Answer

API = "http://127.0.0.1:1"  # where nobody listens


def config(registry, **more):
    return json.dumps({"dl": registry.url, "api": registry.url} | more).encode()


def sparse(where, home="/nonexistent"):
    """The request's keys for an index. The directory of cargo's copy is known for this canonical URL."""
    url = f"sparse+{where}" if isinstance(where, str) else where.index
    return {"index": url, "canonical": "sparse+https://index.crates.io/", "cache": f"{home}/registry/index/index.crates.io"}


def cache_in(home):
    directory = home / "registry/index/index.crates.io-1949cf8c6b5b557f"
    directory.mkdir(parents=True)
    return directory / "config.json"


def cloned(url, home):
    return {"index": url, "canonical": url, "cache": f"{home}/registry/index/"}


def test_an_open_index(ask, registry):
    token = registry.issue()
    answer = ask(token=token, **sparse(registry))
    assert (answer["verdict"], answer["url"]) == ("revoked-unchecked", registry.url + "/api/v1/tokens/current")
    first, second = registry.requests
    assert (first.line, first.header("Authorization")) == ("GET /index/config.json", None)
    assert second.header("Authorization") == token


def test_an_index_that_wants_a_token(ask, registry):
    registry.auth_required = True
    token = registry.issue()
    assert ask(token=token, **sparse(registry))["verdict"] == "revoked-unchecked"
    assert [(request.line, request.header("Authorization")) for request in registry.requests] == [
        ("GET /index/config.json", None),
        ("GET /index/config.json", token),
        ("DELETE /api/v1/tokens/current", token),
    ]


def test_an_index_that_does_not_know_the_token(ask, registry, tmp_path):
    """Not for certain dead: who knows what such an index means by that. And the cache does not make up for it."""
    registry.auth_required = True
    cache_in(tmp_path).write_bytes(config(registry))
    answer = ask(token="cio" + "x" * 32, **sparse(registry, tmp_path))
    assert (answer["verdict"], answer["status"]) == ("no-api", 401)
    assert answer["url"] == registry.url + "/index/config.json"
    assert registry.lines() == ["GET /index/config.json"] * 2


def test_an_index_without_a_slash_at_its_end(ask, registry):
    assert ask(token=registry.issue(), **sparse(f"{registry.url}/index"))["verdict"] == "revoked-unchecked"


def test_the_page_where_a_person_can_revoke(ask, registry):
    """The address that cargo names to a person who logs in."""
    registry.can_revoke = False
    answer = ask(token=registry.issue(), **sparse(registry))
    assert (answer["verdict"], answer["page"]) == ("unsupported", f"{registry.url}/me")


@pytest.mark.parametrize("end", ["?", "?x=y", "#", "#x", "/api?token="])
def test_an_api_with_a_query_or_fragment(ask, registry, end):
    """The route would become a part of it."""
    registry.api = registry.url + end
    token = registry.issue()
    answer = ask(token=token, **sparse(registry))
    assert answer["verdict"] == "no-api" and "query or a fragment" in answer["detail"]
    assert registry.alive(token) and registry.lines() == ["GET /index/config.json"]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"api"', b"{}", b'{"dl":"x"}', b'{"api":null}', b'{"api":7}', b'{"api":["http://127.0.0.1"]}',
        b'{"api":"http://127.0.0.1\\u0000.example"}', b"<html>", b"\xff\xfe", b'{"api":"http://127.0.0.1:1"}' + b" " * 300_000,
        b"[" * 100_000,
    ],
)  # fmt: skip
def test_an_index_without_an_api(ask, registry, body):
    registry.config = body
    answer = ask(token=registry.issue(), **sparse(registry))
    assert answer["verdict"] == "no-api" and answer["detail"]
    assert registry.lines() == ["GET /index/config.json"]


@pytest.mark.parametrize("api", ["http://192.0.2.1", "ftp://127.0.0.1/", "//127.0.0.1", "", "javascript:alert(1)"])
def test_an_api_that_the_token_does_not_go_to(ask, registry, api):
    registry.api = api
    answer = ask(token=registry.issue(), **sparse(registry))
    assert answer["verdict"] == "no-api" and "cannot be called" in answer["detail"]


def test_an_index_that_shows_the_token(ask, registry):
    token = registry.issue()
    registry.api = f"{API}/{token}"
    assert ask(token=token, **sparse(registry))["verdict"] == "no-answer"


@pytest.mark.parametrize("index", ["http://192.0.2.1/", "ssh://127.0.0.1/", "index"])
def test_an_index_that_is_not_asked(ask, index):
    answer = ask(token="cioS3CRET", **sparse(index))
    assert answer["verdict"] == "no-api" and "the index could not be read" in answer["detail"]


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_what_the_index_says_is_final(ask, registry, tmp_path, status):
    cache_in(tmp_path).write_bytes(config(registry))
    with Server(says(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status)) as server:
        answer = ask(token=registry.issue(), **sparse(server.url + "/", tmp_path))
    assert (answer["verdict"], answer["status"]) == ("no-api", status)
    assert str(status) in answer["detail"] and registry.requests == []


DOWN = {
    "reset": at_once(reset),
    "silent": silent,
    "overloaded": says(b"HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n"),
    "too slow": says(b"HTTP/1.1 408 Late\r\nContent-Length: 0\r\n\r\n"),
    "too many": says(b"HTTP/1.1 429 Later\r\nContent-Length: 0\r\n\r\n"),
    "moved": says(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/config.json\r\nContent-Length: 0\r\n\r\n"),
}


@pytest.mark.parametrize("name", DOWN)
def test_the_cache_where_the_index_is_down(ask, registry, tmp_path, name):
    cache_in(tmp_path).write_bytes(config(registry))
    with Server(DOWN[name]) as server:
        token = registry.issue()
        without = ask(token=token, **sparse(server.url + "/"))
        assert without["verdict"] == "no-api" and without["url"] == server.url + "/config.json" and without["detail"]
        assert name != "moved" or "redirects to http://127.0.0.1:1/config.json" in without["detail"]
        assert ask(token=token, **sparse(server.url + "/", tmp_path / "missing"))["verdict"] == "no-api"
        assert ask(token=token, **sparse(server.url + "/", tmp_path))["verdict"] == "revoked-unchecked"


def test_the_cache_is_not_used_where_the_index_is_up(ask, registry, tmp_path):
    cache_in(tmp_path).write_text(json.dumps({"dl": "", "api": API}))
    assert ask(token=registry.issue(), **sparse(registry, tmp_path))["verdict"] == "revoked-unchecked"


@pytest.mark.parametrize("kind", ["empty", "no api", "broken", "large", "directory", "fifo", "unreadable link"])
def test_a_cache_that_is_of_no_use(ask, registry, tmp_path, kind):
    import os

    path = cache_in(tmp_path)
    texts = {"empty": b"", "no api": b"{}", "broken": b"{", "large": config(registry) + b" " * 300_000}
    if kind in texts:
        path.write_bytes(texts[kind])
    elif kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to(path)
    with Server(at_once(reset)) as server:
        answer = ask(token=registry.issue(), **sparse(server.url + "/", tmp_path))
    assert answer["verdict"] == "no-api" and registry.requests == []


# git indexes.


@pytest.fixture
def index(tmp_path, registry):
    """A git index with this registry's config.json."""
    path = tmp_path / "upstream"
    git_index.make(path, config(registry))
    return path


@pytest.fixture
def clone(tmp_path, index, cargo):
    """cargo's own clone of it."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text(f'[registries.corp]\nindex = "file://{index}"\n')
    env = environment(CARGO_HOME=str(home), CARGO_REGISTRIES_CORP_TOKEN="cio1", HOME=str(tmp_path))
    command = [cargo, "owner", "--list", "--registry", "corp", "foo"]
    subprocess.run(command, cwd=home, env=env, check=False, capture_output=True, timeout=SECONDS)
    [path] = (home / "registry/index").iterdir()
    git_index.complete(path, index)
    return path


def test_cargos_clone(ask, registry, clone, index):
    registry.requests.clear()
    answer = ask(token=registry.issue(), **cloned(f"file://{index}", clone.parents[2]))
    assert (answer["verdict"], answer["url"]) == ("revoked-unchecked", registry.url + "/api/v1/tokens/current")
    assert registry.lines() == ["DELETE /api/v1/tokens/current"]


def test_a_clone_that_is_packed(ask, registry, clone, index):
    git("gc", "-q", cwd=clone)
    assert list((clone / ".git/objects/pack").glob("*.pack"))
    assert ask(token=registry.issue(), **cloned(f"file://{index}", clone.parents[2]))["verdict"] == "revoked-unchecked"


def test_a_clone_of_someone_else(ask, registry, clone, index):
    """A cargo home that is shared: git and libgit2 would not read it."""
    import os

    for path in [clone, *clone.rglob("*")]:
        os.chown(path, 65534, 65534)
    assert ask(token=registry.issue(), **cloned(f"file://{index}", clone.parents[2]))["verdict"] == "revoked-unchecked"


def test_the_commit_that_was_fetched_last(ask, registry, clone, index):
    (index / "config.json").write_text(json.dumps({"dl": "", "api": API}))
    git("commit", "-qam", "moved", cwd=index)
    assert ask(token=registry.issue(), **cloned(f"file://{index}", clone.parents[2]))["verdict"] == "revoked-unchecked"
    git("fetch", "-q", str(index), FETCHED, cwd=clone)
    answer = ask(token=registry.issue(), **cloned(f"file://{index}", clone.parents[2]))
    assert (answer["verdict"], answer["url"]) == ("no-answer", API + "/api/v1/tokens/current")


def damage(path, how):
    reference = path / ".git/refs/remotes/origin/HEAD"
    if how == "no HEAD":
        reference.unlink()
    elif how == "HEAD of nothing":
        reference.write_text("0" * 39 + "1\n")
    elif how == "HEAD of letters":
        reference.write_text("what?\n")
    elif how == "no objects":
        for file in (path / ".git/objects").rglob("??????*"):
            file.unlink()
    elif how == "broken objects":
        for file in (path / ".git/objects").rglob("??????*"):
            file.chmod(0o600)
            file.write_bytes(b"x")
    elif how == "no repository":
        (path / ".git/HEAD").unlink()
    elif how == "broken configuration":
        (path / ".git/config").write_text("[core\n")
    else:
        change = {"no file": None, "no JSON": b"{", "no api": b'{"dl":"x"}', "large": b'{"api":"http://127.0.0.1:1"}' + b" " * 300_000}[how]
        work = path.parent / "work"
        git("clone", "-q", str(path.parents[3] / "upstream"), str(work), cwd=path.parent)
        git("rm", "-q", "config.json", cwd=work)
        (work / "other").write_bytes(b"")
        if change is not None:
            (work / "config.json").write_bytes(change)
        git("add", ".", cwd=work)
        git("commit", "-qm", "change", cwd=work)
        git("fetch", "-q", str(work), FETCHED, cwd=path)


@pytest.mark.parametrize(
    "how",
    [
        "no HEAD", "HEAD of nothing", "HEAD of letters", "no objects", "broken objects", "no repository", "broken configuration",
        "no file", "no JSON", "no api", "large",
    ],
)  # fmt: skip
def test_clones_that_give_none(ask, registry, clone, index, how):
    damage(clone, how)
    registry.requests.clear()
    answer = ask(token=registry.issue(), **cloned(f"file://{index}", clone.parents[2]))
    assert answer["verdict"] == "no-api" and answer["detail"]
    assert registry.requests == []


def test_no_clone(ask, tmp_path):
    for home in (tmp_path / "missing", tmp_path, pathlib.Path("/dev/null")):
        answer = ask(token="cioS3CRET", **cloned("https://registry.example/index", home))
        assert answer["verdict"] == "no-api" and "no copy of the index yet" in answer["detail"]


def test_a_clone_is_not_looked_for_above(ask, clone, index):
    """Not in a directory above the one that cargo uses."""
    (clone / ".git").rename(clone.parent / ".git")
    (clone / ".git").mkdir()
    assert ask(token="cioS3CRET", **cloned(f"file://{index}", clone.parents[2]))["verdict"] == "no-api"


def test_retry_after_from_the_index(ask, registry):
    """The limits of one call are those of each."""
    with Server(
        says(b"HTTP/1.1 429 Later\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(config(registry)) + config(registry)),
    ) as server:
        registry.answers = [Answer(503, headers={"Retry-After": "1"})]
        assert ask(token=registry.issue(), **sparse(server.url), retry=1)["verdict"] == "revoked-unchecked"
