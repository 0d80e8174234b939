"""The helper and a server that is in order: each row of the table of answers, requests, settings."""

import json
import os
import re
import subprocess

import pytest

import broken_server
from revoke_asker import SECONDS
from registry_stand_in import FAILED, NOT_PERMITTED, READ_ONLY, TOKEN_FORMAT, Answer

CURRENT = "/api/v1/tokens/current"
TRUSTED = "/api/v1/trusted_publishing/tokens"


def judged(answer):
    """(dead, how, status)"""
    return answer["dead"], answer["how"], answer.get("status")


# Each row of the table, by the state of a server as crates.io is.


def test_revoked(ask, registry):
    token = registry.issue()
    answer = ask(token=token, api=registry.url)
    assert answer == {"dead": True, "how": "revoked", "status": 204, "url": registry.url + CURRENT}
    assert not registry.alive(token)
    [request] = registry.requests
    assert request.line == f"DELETE {CURRENT}" and request.body == b""
    assert {name for name, _ in request.headers} == {"Host", "User-Agent", "Accept", "Authorization"}
    assert request.header("Authorization") == token
    assert re.fullmatch(r"cargo-logout/[\d.]+( \(\S+\))?", request.header("User-Agent"))


def test_only_that_token(ask, registry):
    token, other = registry.issue(), registry.issue()
    ask(token=token, api=registry.url)
    assert not registry.alive(token) and registry.alive(other)


@pytest.mark.parametrize("state", [{"revoked": True}, {"expired": True}])
def test_dead_already(ask, registry, state):
    answer = ask(token=registry.issue(**state), api=registry.url)
    assert judged(answer) == (True, "unknown-token", 403)
    assert answer["detail"] == FAILED


def test_unknown(ask, registry):
    assert judged(ask(token="cio" + "x" * 32, api=registry.url)) == (True, "unknown-token", 403)


def test_not_a_token_of_crates_io(ask, registry):
    answer = ask(token="0123456789abcdef", api=registry.url)
    assert judged(answer) == (True, "not-a-token", 401)
    assert answer["detail"] == TOKEN_FORMAT


@pytest.mark.parametrize("scopes", [(), ("yank",), ("publish-new", "publish-update")])
def test_a_scoped_token_lives_on(ask, registry, scopes):
    token = registry.issue(scopes=scopes)
    answer = ask(token=token, api=registry.url)
    assert judged(answer) == (False, "not-permitted", 403)
    assert answer["detail"] == NOT_PERMITTED
    assert registry.alive(token)


def test_a_locked_account(ask, registry):
    registry.locked = "abuse"
    token = registry.issue()
    answer = ask(token=token, api=registry.url)
    assert judged(answer) == (False, "refused", 403)
    assert answer["detail"] == "This account is indefinitely locked. Reason: abuse"
    assert registry.alive(token)


def test_read_only(ask, registry):
    registry.read_only = True
    token = registry.issue()
    answer = ask(token=token, api=registry.url)
    assert judged(answer) == (False, "refused", 503)
    assert answer["detail"] == READ_ONLY
    assert registry.alive(token)


def test_trusted_publishing(ask, registry):
    token = registry.issue_trusted()
    answer = ask(token=token, kind="trusted-publishing", api=registry.url)
    assert judged(answer) == (True, "revoked", 204)
    assert answer["url"] == registry.url + TRUSTED
    assert not registry.alive(token)
    assert registry.requests[0].header("Authorization") == f"Bearer {token}"


def test_trusted_publishing_does_not_know_the_dead(ask, registry):
    token = registry.issue_trusted()
    for _ in range(2):
        assert judged(ask(token=token, kind="trusted-publishing", api=registry.url)) == (True, "revoked", 204)


def test_trusted_publishing_mistyped(ask, registry):
    answer = ask(token="cio_tp_short", kind="trusted-publishing", api=registry.url)
    assert judged(answer) == (True, "not-a-token", 401)


def test_trusted_publishing_on_the_other_route_is_not_dead_for_the_server(registry, ask):
    """Why the kind is asked for: crates.io would call a live one unknown there."""
    token = registry.issue_trusted()
    assert judged(ask(token=token, api=registry.url)) == (True, "unknown-token", 403)
    assert registry.alive(token)


@pytest.mark.parametrize("kind", ["registry", "trusted-publishing"])
def test_only_crates_io_is_believed_that_it_does_not_know_a_token(ask, registry, kind):
    registry.answers = [Answer(403, {"errors": [{"detail": FAILED}]}), Answer(401, {"errors": [{"detail": TOKEN_FORMAT}]})]
    assert judged(ask(token="cio1", kind=kind, api=registry.url)) == (False, "refused", 403)
    assert judged(ask(token="cio1", kind=kind, api=registry.url)) == (False, "refused", 401)


