"""The helper and a server that is in order: crates.io, registries like it, requests, settings."""

import json
import os
import re
import subprocess

import pytest

import broken_server
from registry_stand_in import FAILED, NOT_PERMITTED, READ_ONLY, TOKEN_FORMAT, WEBSITE_ONLY, Answer
from revoke_asker import SECONDS, request

CURRENT = "/api/v1/tokens/current"
TRUSTED = "/api/v1/trusted_publishing/tokens"
CHECK, DELETE = "GET /api/v1/me", f"DELETE {CURRENT}"


def refusal(status, detail):
    return Answer(status, {"errors": [{"detail": detail}]})


def judged(answer):
    """(verdict, status)"""
    return answer["verdict"], answer.get("status")


@pytest.fixture
def crates_io(ask, registry):
    """Asks about a token at the stand-in, by crates.io's rules."""

    def crates_io(token, **keys):
        return ask(kind="crates.io", api=registry.url, token=token, **keys)

    return crates_io


# crates.io: a check before and after.


def test_revoked(crates_io, registry):
    token = registry.issue()
    answer = crates_io(token)
    assert answer == {"verdict": "revoked-checked", "invalid": True, "status": 204, "url": registry.url + CURRENT}
    assert not registry.alive(token)
    assert registry.lines() == [CHECK, DELETE, CHECK]
    for each in registry.requests:
        assert each.body == b""
        assert {name for name, _ in each.headers} == {"Host", "User-Agent", "Accept", "Authorization"}
        assert each.header("Authorization") == token
        assert each.header("User-Agent").startswith("cargo-logout/")


def test_only_that_token(crates_io, registry):
    token, other = registry.issue(), registry.issue()
    crates_io(token)
    assert not registry.alive(token) and registry.alive(other)


@pytest.mark.parametrize("stored", ["Bearer {}", "bearer {}", "BEARER  {}", "token {}"])
def test_a_stored_scheme(crates_io, registry, stored):
    token = registry.issue()
    assert crates_io(stored.format(token))["verdict"] == "revoked-checked"
    assert not registry.alive(token)
    assert {each.header("Authorization") for each in registry.requests} == {token}


@pytest.mark.parametrize("action", ["revoke", "check"])
@pytest.mark.parametrize("state", [{"revoked": True}, {"expired": True}, None])
def test_not_recognized(ask, crates_io, registry, state, action):
    """Asked twice, and never "revoked"."""
    token = "cio" + "x" * 32 if state is None else registry.issue(**state)
    answer = crates_io(token, action=action)
    assert judged(answer) == ("unrecognized", 403) and answer["detail"] == FAILED
    assert registry.lines() == [CHECK, CHECK]
    assert ask.waiting == ["the server does not recognize the token; it is asked again"]


@pytest.mark.parametrize(
    "second",
    [refusal(403, WEBSITE_ONLY), refusal(403, "This account is indefinitely locked. Reason: x"), Answer(503), Answer(200, {}), refusal(401, TOKEN_FORMAT)],
)
@pytest.mark.parametrize("action", ["revoke", "check"])
def test_two_checks_that_differ(crates_io, registry, action, second):
    """A query that failed may have been the reason of the first: the token is kept."""
    registry.answers = [refusal(403, FAILED), second]
    token = registry.issue()
    assert crates_io(token, action=action)["verdict"] == "unknown"
    assert registry.alive(token) and registry.lines() == [CHECK, CHECK]


def test_no_time_for_the_second_check(crates_io, registry):
    answer = crates_io("cio" + "x" * 32, recheck_ms=60000)
    assert answer["verdict"] == "unknown" and registry.lines() == [CHECK]


