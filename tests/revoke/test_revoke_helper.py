"""The helper and a server that is in order: crates.io, registries like it, requests, settings."""

import json
import subprocess

import pytest

import broken_server
from registry_stand_in import FAILED, NOT_PERMITTED, TOKEN_FORMAT, WEBSITE_ONLY, Answer
from revoke_asker import SECONDS, document, request

CURRENT = "/api/v1/tokens/current"
TRUSTED = "/api/v1/trusted_publishing/tokens"
CHECK, DELETE = "GET /api/v1/me", f"DELETE {CURRENT}"


def refusal(status, detail):
    return Answer(status, {"errors": [{"detail": detail}]})


def judged(answer):
    return answer["verdict"], answer["status"]


@pytest.fixture
def crates_io(ask, registry):
    """Asks about a token at the stand-in, by crates.io's rules."""

    def crates_io(token, **keys):
        return ask(kind="crates.io", api=registry.url, token=token, **keys)

    return crates_io


# crates.io: a check before and after.


@pytest.mark.parametrize("stored", ["{}", "Bearer {}", "bEARER   {}", "token {}"])
def test_revoked(crates_io, registry, stored):
    token, other = registry.issue(), registry.issue()
    answer = crates_io(stored.format(token))
    assert answer == {"verdict": "revoked-checked", "status": 204, "url": registry.url + CURRENT}
    assert not registry.alive(token) and registry.alive(other)
    assert registry.lines() == [CHECK, DELETE, CHECK]
    for each in registry.requests:
        assert each.body == b""
        assert {name for name, _ in each.headers} == {"Host", "User-Agent", "Accept", "Authorization"}
        assert each.header("Authorization") == token
        assert each.header("User-Agent").startswith("cargo-logout/")


@pytest.mark.parametrize("revokes", [True, False])
@pytest.mark.parametrize("state", [{"revoked": True}, {"expired": True}, None])
def test_not_recognized(crates_io, registry, state, revokes):
    """Asked twice, and never "revoked"."""
    token = "cio" + "x" * 32 if state is None else registry.issue(**state)
    answer = crates_io(token, revokes=revokes)
    assert judged(answer) == ("unrecognized", 403) and answer["detail"] == FAILED
    assert registry.lines() == [CHECK, CHECK]


@pytest.mark.parametrize(
    "second",
    [refusal(403, WEBSITE_ONLY), refusal(403, "This account is indefinitely locked. Reason: x"), Answer(503), Answer(200, {}), refusal(401, TOKEN_FORMAT)],
)
@pytest.mark.parametrize("revokes", [True, False])
def test_two_checks_that_differ(crates_io, registry, revokes, second):
    """A query that failed may have been the reason of the first: the token is kept."""
    registry.answers = [refusal(403, FAILED), second]
    token = registry.issue()
    assert crates_io(token, revokes=revokes)["verdict"] == "unknown"
    assert registry.alive(token) and registry.lines() == [CHECK, CHECK]


def test_no_time_for_the_second_check(crates_io, registry):
    answer = crates_io("cio" + "x" * 32, recheck_ms=60000)
    assert answer["verdict"] == "unknown" and registry.lines() == [CHECK]


@pytest.mark.parametrize(
    "first, checked, revoked",
    [
        (None, "valid", "revoked-checked"),
        (refusal(401, TOKEN_FORMAT), "not-a-token", "not-a-token"),
        (refusal(403, "This account is indefinitely locked. Reason: abuse"), "unknown", "refused"),
        (refusal(503, "Service unavailable"), "unknown", "refused"),
        (Answer(204), "unknown", "refused"),
    ],
)
def test_what_the_first_check_says(crates_io, registry, first, checked, revoked):
    registry.answers = [first]
    assert crates_io(registry.issue(), revokes=False)["verdict"] == checked
    registry.answers = [first]
    answer = crates_io(registry.issue())
    assert answer["verdict"] == revoked and (first is None or registry.lines() == [CHECK, CHECK])
    assert answer.get("detail", "") == (first.body["errors"][0]["detail"] if first and first.body else "")


