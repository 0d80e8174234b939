"""The helper and the servers of other makes: each row of the table of answers."""

import json

import broken_server
import pytest

from registry_stand_in import Answer
from revoke_asker import request
from vendor_stand_in import KINDS, Vendor

ERROR = {"errors": [{"code": "X", "message": "no"}]}


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def server(kind):
    with Vendor(kind) as server:
        yield server


def facts(row):
    known = {"who": row.who, "scopes": row.scopes, "expires": row.expires}
    return {key: value for key, value in known.items() if value}


@pytest.mark.parametrize("stored", ["{}", "bearer {}", "TOKEN   {}"])
@pytest.mark.parametrize("below", ["", "/tools"])
def test_revoked_and_checked(ask, kind, stored, below):
    with Vendor(kind, below=below) as server:
        token = server.issue()
        answer = ask(kind=kind, api=server.root, token=stored.format(token))
    row = server.kind
    assert answer == {"verdict": "revoked-checked", "status": row.revoked.status, "url": server.root + row.route} | facts(row)
    assert not server.alive(token)
    assert server.lines() == [f"{method} {below}{row.route}" for method in ("GET", "DELETE", "GET")]
    for each in server.requests:
        assert each.header("Authorization") == f"{'Bearer' if row.schemes[0] == 'bearer' else 'token'} {token}"
        assert each.body == b""


def test_a_check_tells_who(ask, kind, server):
    token = server.issue()
    answer = ask(kind=kind, api=server.root, token=token, revokes=False)
    assert answer == {"verdict": "valid", "status": 200, "url": server.root + server.kind.route} | facts(server.kind)
    assert server.methods() == ["GET"] and server.alive(token)


def test_an_unknown_token(ask, kind, server):
    """A check believes it. A revocation does not, because no check of this run said "valid" before; and it sends no DELETE."""
    assert ask(kind=kind, api=server.root, token="S3CRETx", revokes=False)["verdict"] == "already-invalid"
    answer = ask(kind=kind, api=server.root, token="S3CRETx")
    assert answer["verdict"] == "refused" and answer["detail"]
    assert server.methods() == ["GET", "GET"]


def test_revoked_by_somebody_else_in_between(ask, kind, server):
    """The check said "valid": then the answers to the revocation and to the next check count."""
    server.answers["GET"] = [Answer(200, server.kind.facts), None]
    assert ask(kind=kind, api=server.root, token="S3CRETx")["verdict"] == "already-invalid"
    assert server.methods() == ["GET", "DELETE", "GET"]


def test_an_invalid_that_the_next_check_denies(ask, kind, server):
    server.answers["DELETE"] = [server.kind.unknown]
    token = server.issue()
    assert ask(kind=kind, api=server.root, token=token)["verdict"] == "unknown"
    assert server.alive(token)


def test_a_server_that_confirms_and_still_accepts(ask, kind, server):
    server.lag = 10**9
    token = server.issue()
    assert ask(kind=kind, api=server.root, token=token, limit_ms=2000)["verdict"] == "valid"
    if kind == "Artifactory":
        assert len(server.requests) > 3
    else:
        assert server.methods() == ["GET", "DELETE", "GET"]


def test_artifactory_is_asked_until_it_says_no(ask):
    with Vendor("Artifactory") as server:
        server.lag = 3
        server.answers["GET"] = [None, None, Answer(500), Answer(503)]
        token = server.issue()
        answer = ask(kind="Artifactory", api=server.root, token=token)
        assert answer["verdict"] == "revoked-checked"
        assert server.methods() == ["GET", "DELETE"] + ["GET"] * 6


@pytest.mark.parametrize("after", [Answer(500), Answer(403, b"<html>"), Answer(200, b"<html>"), Answer(204), Answer(302, headers={"Location": "/x"})])
def test_no_usable_check_afterwards(ask, kind, server, after):
    server.answers["GET"] = [None] + [after] * 1000
    token = server.issue()
    assert ask(kind=kind, api=server.root, token=token, limit_ms=400)["verdict"] == "revoked-unchecked"
    assert not server.alive(token)


def test_any_401_afterwards_confirms(ask, kind, server):
    server.answers["GET"] = [None, Answer(401, b"<html>")]
    assert ask(kind=kind, api=server.root, token=server.issue())["verdict"] == "revoked-checked"


# What a DELETE can answer after a check said "valid". The token stays as it is.
DELETES = [
    ("Artifactory", Answer(400, ERROR), "unsupported"),
    ("Artifactory", Answer(403, ERROR), "not-permitted"),
    ("Artifactory", Answer(404, ERROR), "unsupported"),
    ("Artifactory", Answer(405), "unsupported"),
    ("Artifactory", Answer(200, {"error": "not today"}), "refused"),
    ("Artifactory", Answer(200, ERROR), "refused"),
    ("Artifactory", Answer(200, b"<html>Welcome</html>"), "refused"),
    ("Artifactory", Answer(200, b"ok"), "refused"),
    ("Artifactory", Answer(200, [1]), "refused"),
    ("GitLab", Answer(400, {"message": "400 Bad request"}), "unsupported"),
    ("GitLab", Answer(403, {"error": "insufficient_scope", "error_description": "The request requires ...", "scope": "api"}), "not-permitted"),
    ("GitLab", Answer(403, {"message": "403 Forbidden"}), "refused"),
    ("GitLab", Answer(404, {"error": "404 Not Found"}), "unsupported"),
    ("GitLab", Answer(200), "refused"),
    ("GitLab", Answer(200, {"ok": True}), "refused"),
    ("Gitea", Answer(200), "refused"),  # a database error
    ("Gitea", Answer(200, {"ok": True}), "refused"),
    ("Gitea", Answer(403, {"message": "no"}), "refused"),
    ("Gitea", Answer(404, {"message": "not found"}), "unsupported"),
    ("Gitea", Answer(500, {"message": ""}), "refused"),
]
EVERYWHERE = [Answer(status) for status in (201, 202, 203, 206, 299, 408, 429, 500, 503)]
EVERYWHERE += [Answer(302, headers={"Location": "/login"}), Answer(502, b"<html>")]


