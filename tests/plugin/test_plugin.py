"""Credential providers as processes: their requests, their faults, and the messages about these. plugin_driver is only our client. It is compared
with the real cargo, which has the same program as credential-provider. Errors of real providers have cargo's words. An error about a malformed line
has our own. Where cargo hangs, our client stops in time.
"""

import json
import os
import re
import signal
import subprocess
import sys

import pytest

from plugin_provider import DONE, HELLO, INDEX, NOT_FOUND, SECRET, SOON, token
from process_memory import places_of


# What it is told, and where it runs


@pytest.mark.parametrize(
    "args",
    [(), ("a", "b"), ("",), ('q"\\/', "\b\f\n\r\t", "\x01\x1f\x7f", "é😀", "-x", " ")],
    ids=["none", "two", "empty", "escapes"],
)
def test_request_is_cargos(provider, args):
    provider.sh(f"echo '{HELLO.strip()}'\nhead -n 1 > {provider.place}/request\necho '{DONE.strip()}'\ncat >> {provider.place}/request\n")
    assert provider.outcome(args=args) == "removed"
    ours = (provider.place / "request").read_bytes()
    assert provider.cargos(args=args) == ["removed"]
    assert json.loads(ours) == json.loads((provider.place / "request").read_bytes())


def test_it_runs_as_cargo_runs_it(provider):
    seen = provider.place / "seen"
    provider.sh(
        f"echo '{HELLO.strip()}'; read -r line\n{{ echo $@ $MARK; pwd; grep SigBlk /proc/self/status; ls /proc/self/fd; }} >{seen}\necho '{DONE.strip()}'"
    )
    env = {"PATH": os.environ["PATH"], "MARK": "x"}
    assert provider.outcome(env=env, args=("a",)) == "removed"
    ours = seen.read_text()
    assert ours == f"--cargo-plugin x\n{provider.place}\nSigBlk:\t0000000000000000\n0\n1\n2\n3\n"  # the last is of ls
    assert provider.cargos(env=env, args=("a",)) == ["removed"]
    assert ours == seen.read_text()


@pytest.mark.parametrize("closed", [(0,), (1, 2), (0, 1, 2)], ids=str)
def test_our_own_standard_streams_may_be_closed(provider, closed):
    """And what is printed meanwhile, the notice, does not go to the provider."""
    provider.sh(f"sleep 0.1\necho '{HELLO.strip()}'\nread -r line\necho \"$line\" > {provider.place}/request\necho '{NOT_FOUND.strip()}'\n")
    closing = " ".join(f"{fd}{'<' if fd == 0 else '>'}&-" for fd in closed)
    command = ["sh", "-c", f'"$@" {closing}', "sh", *provider.command(speed=50)]
    # 1 may be closed, so the driver is asked for its exit status alone
    assert subprocess.run(command, cwd=provider.place, capture_output=True, timeout=60, check=False).returncode == 0
    assert (provider.place / "request").read_text().startswith('{"v":1,')


def test_its_exit_status_is_seen_though_ours_inherits_ignored_children(provider):
    provider.speaks(then="exit 7")
    script = 'import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])'
    run = subprocess.run([sys.executable, "-c", script, *provider.command()], cwd=provider.place, capture_output=True, timeout=60)
    assert b"failed with status exit status: 7" in run.stdout


# It cannot be started


WORKS = (f"#!/bin/sh\necho '{HELLO.strip()}'\nread -r line\necho '{DONE.strip()}'\n", 0o755)
DENIED, NO_FORMAT = ("#!/bin/sh\n", 0o644), ("echo x\n", 0o755)
SPAWNS = {
    "missing": (lambda _: {}, "No such file or directory (os error 2)"),
    "not executable": (lambda provider: provider.write(*DENIED) and {}, "Permission denied (os error 13)"),
    "no format": (lambda provider: provider.write(*NO_FORMAT) and {}, "Exec format error (os error 8)"),
    "no interpreter": (lambda provider: provider.write("#!/nonexistent/sh\n") and {}, "No such file or directory (os error 2)"),
    "not in PATH": (lambda _: {"name": "no-such-provider"}, "No such file or directory (os error 2)"),
    "PATH empty": (lambda provider: provider.write(*WORKS) and {"name": "prov", "env": {"PATH": ""}}, None),
}


