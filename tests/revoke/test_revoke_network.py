"""What a network and a broken server can do to a call: the token counts as alive, and the helper ends.

Times are not measured: a call with a limit of a second that did not end would run into the limit of the test.
"""

import re
import signal
import socket
import subprocess

import pytest

from broken_server import Server, answer, at_once, close, drips, for_ever, reset, says, silent
from revoke_asker import SECONDS, document, request
from registry_stand_in import Answer

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
OK = b'{"ok":true}'
FAILED = b'{"errors":[{"detail":"authentication failed"}]}'


NO_ANSWER = {
    "closed at once": at_once(close),
    "reset at once": at_once(reset),
    "closed after the request": says(then=close),
    "reset after the request": says(then=reset),
    "closed in the status line": says(b"HTTP/1.1 20"),
    "closed between headers": says(b"HTTP/1.1 204 No Content\r\n"),
    "closed after 100": says(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "closed in the body": says(HEAD, b'{"ok":true}'),
    "closed in a refusal": says(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n", FAILED),
    "silent": silent,
    "silent in the body": says(HEAD, b"{", then=silent),
    "drips its headers": drips(b"HTTP/1.1 204 No Content\r\n"),
    "drips its body": says(HEAD, then=drips(b"{" * 90)),
    "body without end": for_ever(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65536),
    "headers without end": for_ever(b"HTTP/1.1 200 OK\r\n", b"X-Y: " + b"z" * 1000 + b"\r\n"),
    "100 without end": for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "bad chunk size": says(CHUNKED, b"zz\r\n{}\r\n0\r\n\r\n"),
    "no last chunk": says(CHUNKED, b"2\r\n{}\r\n"),
    "no HTTP": says(b"220 mail.example ESMTP\r\n"),
    "HTTP/0.9": says(b'{"ok":true}'),
    "NUL in a header": says(b"HTTP/1.1 204 No\0Content\r\nA: \0\r\n\r\n"),
    "101": says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"),
}


@pytest.mark.parametrize("name", NO_ANSWER)
def test_no_answer(ask, name):
    with Server(NO_ANSWER[name]) as server:
        got = ask(token="cioS3CRET", api=server.url)
        assert got["verdict"] == "no-answer", got
        assert got["url"] == server.url + "/api/v1/tokens/current" and got["detail"]
        assert len(server.requests) == 1


# Only a whole answer, with its length stated once, is proof.
ANSWERS = {
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\n" + OK, "no-answer"),
    "HTTP/1.0 with a length": (b"HTTP/1.0 200 OK\r\nContent-Length: 11\r\n\r\n" + OK, "revoked-unchecked"),
    "until it closes": (b"HTTP/1.1 200 OK\r\n\r\n" + OK, "no-answer"),
    "until it closes, nothing": (b"HTTP/1.1 200 OK\r\n\r\n", "no-answer"),
    "a length that is too short": (b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n" + OK + b"x", "no-answer"),
    "no length with a body": (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" + OK, "no-answer"),
    "two lengths that differ": (b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\nContent-Length: 12\r\n\r\n" + OK, "no-answer"),
    "a length and chunks": (b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n" + OK + b"\r\n0\r\n\r\n", "no-answer"),
    "an encoding without end": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n" + OK, "no-answer"),
    "204 with length 0": (b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", "revoked-unchecked"),
    "204 with a length": (b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}", "no-answer"),
    "204 with a length of words": (b"HTTP/1.1 204 No Content\r\nContent-Length: 0x\r\n\r\n", "no-answer"),
    "204 with chunks": (b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "no-answer"),
    "chunks": (CHUNKED + b"b;x=y\r\n" + OK + b"\r\n0\r\nX-Trailer: 1\r\n\r\n", "revoked-unchecked"),
    "100 before": (b"HTTP/1.1 100 Continue\r\n\r\n" + answer("204 No Content"), "revoked-unchecked"),
    "two answers": (answer("403 Forbidden") + answer("204 No Content"), "no-answer"),
    "newlines alone": (b"HTTP/1.1 204 No Content\nA: b\n\n", "revoked-unchecked"),
    "ok": (answer("200 OK", OK), "revoked-unchecked"),
    "ok and more": (answer("200 OK", b'{"ok":true,"error":"x"}'), "refused"),
    "ok as text": (answer("200 OK", b'{"ok":"true"}'), "refused"),
    "ok twice": (answer("200 OK", b'{"ok":false,"ok":true}'), "refused"),
    "deep JSON": (answer("200 OK", b"[" * 100000), "refused"),
    "not UTF-8": (answer("400 Bad Request", b'{"errors":[{"detail":"\xff"}]}'), "refused"),
    "another content type": (answer("200 OK", OK, b"Content-Type: image/png"), "revoked-unchecked"),
    "compressed": (answer("200 OK", b"\x1f\x8b\x08", b"Content-Encoding: gzip"), "refused"),
    **{str(status): (answer(f"{status} Maybe", OK), "refused") for status in (201, 202, 203, 206, 299, 400, 500)},
}


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_of_other_makes(ask, name):
    text, verdict = ANSWERS[name]
    with Server(says(text)) as server:
        assert ask(token="cioS3CRET", api=server.url)["verdict"] == verdict


@pytest.mark.parametrize("host, told", [("http://127.0.0.1:1", "connect"), ("https://registry.invalid", "registry.invalid")])
def test_no_server(ask, host, told):
    answer = ask(token="cioS3CRET", api=host)
    assert answer["verdict"] == "no-answer" and told in answer["detail"]


def test_a_connection_that_is_never_made(ask):
    """The queue of a listener that does not accept is full: the system leaves the client waiting."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = []
        for _ in range(8):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
            waiting.append(client)
        answer = ask(token="cioS3CRET", api=f"http://127.0.0.1:{listener.getsockname()[1]}")
        for client in waiting:
            client.close()
    assert answer["verdict"] == "no-answer" and "time" in answer["detail"].lower()


def test_the_limit_of_all_calls(ask):
    with Server(silent) as server:
        for limit in (300, 0):
            answer = ask(token="cioS3CRET", api=server.url, timeout=30, limit_ms=limit)
            assert answer["verdict"] == "no-answer" and "time" in answer["detail"].lower()
        assert len(server.requests) == 1
    assert ask(token="cioS3CRET", api="http://127.0.0.1:1", retry=9, limit_ms=400)["verdict"] == "no-answer"  # not after 22 seconds


def test_without_a_limit_of_its_own(ask, registry):
    """http.timeout = 0 is none in libcurl; that of all calls holds."""
    assert ask(token=registry.issue(), api=registry.url, timeout=0)["verdict"] == "revoked-unchecked"


# Again, where nothing can have happened.


def connects(helper, ask, tmp_path, **request):
    """How often it tried to connect."""
    log = tmp_path / "log"
    ask.env["ASAN_OPTIONS"] = "detect_leaks=0"  # a traced process cannot look for leaks
    ask.command = ["strace", "-qq", "-f", "-e", "trace=connect", "-o", str(log), str(helper)]
    ask(token="cioS3CRET", **request)
    return len(re.findall(r"connect\(.*AF_INET, ", log.read_text()))


@pytest.mark.parametrize("retry", [0, 1])
def test_refused_connections_are_tried_again(helper, ask, tmp_path, retry):
    assert connects(helper, ask, tmp_path, api="http://127.0.0.1:1", retry=retry) == retry + 1


@pytest.mark.parametrize("name", ["closed at once", "reset after the request", "silent", "closed in the body"])
def test_what_may_have_happened_is_not_tried_again(ask, name):
    with Server(NO_ANSWER[name], says(answer("204 No Content"))) as server:
        assert ask(token="cioS3CRET", api=server.url, retry=3)["verdict"] == "no-answer"
        assert len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_says_when(ask, registry, status):
    """It tries again as often as the request allows."""
    later = Answer(status, headers={"Retry-After": "1"})
    registry.answers = [later]
    assert ask(token=registry.issue(), api=registry.url, retry=1)["verdict"] == "revoked-unchecked"
    registry.answers = [later] * 5
    assert ask(token=registry.issue(), api=registry.url, retry=1)["status"] == status
    assert len(registry.requests) == 4


@pytest.mark.parametrize(
    "status, headers, retry",
    [
        (429, {"Retry-After": "1"}, 0),
        (429, {}, 3),
        (503, {}, 3),
        (503, {"Retry-After": "11"}, 3),
        (429, {"Retry-After": "-1"}, 3),
        (429, {"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}, 3),
        (500, {"Retry-After": "1"}, 3),
    ],
)
def test_one_call_is_all(ask, registry, status, headers, retry):
    registry.answers = [Answer(status, {"errors": [{"detail": "not now"}]}, headers)]
    answer = ask(token=registry.issue(), api=registry.url, retry=retry)
    assert (answer["verdict"], answer["status"], answer["detail"]) == ("refused", status, "not now")
    assert len(registry.requests) == 1


# Its end.


@pytest.fixture
def silence():
    with Server(silent) as server:
        server.request = document(request(token="cioS3CRET", timeout=30, api=server.url))
        yield server


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_signals_end_it(helper, ask, silence, number):
    with subprocess.Popen([helper], env=ask.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        child.stdin.write(silence.request)
        child.stdin.close()
        assert silence.asked.wait(SECONDS)
        child.send_signal(number)
        assert child.wait(SECONDS) == -number and child.stdout.read() == ""


def test_it_ends_with_its_parent(helper, ask, silence):
    command = ["sh", "-c", 'printf "%s" "$2" | "$1"; exit', "sh", helper, silence.request]
    with subprocess.Popen(command, env=ask.env, stdout=subprocess.PIPE) as parent:
        assert silence.asked.wait(SECONDS)
        parent.kill()
        assert parent.communicate(timeout=10)[0] == b""  # at its end only when the helper, which has it too, is gone