def test_a_registry_without_the_call(ask, registry):
    registry.can_revoke = False
    token = registry.issue()
    assert judged(ask(token=token, kind="registry", api=registry.url)) == (False, "unsupported", 404)
    registry.answers = [Answer(405)]
    assert judged(ask(token=token, kind="registry", api=registry.url)) == (False, "unsupported", 405)
    assert registry.alive(token)


def test_a_registry_with_the_call(ask, registry):
    registry.prefix = ""
    token = registry.issue("my-own-kind-of-token")
    assert judged(ask(token=token, kind="registry", api=registry.url)) == (True, "revoked", 204)
    assert not registry.alive(token)


@pytest.mark.parametrize(
    "reply, how",
    [
        (Answer(200, {"ok": True}), "revoked"),
        (Answer(200), "revoked"),
        (Answer(200, {"errors": [{"detail": "it is Monday"}]}), "refused"),
        (Answer(200, b"<html>Welcome</html>", {"Content-Type": "text/html"}), "refused"),
        (Answer(200, b'{"ok":true}', {"Content-Type": "text/html"}), "revoked"),
        (Answer(200, b'{"ok":'), "refused"),
        (Answer(200, b"\x1f\x8b\x08\x00", {"Content-Encoding": "gzip"}), "refused"),
        (Answer(401, {"message": "token is required"}), "refused"),  # Gitea, to a token that lives
        (Answer(400, b"Bad Request"), "refused"),
        (Answer(408), "refused"),
        (Answer(429, {"errors": [{"detail": "too many"}]}), "refused"),
        (Answer(500, b"Internal Server Error"), "refused"),
        (Answer(502, b"<html>"), "refused"),
        (Answer(503), "refused"),
        (Answer(504), "refused"),
    ],
)  # fmt: skip
def test_other_answers(ask, registry, reply, how):
    registry.answers = [reply]
    token = registry.issue()
    answer = ask(token=token, kind="registry", api=registry.url)
    assert judged(answer) == (how == "revoked", how, reply.status)
    assert registry.alive(token)


def test_the_reason_is_fit_to_be_shown(ask, registry):
    token = registry.issue()
    registry.answers = [Answer(400, {"errors": [{"detail": f"\x1b[31m{token}\n\u202enono\x00{'x' * 2000}"}]})]
    detail = ask(token=token, api=registry.url)["detail"]
    assert detail.startswith(" [31m[the token]  nono xxx") and len(detail) <= 1003