@pytest.mark.parametrize("make, cause", SPAWNS.values(), ids=SPAWNS)
def test_spawn(provider, make, cause):
    options = make(provider)
    assert provider.same(**options) == (["failed to spawn credential process", cause] if cause else ["removed"])


# What it answers

HELLOS = [
    "{}\n", "\n", " \n", "null\n", "-1.5\n", "[[1]]\n", '{"v":null}\n', '{"v":["1"]}\n', '{"v":[2,3]}\n', '{"v":[4294967296]}\n', '{"v":[-1]}\n', '{"v":[1],"v":[1]}\n',
    '{"v":[1]\n', '{"v":[1],}\n', '{"v":[1]}x\n', '{"v":[1]} \t\r\n', '{"v":[3,1,2],"more":{"a":[null,true,1e5,"\\u00e9"]}}\n', '\ufeff{"v":[1]}\n',
    "2024-01-01 12:00 start\n", "[INFO] start\n", '"cio3cret"\n', '{"v":["cio3cret"]}\n', '{"v":[1], "cio3cret"}\n', '{"v":31415926}\n', b"{\xff\n",
    '{"\\ud800":1}\n', "\x00\n", '{"v":[1]}\x00\n', "\x1b[1m{\n",
]  # fmt: skip

ANSWERS = [
    DONE, NOT_FOUND, '"s3cret"\n', '{"Ok":"s3cret"}\n', '{"Err":{"kind":"s3cret"}}\n', '{"s3cret":{}}\n', '{"Ok":s3cret}\n', b'{"\xed\xa0\x80":1}\n',
    DONE.encode() + b"\xff\n", "\n", "ok\n", "[]\n", "{}\n", '{"ok":{"kind":"logout"}}\n', '{"Ok":}\n', '{"Ok":null}\n', '{"Ok":{}}\n', '{"Ok":["logout"]}\n',
    '{"Ok":{"kind":1}}\n', '{"Ok":{"kind":"logout","kind":"logout"}}\n', '{"Ok":{"a":[1,{"b":null}],"kind":"logout"}}\n', '{"Ok":{"kind":"login"}}\n',
    '{"Ok":{"kind":"LOGOUT"}}\n', '{"Ok":{"kind":"get","token":"s3cret","cache":"session","operation_independent":true}}\n', '{"Ok":{"kind":"logout"},"Err":1}\n',
    '{"Ok":{"kind":"logout"}}{}\n', ' { "Ok" : { "kind" : "logout" } } \r\n', '{"\\u004fk":{"kind":"logout"}}\n', '{"Err":{"kind":"url-not-supported"}}\n',
    '{"Err":{"kind":"operation-not-supported"}}\n', '{"Err":{"kind":"odd"}}\n', '{"Err":1.5}\n', '{"Err":["other","m",["c"]]}\n',
    '{"Err":{"kind":"other","message":"it broke","caused-by":["because","of this"]}}\n', '{"Err":{"kind":"other","message":"a\\nb\\u0000c\\ud83d\\ude00"}}\n',
    '{"Err":{"caused-by":null,"message":"","kind":"other"}}\n', '{"Err":{"kind":"other"}}\n', '{"Err":{"kind":"other","message":1}}\n',
    '{"Err":{"kind":"other","message":"m","caused-by":"c"}}\n', '{"Err":{"kind":"other","message":"m","caused-by":["c",2]}}\n',
    '{"Ok":{"kind":"logout"}}\x00\n', '{"Ok":' * 200 + "\n", '{"Ok":{"x":' + "[" * 124 + "]" * 124 + ',"kind":"logout"}}\n',
]  # fmt: skip


# What serde accepts and no provider writes: structs as lists.
LISTS = ("[[1]]\n", '{"Ok":["logout"]}\n', '{"Err":["other","m",["c"]]}\n')