@pytest.mark.parametrize(
    "reply, verdict",
    [
        (refusal(403, FAILED), "unknown"),  # after a check that said "valid"
        (refusal(403, NOT_PERMITTED), "not-permitted"),
        (refusal(403, WEBSITE_ONLY), "refused"),
        (refusal(403, "invalid origin header"), "refused"),
        (refusal(401, TOKEN_FORMAT), "unknown"),
        (refusal(503, READ_ONLY), "refused"),
        (Answer(403, {"errors": [{"detail": FAILED}, {"detail": FAILED}]}), "refused"),
        (Answer(403, {"errors": [{"detail": FAILED}], "x": 1}), "refused"),
        (Answer(401), "unknown"),
        (Answer(200, {"ok": True}), "refused"),
        (Answer(200), "refused"),
        (Answer(404), "unsupported"),
        (Answer(500), "refused"),
    ],
)
def test_valid_and_then_no_204(crates_io, registry, reply, verdict):
    registry.answers = [None, reply]
    token = registry.issue()
    assert judged(crates_io(token)) == (verdict, reply.status)
    assert registry.alive(token) and registry.lines() == [CHECK, DELETE]


@pytest.mark.parametrize(
    "after, verdict",
    [
        (refusal(403, WEBSITE_ONLY), "valid"),
        (refusal(403, "This account is indefinitely locked. Reason: x"), "revoked-unchecked"),
        (Answer(401), "revoked-unchecked"),
        (Answer(503), "revoked-unchecked"),
    ],
)
def test_what_the_check_afterwards_says(crates_io, registry, after, verdict):
    registry.answers = [None, None, after]
    assert crates_io(registry.issue())["verdict"] == verdict
    assert registry.lines() == [CHECK, DELETE, CHECK]


@pytest.mark.parametrize("value", ["0123456789abcdef", "Bearer 0123", "token x", "Basic Y2lv", " cio1"])
@pytest.mark.parametrize("action", ["revoke", "check"])
def test_without_cio_nothing_is_sent(crates_io, registry, value, action):
    answer = crates_io(value, action=action)
    assert judged(answer) == ("not-a-token", None) and "not sent" in answer["detail"]
    assert registry.requests == []


def test_the_server_says_that_it_is_no_token(crates_io, registry):
    registry.prefix = "cio9"
    answer = crates_io("cio123")
    assert judged(answer) == ("not-a-token", 401) and answer["detail"] == TOKEN_FORMAT
    assert registry.lines() == [CHECK]


@pytest.mark.parametrize("scopes", [(), ("yank",), ("publish-new", "publish-update")])
def test_a_token_with_scopes_stays_valid(crates_io, registry, scopes):
    token = registry.issue(scopes=scopes)
    assert judged(crates_io(token, action="check")) == ("valid", 403)
    answer = crates_io(token)
    assert judged(answer) == ("not-permitted", 403) and answer["detail"] == NOT_PERMITTED
    assert registry.alive(token)


def test_a_locked_account(crates_io, registry):
    registry.locked = "abuse"
    token = registry.issue()
    answer = crates_io(token)
    assert judged(answer) == ("refused", 403)
    assert answer["detail"] == "This account is indefinitely locked. Reason: abuse"
    assert judged(crates_io(token, action="check")) == ("unknown", 403)
    assert registry.alive(token)


def test_read_only(crates_io, registry):
    registry.read_only = True
    token = registry.issue()
    answer = crates_io(token)
    assert judged(answer) == ("refused", 503) and answer["detail"] == READ_ONLY
    assert registry.alive(token)


def test_database_down(crates_io, registry):
    registry.answers = [refusal(503, "Service unavailable")]
    assert judged(crates_io(registry.issue())) == ("refused", 503)
    assert registry.lines() == [CHECK]


def test_trusted_publishing(crates_io, registry):
    """No check exists, and the 204 comes for every token of the format."""
    token = registry.issue_trusted()
    for _ in range(2):
        answer = crates_io(token)
        assert judged(answer) == ("revoked-unchecked", 204) and answer["url"] == registry.url + TRUSTED
        assert not registry.alive(token)
    assert registry.lines() == [f"DELETE {TRUSTED}"] * 2
    assert registry.requests[0].header("Authorization") == f"Bearer {token}"


def test_trusted_publishing_stored_with_a_scheme(crates_io, registry):
    token = registry.issue_trusted()
    assert crates_io(f"Bearer {token}")["verdict"] == "revoked-unchecked" and not registry.alive(token)