@pytest.mark.parametrize(
    "reply, verdict",
    [
        (refusal(403, FAILED), "unknown"),  # after a check that said "valid"
        (refusal(403, NOT_PERMITTED), "not-permitted"),
        (refusal(403, WEBSITE_ONLY), "refused"),
        (refusal(401, TOKEN_FORMAT), "unknown"),
        (refusal(503, "crates.io is currently in read-only mode."), "refused"),
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


@pytest.mark.parametrize("stored", ["{}", "Bearer {}"])
def test_trusted_publishing(crates_io, registry, stored):
    """No check exists, and the 204 comes for every token of the format."""
    token = registry.issue_trusted()
    for _ in range(2):
        answer = crates_io(stored.format(token))
        assert judged(answer) == ("revoked-unchecked", 204) and answer["url"] == registry.url + TRUSTED
        assert not registry.alive(token)
    assert registry.lines() == [f"DELETE {TRUSTED}"] * 2
    assert registry.requests[0].header("Authorization") == f"Bearer {token}"
    assert judged(crates_io("cio_tp_short")) == ("not-a-token", 401)


@pytest.mark.parametrize("reply", [refusal(403, FAILED), refusal(401, TOKEN_FORMAT), Answer(401), Answer(200, {"ok": True})])
def test_trusted_publishing_refused(crates_io, registry, reply):
    registry.answers = [reply]
    token = registry.issue_trusted()
    assert crates_io(token)["verdict"] == "refused" and registry.alive(token)


@pytest.mark.parametrize("kind, token", [("crates.io", "cio_tp_x"), ("other", "x")])
def test_there_is_no_check(ask, registry, kind, token):
    assert judged(ask(kind=kind, api=registry.url, token=token, revokes=False)) == ("unknown", 0)
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


@pytest.mark.parametrize(
    "reply, verdict",
    [
        (Answer(200, {"errors": [{"detail": "it is Monday"}]}), "refused"),
        (refusal(403, FAILED), "refused"),
        (refusal(401, TOKEN_FORMAT), "refused"),
        (refusal(403, NOT_PERMITTED), "not-permitted"),
        (Answer(401, {"message": "token is required"}), "refused"),
        (Answer(404), "unsupported"),
        (Answer(405), "unsupported"),
        (Answer(502, b"<html>"), "refused"),
    ],
)
def test_other_answers(ask, registry, reply, verdict):
    registry.answers = [reply]
    token = registry.issue()
    assert judged(ask(token=token, api=registry.url)) == (verdict, reply.status)
    assert registry.alive(token)


def test_the_reason_is_fit_to_be_shown(ask, registry):
    token = registry.issue()
    registry.answers = [refusal(400, f"\x1b[31m\n\u202enono\x00{'x' * 2000}")]
    detail = ask(token=token, api=registry.url)["detail"]
    assert detail.startswith(r"\u{1b}[31m\n\u{202e}nono\u{0}xxx") and len(detail) < 1050


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
        assert answer["detail"] == "(hidden, because it contains the token)"


# Requests and settings.


@pytest.mark.parametrize(
    "change",
    [
        {"token": None}, {"token": 7}, {"token": "S3CRET\0"}, {"token": ""}, {"token": "cio\r\nOrigin: https://evil.example"}, {"token": "cioé"},
        {"kind": None}, {"kind": "gitlab"}, {"kind": 1}, {"kind": "crates.io", "token": "S3CRET"}, {"kind": "Gitea", "token": "Basic S3CRET"},
        {"id": "x"}, {"api": 3},
        {"recheck_ms": []}, {"timeout": 1.5}, {"retry": True}, {"proxy": 1}, {"user_agent": "a\r\nOrigin: x"},
        {"user_agent": ""}, {"ssl_max": 3},
    ],
)  # fmt: skip
def test_what_is_no_request(ask, registry, change):
    """It is not sent or answered, and standard error does not contain the token."""
    token = registry.issue()
    good = request(token=token, api=registry.url)
    done = ask.run(document({key: value for key, value in (good | change).items() if value is not None}))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    assert "S3CRET" not in done.stderr and registry.requests == []


NO_JSON = ["", "{}", "[]", "S3CRET", '{"v":4,"token":"S3CRET', '{"v":4,"v":4}', '{"v":3,"run_ms":1,"groups":{"":[{}]}}', "\0", "{" * 5000, "S3CRET" * 50000]


@pytest.mark.parametrize("text", NO_JSON, ids=lambda text: text[:30])
def test_what_is_no_json(ask, text):
    done = ask.run(text)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "error: the input has no requests of this version\n")


@pytest.mark.parametrize(
    "api",
    [
        "http://192.0.2.1", "http://crates.io", "http://128.0.0.1", "http://127.0.0.1.example.com", "http://localhost.example.com", "http://[::2]",
        "http://127.0.0.1@crates.io", "http://crates.io#@127.0.0.1", "http://[::ffff:127.0.0.1]", "http://0.0.0.0", "ftp://127.0.0.1", "crates",
        "file:///etc", "https://", "https://a b/", "https://host/\n",
    ],
)  # fmt: skip
def test_the_token_does_not_go_everywhere(ask, api):
    answer = ask(token="cio1", api=api)
    assert judged(answer) == ("no-api", 0)
    assert "cannot be called" in answer["detail"]


@pytest.mark.parametrize("host", ["127.255.255.254", "127.1", "[::1]", "LOCALHOST", "me@localhost"])
def test_http_to_this_machine(ask, host):
    """The call is made, although no server listens there."""
    assert ask(token="cio1", api=f"http://{host}:1")["verdict"] == "no-answer"


def test_the_base_is_taken_as_cargo_takes_it(ask, registry):
    """format!("{}/api/v1{}"): one that ends with a slash has two."""
    answer = ask(token=registry.issue(), api=registry.url + "/some/")
    assert answer["url"] == f"{registry.url}/some//api/v1/tokens/current"


def test_user_and_password_are_not_shown(ask, registry):
    answer = ask(token=registry.issue(), api=registry.url.replace("//", "//me:S3CRETpw@"))
    assert judged(answer) == ("revoked-unchecked", 204) and "S3CRET" not in str(answer)
    assert registry.requests[0].header("Authorization").startswith("cio")


def test_called_by_hand(helper):
    for command in (["script", "-qec", str(helper), "/dev/null"], [helper, "--help"]):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False)
        assert done.returncode == 1 and "cargo-logout runs this helper" in done.stdout + done.stderr


def test_nothing_else_is_in_the_requests(ask, registry, tmp_path):
    """A cookie is not kept, a .netrc not read, an Origin not sent."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password S3CRETpw\ndefault login me password S3CRETpw\n")
    ask.env["HOME"] = str(tmp_path)
    config = json.dumps({"dl": "x", "api": registry.url}).encode()
    index = broken_server.says(broken_server.answer("200 OK", config, b"Set-Cookie: a=S3CRETcookie"))
    with broken_server.Server(index) as server:
        answer = ask(token=registry.issue(), index=f"sparse+{server.url}/", user_agent="mine/1 (me@example.com)")
    assert judged(answer) == ("revoked-unchecked", 204)
    [sent] = registry.requests
    assert sent.header("User-Agent") == "mine/1 (me@example.com)"
    assert {name for name, _ in sent.headers} == {"Host", "User-Agent", "Accept", "Authorization"}
    assert b"Authorization" not in server.requests[0] and b"S3CRET" not in server.requests[0]
