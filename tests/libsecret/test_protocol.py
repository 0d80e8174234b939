"""The provider protocol: the answers, and what happens with malformed requests. No bus is needed."""

import json
import re
import subprocess

import pytest

from desktop import HERE, SECONDS, request

TOKEN = "cio-token-of"  # short: jansson quotes at most 20 bytes
HELLO = b'{"v":[1]}\n'
NOT_SUPPORTED = {"Err": {"kind": "operation-not-supported"}}


def run(desktop, data, *arguments):
    command = [desktop.helper, *(arguments or ["--cargo-plugin"])]
    return subprocess.run(command, input=data, env=desktop.env, capture_output=True, timeout=SECONDS, start_new_session=True)


def test_unknown_kind_is_not_supported_and_the_next_request_is_still_answered(desktop):
    assert desktop.ask(request("frobnicate", new=True), request("later", args=["a"])) == [NOT_SUPPORTED] * 2
    assert run(desktop, b"").stdout == HELLO
    assert run(desktop, json.dumps(request("frobnicate")).encode()).stdout == HELLO + json.dumps(NOT_SUPPORTED, separators=(",", ":")).encode() + b"\n"


def failure(desktop, data):
    """The message that answers `data`. Nothing after it is read, and the provider exits by itself."""
    done = run(desktop, data + b"\n" + json.dumps(request("frobnicate")).encode() + b"\n")
    assert (done.returncode, done.stderr) == (0, b"")
    hello, answer = done.stdout.splitlines()
    error = json.loads(answer)["Err"]
    assert (error["kind"], error["caused-by"]) == ("other", [])
    return error["message"]


REGISTRY = {"index-url": "sparse+https://example.com/"}


@pytest.mark.parametrize(
    "data, message",
    [
        (b"hello", "the request is not valid JSON"),
        (b'{"v":1,"kind":"login","token":"' + TOKEN.encode(), "the request is not valid JSON"),
        (b'{"v":1,"kind":"login","token":"' + TOKEN.encode() + b'\\u0000"}', "the request is not valid JSON"),
        (b'{"v":1,"kind":"logout","registry":{"index-url":"\xff"}}', "the request is not valid JSON"),
        (b'{"v":1,"v":1}', "the request is not valid JSON"),
        (b"[" * 100_000, "the request is not valid JSON"),
        ([], "the request is malformed: Expected object, got array"),
        ({"kind": "logout", "registry": REGISTRY}, "the request is malformed: Object item not found: v"),
        ({"v": "1", "kind": "logout", "registry": REGISTRY}, "the request is malformed: Expected integer, got string"),
        ({"v": 2, "token": TOKEN}, "unsupported protocol version 2"),
        ({"v": 1, "kind": "logout"}, "the request is malformed: Object item not found: registry"),
        ({"v": 1, "kind": "logout", "registry": "x"}, "the request is malformed: Expected object, got string"),
        ({"v": 1, "kind": "logout", "registry": {}}, "the request is malformed: Object item not found: index-url"),
        ({"v": 1, "kind": "logout", "registry": REGISTRY | {"name": 3}}, "the request is malformed: Expected string, got integer"),
        ({"v": 1, "kind": "login", "registry": REGISTRY, "token": [TOKEN]}, "the request is malformed: Expected string, got array"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_no_request_is_told_without_quoting_it(desktop, data, message):
    said = failure(desktop, data if isinstance(data, bytes) else json.dumps(data).encode())
    assert said.startswith(message)
    assert "token-of" not in said
    assert len(said) < 80


STREAMS = {
    "</dev/null": (0, HELLO, b""),
    "</": (0, HELLO + b'{"Err":{"kind":"other","message":"failed to read the request","caused-by":["Is a directory (os error 21)"]}}\n', b""),
    ">/dev/full": (1, b"", b"error: cargo did not read the answer\n"),
}


@pytest.mark.parametrize("redirection", STREAMS)
def test_streams_that_cannot_be_used(desktop, redirection):
    command = ["sh", "-c", f'echo "{{}}" | "$1" --cargo-plugin {redirection}', "sh", desktop.helper]
    done = subprocess.run(command, env=desktop.env, capture_output=True, timeout=SECONDS, start_new_session=True)
    assert (done.returncode, done.stdout, done.stderr) == STREAMS[redirection]


def test_cargo_gone_before_the_answer(desktop):
    child = desktop.start_helper()
    child.stdout.close()
    desktop.send(child, request("frobnicate"))
    assert child.wait(SECONDS) == 1


@pytest.mark.parametrize("arguments", [(), ("",), ("--frob",), ("get",), ("--cargo-plugin", "x"), ("--help", "x")])
def test_started_by_hand(desktop, arguments):
    done = subprocess.run([desktop.helper, *arguments], capture_output=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"is a credential provider for cargo" in done.stderr


def test_version(desktop):
    version = re.search(r"version: '([^']+)'", (HERE.parent.parent / "meson.build").read_text())[1]
    for option in ("--version", "-V"):
        assert run(desktop, b"", option).stdout.decode() == f"cargo-credential-libsecret {version}\n"


def test_help_and_manual_name_the_same_options(desktop):
    done = run(desktop, b"", "--help")
    assert (done.returncode, done.stderr) == (0, b"")
    assert run(desktop, b"", "-h").stdout == done.stdout
    assert max(map(len, done.stdout.decode().splitlines())) <= 100
    manual = (HERE.parent.parent / "man" / "cargo-credential-libsecret.1").read_text()
    rows = re.findall(r"^\.It (Fl .*)", manual.split(".Sh OPTIONS")[1].split(".Sh")[0], re.MULTILINE)
    options = {f"-{name}" for row in rows for name in re.findall(r"Fl (\S+)", row)}
    assert options == set(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", done.stdout.decode()))