@pytest.mark.parametrize("what, text", [("hello", text) for text in HELLOS] + [("answer", text) for text in ANSWERS], ids=lambda text: repr(text)[:70])
def test_a_line(provider, what, text):
    """The same outcome as cargo, or a failure where cargo fails, in its first words. A malformed line is not repeated, because it could be a token."""
    status, lines, err = provider.speaks(**{what: text}).ours()
    assert not re.search("s3cret|cio3cret|31415926", str(lines) + err)
    if text in LISTS:
        assert lines[0].startswith("failed to deserialize")
        return
    if isinstance(text, bytes) and not text.startswith(DONE.encode()):  # for cargo, not even a line
        assert lines[0].startswith("failed to deserialize") and lines[1].startswith("malformed JSON at line 1 column")
        return
    expected = provider.cargos()
    if lines[0].startswith("failed to deserialize"):
        assert expected[0] == lines[0] and len(lines) == 2
    elif lines[0].startswith("credential provider produced unexpected response"):
        assert expected[0].startswith(lines[0])  # cargo adds what a Get holds
    else:
        plain = [re.sub("[\x00-\x08\x0b\x0e-\x1f\x7f]", "", line) for line in lines]  # as cargo's shell does, and ours
        assert plain == expected


@pytest.mark.parametrize("what", ["hello", "answer"])
def test_a_program_that_is_no_provider_is_explained_in_cargos_words(provider, what):
    assert provider.speaks(**{what: "Usage: prov [OPTION]\n"}).same()[1] == "expected value at line 1 column 1"


# A token that is asked for


def test_get_asks_for_reading(provider):
    provider.answers(read=token())
    assert provider.outcome(action="get", args=("a",)) == f"gave-token {SECRET}"
    registry = {"index-url": INDEX, "name": "mine"}
    assert provider.requests() == [{"v": 1, "registry": registry, "kind": "get", "operation": "read", "args": ["a"]}]


@pytest.mark.parametrize(
    "read, publish, outcome, operations",
    [
        (NOT_FOUND, token(), "not-found", ["read"]),
        (token(), NOT_FOUND, "gave-token", ["read"]),
        (token(""), NOT_FOUND, "not-found", ["read"]),
        ('{"Err":{"kind":"url-not-supported"}}', token(), "url-not-supported", ["read"]),
        ('{"Err":{"kind":"operation-not-supported"}}', token(), "gave-token", ["read", "publish"]),
        ('{"Err":{"kind":"other","message":"it is locked","caused-by":["no key"]}}', token(), "it is locked", ["read"]),
        ('{"Err":{"kind":"operation-not-supported"}}', NOT_FOUND, "not-found", ["read", "publish"]),
        ('{"Err":{"kind":"operation-not-supported"}}', '{"Err":{"kind":"operation-not-supported"}}', "operation-not-supported", ["read", "publish"]),
    ],
    ids=lambda value: str(value)[:40].strip(),
)
def test_a_verification_asks_for_reading_then_for_publishing(provider, read, publish, outcome, operations):
    provider.answers(read=read, publish=publish)
    assert provider.ours(action="verify")[1][0] == outcome
    requests = provider.requests()
    assert [request["operation"] for request in requests] == operations
    assert all(set(request) >= {"name", "vers", "cksum"} for request in requests if request["operation"] == "publish")


def test_only_a_very_verbose_verification_shows_what_the_provider_writes(provider):
    provider.speaks(answer=NOT_FOUND, then="echo to a person >&2")
    assert provider.ours() == (0, ["not-found"], "to a person\n")
    assert provider.ours(action="verify") == (0, ["not-found"], "")
    assert provider.ours(action="verify-verbose") == (0, ["not-found"], "to a person\n")


@pytest.mark.unsanitized  # whose memory is too large to be searched
@pytest.mark.parametrize("action, places", [("get", True), ("verify-token", True), ("verify", False)])
def test_a_token_that_is_not_wanted_is_in_memory_no_more(provider, action, places):
    provider.answers(read=token())
    process = provider.start(action=action, env={**os.environ, "PAUSE": "1"}, stdin=subprocess.PIPE)
    assert process.stdout.readline().decode() == (f"gave-token {SECRET}\n" if places else "gave-token\n")
    found = places_of(process.pid, SECRET)
    assert (len(found) > 0) == places, found
    process.communicate(timeout=SOON)
    assert process.returncode == 0


NOT_IN_STORE = "pass exited with a non-zero status code (stdout='', stderr='Error: cargo-registry/mine.token is not in the password store.')"