def refuses(ask, kind, reply, verdict):
    with Vendor(kind) as server:
        server.answers["DELETE"] = [reply]
        token = server.issue()
        answer = ask(kind=kind, api=server.root, token=token)
        assert (answer["verdict"], answer["status"]) == (verdict, reply.status), answer
        assert server.alive(token) and server.methods() == ["GET", "DELETE"]
        assert answer["who"] == server.kind.who


@pytest.mark.parametrize("kind, reply, verdict", DELETES)
def test_answers_to_a_revocation(ask, kind, reply, verdict):
    refuses(ask, kind, reply, verdict)


@pytest.mark.parametrize("reply", EVERYWHERE, ids=lambda reply: reply.status)
def test_answers_of_any_server(ask, kind, reply):
    refuses(ask, kind, reply, "refused")


def test_a_body_behind_a_length_of_nothing(ask):
    """A 200 without a body would be Artifactory's yes."""
    facts = broken_server.answer("200 OK", json.dumps(KINDS["Artifactory"].facts).encode())
    lie = b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n{"error":"no"}'
    with broken_server.Server(broken_server.says(facts), broken_server.says(lie)) as server:
        assert ask(kind="Artifactory", api=server.url, token="S3CRET")["verdict"] == "no-answer"
        assert len(server.requests) == 2


# What a check can answer first: verdict of a check, verdict of a revocation. No DELETE follows.
CHECKS = [
    ("Artifactory", Answer(400, ERROR), "unsupported", "unsupported"),
    ("Artifactory", Answer(403, ERROR), "not-permitted", "not-permitted"),
    ("Artifactory", Answer(404, ERROR), "unsupported", "unsupported"),
    ("Artifactory", Answer(401), "unknown", "refused"),
    ("Artifactory", Answer(200, {"subject": "x"}), "unknown", "refused"),
    ("Artifactory", Answer(200, KINDS["Artifactory"].facts | {"error": "x"}), "unknown", "refused"),
    ("GitLab", Answer(400, {"message": "400 Bad request - This endpoint requires token type to be a personal access token"}), "unsupported", "unsupported"),
    ("GitLab", Answer(401, {"error": "invalid_token", "error_description": "Token was revoked. You have to re-authorize from the user."}), "already-invalid", "refused"),
    ("GitLab", Answer(401, {"error": "invalid_token", "error_description": "Token is an impersonation token but impersonation was disabled."}), "unknown", "refused"),
    ("GitLab", Answer(401, {"message": "log in first"}), "unknown", "refused"),
    ("GitLab", Answer(200, KINDS["GitLab"].facts | {"active": False}), "unknown", "refused"),
    ("GitLab", Answer(200, KINDS["GitLab"].facts | {"revoked": True}), "unknown", "refused"),
    ("Gitea", Answer(404, {"message": "token not found"}), "already-invalid", "refused"),
    ("Gitea", Answer(404, {"message": "invalid personal token"}), "already-invalid", "refused"),
    ("Gitea", Answer(404, {"message": "access token not found"}), "already-invalid", "refused"),
    ("Gitea", Answer(404, {"message": "not found", "url": "x"}), "unsupported", "unsupported"),
    ("Gitea", Answer(405), "unsupported", "unsupported"),
    ("Gitea", Answer(401, {"message": "token is required"}), "unknown", "refused"),
    ("Gitea", Answer(200), "unknown", "refused"),
]  # fmt: skip
ANY_CHECK = [Answer(200, b"<html>Welcome</html>"), Answer(200, {}), Answer(204), Answer(500), Answer(401, b"<html>Log in</html>")]
ANY_CHECK += [Answer(302, headers={"Location": "/login"})]


def first_check(ask, kind, reply, checked, revoked):
    with Vendor(kind) as server:
        server.answers["GET"] = [reply, reply]
        token = server.issue()
        assert ask(kind=kind, api=server.root, token=token, revokes=False)["verdict"] == checked
        assert ask(kind=kind, api=server.root, token=token)["verdict"] == revoked
        assert server.alive(token) and server.methods() == ["GET", "GET"]


@pytest.mark.parametrize("kind, reply, checked, revoked", CHECKS)
def test_answers_to_a_check(ask, kind, reply, checked, revoked):
    first_check(ask, kind, reply, checked, revoked)


@pytest.mark.parametrize("reply", ANY_CHECK)
def test_answers_to_any_check(ask, kind, reply):
    first_check(ask, kind, reply, "unknown", "refused")


def test_servers_side_by_side_and_in_order(ask):
    """Twelve requests on three servers: each server sees its own one after the other."""
    with Vendor("Artifactory") as a, Vendor("GitLab") as b, Vendor("Gitea") as c:
        named = {"Artifactory": a, "GitLab": b, "Gitea": c}
        tokens = [(kind, named[kind].issue()) for _ in range(4) for kind in named]
        requests = [
            request(id=number, group=kind, kind=kind, api=named[kind].root, token=token)
            for number, (kind, token) in enumerate(tokens)
        ]
        answers = ask.all(*requests)
        assert {answer["verdict"] for answer in answers.values()} == {"revoked-checked"}
        for kind, server in named.items():
            assert server.methods() == ["GET", "DELETE", "GET"] * 4
            seen = [each.header("Authorization").split()[1] for each in server.requests[::3]]
            assert seen == [token for name, token in tokens if name == kind]