def test_trusted_publishing_has_no_check(crates_io, registry):
    assert judged(crates_io(registry.issue_trusted(), action="check")) == ("unknown", None)
    assert registry.requests == []


def test_trusted_publishing_mistyped(crates_io):
    assert judged(crates_io("cio_tp_short")) == ("not-a-token", 401)


@pytest.mark.parametrize("reply", [refusal(403, FAILED), refusal(401, TOKEN_FORMAT), Answer(401), Answer(200, {"ok": True})])
def test_trusted_publishing_refused(crates_io, registry, reply):
    registry.answers = [reply]
    token = registry.issue_trusted()
    assert crates_io(token)["verdict"] == "refused" and registry.alive(token)


def test_crates_io_is_not_inspected(crates_io, registry):
    """It would tell neither name nor scopes."""
    assert judged(crates_io(registry.issue(), action="inspect")) == ("unknown", None)
    assert registry.requests == []


# Registries that nothing tells apart get crates.io's call, and no check.


@pytest.mark.parametrize("value", ["my-own-kind-of-token", "Bearer mine", "Basic x", "token  y"])
def test_a_registry_with_the_call(ask, registry, value):
    """The value goes out as cargo would send it."""
    registry.answers = [Answer(204)]
    answer = ask(token=value, api=registry.url)
    assert judged(answer) == ("revoked-unchecked", 204)
    assert [each.header("Authorization") for each in registry.requests] == [value]
    assert registry.lines() == [DELETE]


@pytest.mark.parametrize("action", ["check", "inspect"])
def test_a_registry_without_a_check(ask, registry, action):
    assert judged(ask(token="x", api=registry.url, action=action)) == ("unknown", None)
    assert registry.requests == []


def test_a_registry_without_the_call(ask, registry):
    registry.can_revoke = False
    token = registry.issue()
    assert judged(ask(token=token, api=registry.url)) == ("unsupported", 404)
    registry.answers = [Answer(405)]
    assert judged(ask(token=token, api=registry.url)) == ("unsupported", 405)
    assert registry.alive(token)


@pytest.mark.parametrize(
    "reply, verdict",
    [
        (Answer(200, {"ok": True}), "revoked-unchecked"),
        (Answer(200, b'{"ok":true}', {"Content-Type": "text/html"}), "revoked-unchecked"),
        (Answer(200), "refused"),
        (Answer(200, {}), "refused"),
        (Answer(200, {"error": "no"}), "refused"),
        (Answer(200, {"errors": [{"detail": "it is Monday"}]}), "refused"),
        (Answer(200, b"<html>Welcome</html>", {"Content-Type": "text/html"}), "refused"),
        (Answer(202, {"ok": True}), "refused"),
        (Answer(203, {"ok": True}), "refused"),
        (Answer(206, {"ok": True}), "refused"),
        (Answer(299, {"ok": True}), "refused"),
        (refusal(403, FAILED), "refused"),
        (refusal(401, TOKEN_FORMAT), "refused"),
        (refusal(403, NOT_PERMITTED), "not-permitted"),
        (Answer(401, {"message": "token is required"}), "refused"),
        (Answer(400, b"Bad Request"), "refused"),
        (Answer(408), "refused"),
        (Answer(429, {"errors": [{"detail": "too many"}]}), "refused"),
        (Answer(500, b"Internal Server Error"), "refused"),
        (Answer(502, b"<html>"), "refused"),
        (Answer(503), "refused"),
    ],
)  # fmt: skip
def test_other_answers(ask, registry, reply, verdict):
    registry.answers = [reply]
    token = registry.issue()
    assert judged(ask(token=token, api=registry.url)) == (verdict, reply.status)
    assert registry.alive(token)


def test_the_reason_is_fit_to_be_shown(ask, registry):
    token = registry.issue()
    registry.answers = [refusal(400, f"\x1b[31m{token}\n\u202enono\x00{'x' * 2000}")]
    detail = ask(token=token, api=registry.url)["detail"]
    assert detail.startswith(" [31m[secret]  nono xxx") and len(detail) <= 1003