# Requests and settings.


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2}, {"v": None}, {"v": "1"}, {"token": None}, {"token": 7}, {"token": "S3CRET\0"}, {"kind": None}, {"kind": "other"}, {"kind": 1},
        {"api": None}, {"api": 3}, {"index": "https://h/"}, {"index": "https://h/", "api": None, "clone": "/x"},
        {"timeout": -1}, {"timeout": "1"}, {"timeout": 1.5}, {"retry": True}, {"proxy": 1}, {"cainfo": []},
        {"user_agent": "a\r\nOrigin: x"}, {"user_agent": ""}, {"user_agent": 1}, {"check_revoke": 1}, {"ssl_version": "tlsv1.2"},
        {"ssl_version": {"min": "tlsv1.4"}}, {"ssl_version": {"max": 3}}, {"cache": {}},
    ],
)  # fmt: skip
def test_what_is_no_request(ask, registry, change):
    """Nothing is sent, nothing answered, and nothing of it is shown."""
    token = registry.issue()
    request = {"v": 1, "token": token, "kind": "crates-io", "api": registry.url} | change
    done = ask.run(json.dumps(request) + "\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    assert token not in done.stderr and registry.requests == []


@pytest.mark.parametrize(
    "text", ["", "\n", "{}", "[]", "null", "S3CRET", '{"v":1,"token":"S3CRET', '{"v":1,"v":1}', "\0", "{" * 5000, "S3CRET" * 50000]
)
def test_what_is_no_json(ask, text):
    done = ask.run(text)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1 and "S3CRET" not in done.stderr


def test_a_request_ends_with_its_line_or_the_input(helper, ask, registry):
    request = {"v": 1, "token": registry.issue(), "kind": "crates-io", "api": registry.url, "a-later-key": [1], "proxy": None}
    assert '"revoked"' in ask.run(json.dumps(request)).stdout
    with subprocess.Popen([helper], env=ask.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        child.stdin.write(json.dumps(request) + "\n")
        child.stdin.flush()  # and it stays open
        assert '"unknown-token"' in child.communicate(timeout=SECONDS)[0]


@pytest.mark.parametrize("token", ["", "cio\r\nOrigin: https://evil.example", "cio\n", "cioé", "\x7f"])
def test_tokens_that_no_header_can_hold(ask, registry, token):
    answer = ask(token=token, api=registry.url)
    assert judged(answer) == (False, "no-answer", None)
    assert "not sent" in answer["detail"] and registry.requests == []


def test_user_agent(ask, registry):
    ask(token=registry.issue(), api=registry.url, user_agent="mine/1 (me@example.com)")
    assert registry.requests[0].header("User-Agent") == "mine/1 (me@example.com)"
    registry.blocked_agents = ("mine/1",)
    assert judged(ask(token=registry.issue(), api=registry.url, user_agent="mine/1")) == (False, "refused", 403)


@pytest.mark.parametrize("api", ["http://192.0.2.1", "http://crates.io", "ftp://127.0.0.1", "crates", "", "file:///etc", "https://"])
def test_the_token_does_not_go_everywhere(ask, api):
    answer = ask(token="cio1", api=api)
    assert judged(answer) == (False, "no-api", None)
    assert "cannot be called" in answer["detail"]


def test_the_base_is_taken_as_cargo_takes_it(ask, registry):
    """format!("{}/api/v1{}"): one that ends with a slash has two."""
    answer = ask(token=registry.issue(), api=registry.url + "/some/")
    assert answer["url"] == f"{registry.url}/some//api/v1/tokens/current"


def test_user_and_password_are_not_shown(ask, registry):
    answer = ask(token=registry.issue(), api=registry.url.replace("//", "//me:S3CRETpw@"))
    assert judged(answer) == (True, "revoked", 204) and "S3CRET" not in str(answer)
    assert registry.requests[0].header("Authorization").startswith("cio")


def test_help_and_version(helper):
    for option, text in (("--help", "Usage: cargo-logout-revoke"), ("-h", "helper of cargo-logout"), ("-V", "cargo-logout-revoke 0."), ("--version", "cargo-logout-revoke 0.")):
        done = subprocess.run([helper, option], capture_output=True, text=True, timeout=SECONDS, check=True)
        assert text in done.stdout and not done.stderr


def test_called_by_hand(helper):
    command = ["script", "-qec", str(helper), "/dev/null"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 1 and "see --help" in done.stdout
    done = subprocess.run([helper, "token"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 1 and "see --help" in done.stderr


def test_a_request_that_cannot_be_read(helper, tmp_path):
    directory = os.open(tmp_path, os.O_RDONLY)
    done = subprocess.run([helper], stdin=directory, capture_output=True, text=True, timeout=SECONDS, check=False)
    os.close(directory)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: failed to read the request: Is a directory (os error 21)\n"


def test_a_read_that_is_interrupted_is_made_again(helper, ask, registry, tmp_path):
    request, log = tmp_path / "request", tmp_path / "log"
    request.write_text(json.dumps({"v": 1, "token": registry.issue(), "kind": "crates-io", "api": registry.url}))
    strace = ["strace", "-qq", "-o", str(log), "-P", str(request), "-e", "inject=read:error=EINTR:when=1", str(helper)]
    env = ask.env | {"ASAN_OPTIONS": "detect_leaks=0"}  # a traced process cannot look for leaks
    with open(request) as file:
        done = subprocess.run(strace, stdin=file, env=env, capture_output=True, text=True, timeout=SECONDS, check=True)
    assert '"revoked"' in done.stdout
    assert log.read_text().count("INJECTED") == 1


def test_nobody_reads_the_answer(helper, ask, registry):
    request = {"v": 1, "token": registry.issue(), "kind": "crates-io", "api": registry.url}
    with subprocess.Popen([helper], env=ask.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        child.stdout.close()
        child.stdin.write(json.dumps(request))
        child.stdin.close()
        assert child.wait(SECONDS) == 1


def test_nothing_else_is_in_the_requests(ask, registry, tmp_path):
    """A cookie is not kept, a .netrc not read, an Origin not sent."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password S3CRETpw\ndefault login me password S3CRETpw\n")
    ask.env["HOME"] = str(tmp_path)
    config = json.dumps({"dl": "x", "api": registry.url}).encode()
    index = broken_server.says(broken_server.answer("200 OK", config, b"Set-Cookie: a=S3CRETcookie"))
    with broken_server.Server(index) as server:
        answer = ask(token=registry.issue(), kind="registry", index=server.url + "/")
    assert judged(answer) == (True, "revoked", 204)
    [request] = registry.requests
    assert {name for name, _ in request.headers} == {"Host", "User-Agent", "Accept", "Authorization"}
    assert b"Authorization" not in server.requests[0] and b"S3CRET" not in server.requests[0]