@pytest.mark.parametrize(
    "name, message, causes, outcome",
    [
        ("cargo-credential-pass", NOT_IN_STORE, [], "not-found"),
        ("cargo-credential-pass", "failed", ["Error: x is not in the password store."], "not-found"),
        ("cargo-credential-pass", NOT_IN_STORE + " Try again", [], None),
        ("cargo-credential-pass", "gpg: decryption failed: No secret key", [], None),
        ("another-pass", NOT_IN_STORE, [], None),
    ],
)
@pytest.mark.parametrize("action", ["logout", "get", "verify"])
def test_an_error_that_means_not_found(provider, action, name, message, causes, outcome):
    answer = json.dumps({"Err": {"kind": "other", "message": message, "caused-by": causes}})
    provider.path = provider.place / name
    (provider.place / "line").write_text(answer + "\n")
    provider.sh(f"echo '{HELLO.strip()}'; read -r line; cat {provider.place}/line")
    _, lines, _ = provider.ours(action=action)
    assert lines == ([outcome] if outcome else [message, *causes])


# How it ends


@pytest.mark.parametrize("status", [1, 255])
def test_exit_status(provider, status):
    assert provider.speaks(then=f"exit {status}").same() == [f"credential process `{provider.path}` failed with status exit status: {status}"]


def test_every_signal(provider):
    stops = {signal.SIGCHLD, signal.SIGCONT, signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGURG, signal.SIGWINCH}
    for number in sorted(signal.valid_signals() - stops):
        provider.speaks(then=f"kill -{int(number)} $$")
        lines = provider.same()
        assert lines[0].startswith(f"credential process `{provider.path}` failed with status signal: {int(number)}")


@pytest.mark.parametrize("kind", ["login", "new", "get", "logout"])
def test_an_ok_answer_counts_only_with_its_exit(provider, kind):
    answer = json.dumps({"Ok": {"kind": kind, "token": "s3cret", "cache": "never", "operation_independent": True}})
    assert provider.speaks(answer=answer + "\n", then="exit 3").same() == [f"credential process `{provider.path}` failed with status exit status: 3"]


@pytest.mark.parametrize("then", ["exit 1", "exit 255", "kill -9 $$"])
@pytest.mark.parametrize(
    "answer, expected",
    [
        (NOT_FOUND, ["not-found"]),
        ('{"Err":{"kind":"url-not-supported"}}\n', ["url-not-supported"]),
        ('{"Err":{"kind":"operation-not-supported"}}\n', ["requested operation not supported"]),
        ('{"Err":{"kind":"other","message":"m","caused-by":["c"]}}\n', ["m", "c"]),
    ],
)
def test_an_err_answer_counts_whatever_the_exit(provider, then, answer, expected):
    assert provider.speaks(answer=answer, then=then).ours()[1] == expected


@pytest.mark.parametrize(
    "text, lines",
    [
        ("exit 0", ["failed to deserialize hello", "EOF while parsing a value at line 1 column 0"]),
        ("kill -9 $$", ["failed to deserialize hello", "EOF while parsing a value at line 1 column 0"]),
        ("exec >&-; read -r line", ["failed to deserialize hello", "EOF while parsing a value at line 1 column 0"]),
        ("printf '{\"v\":[1]}'; exec >&-; cat >/dev/null", ["failed to deserialize response", "EOF while parsing a value at line 1 column 0"]),
        ("echo '{\"v\":[1]}'; read -r line", ["failed to deserialize response", "EOF while parsing a value at line 1 column 0"]),
        (f"echo '{HELLO.strip()}'; read -r line; printf '{DONE.strip()}'", ["removed"]),
        (f"printf '%s\\n%s\\n' '{HELLO.strip()}' '{DONE.strip()}'; cat >/dev/null", ["removed"]),  # it ignores the request
        ("exec <&-; echo '{\"v\":[1]}'; exec sleep 1", ["failed to write to credential provider", "Broken pipe (os error 32)"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_breaking_off(provider, text, lines):
    assert provider.sh(text).same() == lines


def test_large_lines_within_the_limit(provider):
    (provider.place / "big").write_text('{"Err":{"kind":"other","message":"' + "m" * 1_000_000 + '"}}\n')
    provider.sh(f"echo '{HELLO.strip()}'; read -r line; cat {provider.place}/big")
    assert provider.failure() == ["m" * 1_000_000]


def test_large_request(provider):
    """More than a pipe holds, to a shell, which reads one byte after the other."""
    provider.sh(f"echo '{HELLO.strip()}'; read -r line; [ ${{#line}} -gt 300000 ] && echo '{DONE.strip()}'")
    assert provider.outcome(args=("x" * 100_000,) * 3) == "removed"