def spelled(token):
    yield token.upper()
    yield "".join(f"%{ord(letter):02x}" for letter in token)
    yield "".join(f"%25{ord(letter):02X}" for letter in token)
    yield token[:4] + "".join(f"%{ord(letter):02x}" for letter in token[4:])


def test_no_spelling_of_the_token_is_shown(ask, registry):
    token = "S3CRETtoken"
    for number, text in enumerate(spelled(token)):
        if number % 2:
            registry.answers = [refusal(400, f"what is {text}?")]
        else:
            registry.answers = [Answer(302, headers={"Location": f"https://other.example/{text}/login?next={text}#{text}"})]
        answer = ask(token=token, api=registry.url)
        assert "[secret]" in answer["detail"] and text not in answer["detail"] and "?next" not in answer["detail"]


# What the index says.


@pytest.fixture
def by_index(ask, registry):
    def by_index(token, **keys):
        index = registry.index.removeprefix("sparse+")
        return ask(token=token, index=index, sparse=True, canonical=registry.index, host="127.0.0.1", cargo_home="/nonexistent", **keys)

    return by_index


def test_the_index_names_the_api(by_index, registry):
    token = registry.issue()
    answer = by_index(token)
    assert judged(answer) == ("revoked-unchecked", 204) and "page" not in answer
    assert registry.lines() == ["GET /index/config.json", DELETE]
    assert registry.requests[0].header("Authorization") is None


def test_the_page_where_a_person_can_revoke(by_index, registry):
    """The address that cargo names to a person who logs in."""
    registry.can_revoke = False
    answer = by_index(registry.issue())
    assert (answer["verdict"], answer["page"]) == ("unsupported", f"{registry.url}/me")


def test_an_index_that_wants_the_token(by_index, registry):
    registry.auth_required = True
    token = registry.issue()
    assert by_index(token)["verdict"] == "revoked-unchecked"
    assert [each.header("Authorization") for each in registry.requests] == [None, token, token]


@pytest.mark.parametrize("end", ["?", "?x=y", "#", "#x", "/api?token="])
def test_an_api_with_a_query_or_fragment(by_index, registry, end):
    """The route would become a part of it."""
    registry.api = registry.url + end
    token = registry.issue()
    answer = by_index(token)
    assert answer["verdict"] == "no-api" and "query or a fragment" in answer["detail"]
    assert registry.alive(token) and registry.lines() == ["GET /index/config.json"]


def test_an_index_without_an_api(by_index, registry):
    registry.api = None
    assert by_index(registry.issue())["verdict"] == "no-api"
    registry.config = b"<html>"
    assert by_index(registry.issue())["verdict"] == "no-api"


# Requests and settings.


@pytest.mark.parametrize(
    "change",
    [
        {"v": 1}, {"v": None}, {"v": "2"}, {"token": None}, {"token": 7}, {"token": "S3CRET\0"}, {"kind": None}, {"kind": "gitlab"}, {"kind": 1},
        {"action": None}, {"action": "logout"}, {"action": 1}, {"id": -1}, {"id": "x"}, {"group": 1.5},
        {"api": None}, {"api": 3}, {"index": "https://h/"}, {"limit_ms": -1}, {"run_ms": "x"}, {"recheck_ms": []}, {"poll_ms": {}},
        {"timeout": -1}, {"timeout": "1"}, {"timeout": 1.5}, {"retry": True}, {"proxy": 1}, {"cainfo": []},
        {"user_agent": "a\r\nOrigin: x"}, {"user_agent": ""}, {"user_agent": 1}, {"check_revoke": 1}, {"ssl_version": "tlsv1.2"},
        {"ssl_version": {"min": "tlsv1.4"}}, {"ssl_version": {"max": 3}}, {"canonical": {}},
    ],
)  # fmt: skip
def test_what_is_no_request(ask, registry, change):
    """Nothing is sent, nothing answered, and nothing of it is shown."""
    token = registry.issue()
    done = ask.run(json.dumps(request(token=token, api=registry.url) | change) + "\n")
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


def test_one_faulty_request_stops_all(ask, registry):
    good = json.dumps(request(token=registry.issue(), api=registry.url))
    done = ask.run(f"{good}\n{{}}\n")
    assert (done.returncode, done.stdout) == (1, "") and registry.requests == []


def test_the_last_line_needs_no_end(ask, registry):
    text = json.dumps(request(token=registry.issue(), api=registry.url, proxy=None) | {"a-later-key": [1], "cainfo": None})
    assert '"revoked-unchecked"' in ask.run(text).stdout


@pytest.mark.parametrize("token", ["", "cio\r\nOrigin: https://evil.example", "cio\n", "cioé", "\x7f"])
def test_tokens_that_no_header_can_hold(ask, registry, token):
    answer = ask(token=token, api=registry.url)
    assert judged(answer) == ("not-a-token", None)
    assert "not sent" in answer["detail"] and registry.requests == []


def test_user_agent(ask, registry):
    ask(token=registry.issue(), api=registry.url, user_agent="mine/1 (me@example.com)")
    assert registry.requests[0].header("User-Agent") == "mine/1 (me@example.com)"
    registry.blocked_agents = ("mine/1",)
    assert judged(ask(token=registry.issue(), api=registry.url, user_agent="mine/1")) == ("refused", 403)


@pytest.mark.parametrize("api", ["http://192.0.2.1", "http://crates.io", "ftp://127.0.0.1", "crates", "", "file:///etc", "https://"])
def test_the_token_does_not_go_everywhere(ask, api):
    answer = ask(token="cio1", api=api)
    assert judged(answer) == ("no-api", None)
    assert "cannot be called" in answer["detail"]


def test_the_base_is_taken_as_cargo_takes_it(ask, registry):
    """format!("{}/api/v1{}"): one that ends with a slash has two."""
    answer = ask(token=registry.issue(), api=registry.url + "/some/")
    assert answer["url"] == f"{registry.url}/some//api/v1/tokens/current"


def test_user_and_password_are_not_shown(ask, registry):
    answer = ask(token=registry.issue(), api=registry.url.replace("//", "//me:S3CRETpw@"))
    assert judged(answer) == ("revoked-unchecked", 204) and "S3CRET" not in str(answer)
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
    path, log = tmp_path / "request", tmp_path / "log"
    path.write_text(json.dumps(request(token=registry.issue(), api=registry.url)))
    strace = ["strace", "-qq", "-o", str(log), "-P", str(path), "-e", "inject=read:error=EINTR:when=1", str(helper)]
    env = ask.env | {"ASAN_OPTIONS": "detect_leaks=0"}  # a traced process cannot look for leaks
    with open(path) as file:
        done = subprocess.run(strace, stdin=file, env=env, capture_output=True, text=True, timeout=SECONDS, check=True)
    assert '"revoked-unchecked"' in done.stdout
    assert log.read_text().count("INJECTED") == 1


def test_nobody_reads_the_answer(helper, ask, registry):
    text = json.dumps(request(token=registry.issue(), api=registry.url))
    with subprocess.Popen([helper], env=ask.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        child.stdout.close()
        child.stdin.write(text)
        child.stdin.close()
        assert child.wait(SECONDS) == 1


def test_nothing_else_is_in_the_requests(ask, registry, tmp_path):
    """A cookie is not kept, a .netrc not read, an Origin not sent."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password S3CRETpw\ndefault login me password S3CRETpw\n")
    ask.env["HOME"] = str(tmp_path)
    config = json.dumps({"dl": "x", "api": registry.url}).encode()
    index = broken_server.says(broken_server.answer("200 OK", config, b"Set-Cookie: a=S3CRETcookie"))
    with broken_server.Server(index) as server:
        answer = ask(token=registry.issue(), index=server.url + "/", sparse=True)
    assert judged(answer) == ("revoked-unchecked", 204)
    [sent] = registry.requests
    assert {name for name, _ in sent.headers} == {"Host", "User-Agent", "Accept", "Authorization"}
    assert b"Authorization" not in server.requests[0] and b"S3CRET" not in server.requests[0]
