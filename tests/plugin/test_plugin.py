"""Credential providers as processes: what they are told, what they may do wrong, and what is said about it.

Ours is plugin_driver, the client alone; the oracle is the real cargo with the same program as
credential-provider. Where cargo comes to an end, its words are ours; where it hangs, ours ends in time.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys

import pytest

from plugin_provider import DONE, HELLO, NOT_FOUND


# What it is told, and where it runs


@pytest.mark.parametrize(
    "args",
    [(), ("a", "b"), ("",), ('q"\\/', "\b\f\n\r\t", "\x01\x1f\x7f", "é😀", "-x", " ")],
    ids=["none", "two", "empty", "escapes"],
)
def test_request_is_cargos_to_the_byte(provider, args):
    provider.sh(f"echo '{HELLO.strip()}'\nhead -n 1 > {provider.place}/request\necho '{DONE.strip()}'\ncat >> {provider.place}/request\n")
    assert provider.outcome(args=args) == "removed"
    ours = (provider.place / "request").read_bytes()
    assert provider.cargos(args=args) == ["removed"]
    assert ours == (provider.place / "request").read_bytes()


def test_it_runs_as_cargo_runs_it(provider):
    provider.python(
        "print('{\"v\":[1]}', flush=True)\nsys.stdin.readline()\n"
        "names = [fd for fd in os.listdir('/proc/self/fd')]\n"
        "open_ones = sorted(int(fd) for fd in names if os.path.exists('/proc/self/fd/' + fd))\n"
        "status = open('/proc/self/status').read()\n"
        "masks = [line for line in status.splitlines() if line.startswith(('SigBlk', 'SigIgn'))]\n"
        f"open({str(provider.place / 'seen')!r}, 'w').write(repr([sys.argv[1:], os.getcwd(), os.environ['MARK'], open_ones, masks[0]]))\n"
        "print('{\"Ok\":{\"kind\":\"logout\"}}', flush=True)\n"
    )
    env = {"PATH": os.environ["PATH"], "MARK": "x"}
    assert provider.outcome(env=env, args=("a",)) == "removed"
    seen = (provider.place / "seen").read_text()
    assert seen == repr([["--cargo-plugin"], str(provider.place), "x", [0, 1, 2], "SigBlk:\t0000000000000000"])
    assert provider.cargos(env=env, args=("a",)) == ["removed"]
    assert seen == (provider.place / "seen").read_text()


def test_sigpipe_ends_it_as_usual(provider):
    provider.speaks(then="kill -PIPE $$")
    assert provider.same() == [f"credential process `{provider.path}` failed with status signal: 13 (SIGPIPE)"]


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2)], ids=str)
def test_our_own_standard_streams_may_be_closed(provider, closed):
    """And what is printed meanwhile, the notice, does not go to the provider."""
    provider.sh(f"echo '{HELLO.strip()}'\nread -r line\necho \"$line\" > {provider.place}/request\necho '{NOT_FOUND.strip()}'\n")
    closing = " ".join(f"{fd}{'<' if fd == 0 else '>'}&-" for fd in closed)
    command = ["sh", "-c", f'"$@" {closing}', "sh", *provider.command(notice=0)]
    # 1 may be closed, so the driver is asked for its exit status alone
    assert subprocess.run(command, cwd=provider.place, capture_output=True, timeout=60, check=False).returncode == 0
    assert (provider.place / "request").read_text().startswith('{"v":1,')


def test_its_exit_status_is_seen_though_ours_inherits_ignored_children(provider):
    provider.speaks(then="exit 7")
    script = 'import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])'
    run = subprocess.run([sys.executable, "-c", script, *provider.command()], cwd=provider.place, capture_output=True, timeout=60)
    assert b"failed with status exit status: 7" in run.stdout


# It cannot be started


def spawn_case(provider, case):
    place = provider.place
    name = str(provider.path)
    env = {"PATH": os.environ["PATH"]}
    if case == "not executable":
        provider.write("#!/bin/sh\n", mode=0o644)
    elif case == "directory":
        provider.path.mkdir()
    elif case == "no format":
        provider.write("echo x\n")
    elif case == "empty":
        provider.write("")
    elif case == "no interpreter":
        provider.write("#!/nonexistent/sh\n")
    elif case == "symlink loop":
        provider.path.symlink_to("prov")
    elif case == "below a file":
        provider.write("x")
        name += "/prov"
    elif case == "name too long":
        name = "/" + "x" * 300
    elif case == "path too long":
        name = "/x" * 3000
    elif case == "not in PATH":
        name = "no-such-provider"
    elif case == "empty name":
        name = ""
    elif case == "PATH unset":
        name, env["PATH"] = "no-such-provider", None
    elif case == "PATH empty":
        name, env["PATH"] = "prov", ""
        provider.speaks()
    elif case in ("found second", "refused everywhere", "bad format first"):
        name = "prov"
        (place / "one").mkdir()
        (place / "two").mkdir()
        env["PATH"] = f"{place}/none:{place}/one:{place}/two:/usr/bin:/bin"
        provider.speaks()
        first = place / "one/prov"
        first.write_text("echo x\n" if case == "bad format first" else "#!/bin/sh\n")
        first.chmod(0o755 if case == "bad format first" else 0o644)
        if case != "refused everywhere":
            shutil.copy(provider.path, place / "two/prov")
    return name, env


@pytest.mark.parametrize(
    "case, cause",
    [
        ("missing", "No such file or directory (os error 2)"),
        ("not executable", "Permission denied (os error 13)"),
        ("directory", "Permission denied (os error 13)"),
        ("no format", "Exec format error (os error 8)"),
        ("empty", "Exec format error (os error 8)"),
        ("no interpreter", "No such file or directory (os error 2)"),
        ("symlink loop", "Too many levels of symbolic links (os error 40)"),
        ("below a file", "Not a directory (os error 20)"),
        ("name too long", "File name too long (os error 36)"),
        ("path too long", "File name too long (os error 36)"),
        ("not in PATH", "No such file or directory (os error 2)"),
        ("empty name", "No such file or directory (os error 2)"),
        ("PATH unset", "No such file or directory (os error 2)"),
        ("PATH empty", None),
        ("found second", None),
        ("refused everywhere", "Permission denied (os error 13)"),
        ("bad format first", "Exec format error (os error 8)"),
    ],
)
def test_spawn(provider, case, cause):
    name, env = spawn_case(provider, case)
    ours_env = {key: value for key, value in env.items() if value is not None}
    _, lines, _ = provider.ours(name=name, env=ours_env)
    assert lines == (["failed to spawn credential process", cause] if cause else ["removed"])
    if case != "empty name":  # cargo takes a provider with an empty name for none
        assert lines == provider.cargos(name=name, env=env)


# What it answers

HELLOS = [
    "{}\n", "\n", " \n", "x\n", "null\n", "true\n", "12\n", "-1.5\n", '"a"\n', "[]\n", "[1]\n", "[[1]]\n", "[[1],2]\n", "[[1],]\n", "[[1]\n",
    '{"v":1}\n', '{"v":null}\n', '{"v":"1"}\n', '{"v":{}}\n', '{"v":[]}\n', '{"v":[2,3]}\n', '{"v":["1"]}\n', '{"v":[1.5]}\n', '{"v":[-1]}\n',
    '{"v":[4294967296]}\n', '{"v":[99999999999999999999]}\n', '{"v":[1],"v":[1]}\n', '{"v":[1]\n', '{"v":[1\n', '{"v":[1,]}\n', '{"v":[1],}\n',
    '{"v":[1]}x\n', '{"v":[1]} \t\r\n', '{"v":[3,1,2],"more":{"a":[null,true,1e5,"\\u00e9"]}}\n', '{"V":[1]}\n', "{'v':[1]}\n", '{v:[1]}\n',
    '\ufeff{"v":[1]}\n', '{"v" [1]}\n', 'Starting up\n', "2024-01-01 12:00 start\n", "[INFO] start\n", "[2024] start\n", "nul\n", "trux\n",
    '{"\\x":1}\n', '{"\\ud800":1}\n', '{"v":[01]}\n', '{"v":[-]}\n', "\x00\n", '{"v":[1]}\x00\n', "\x1b[1m{\n",
]  # fmt: skip

ANSWERS = [
    DONE, NOT_FOUND, "\n", "ok\n", '"Ok"\n', "[]\n", "1\n", "null\n", "{}\n", "{\n", '{"ok":{"kind":"logout"}}\n', '{"Ok"}\n', '{"Ok" {}}\n', "{1:2}\n",
    "{true:2}\n", '{"Ok":}\n', '{"Ok":null}\n', '{"Ok":1}\n', '{"Ok":"logout"}\n', '{"Ok":{}}\n', '{"Ok":[]}\n', '{"Ok":["logout"]}\n',
    '{"Ok":["logout",1]}\n', '{"Ok":[1]}\n', '{"Ok":["logout",]}\n', '{"Ok":{"kind":1}}\n', '{"Ok":{"kind":"logout","kind":"logout"}}\n',
    '{"Ok":{"a":[1,{"b":null}],"kind":"logout"}}\n', '{"Ok":{"kind":"login"}}\n', '{"Ok":{"kind":"LOGOUT"}}\n', '{"Ok":{"kind":"new"}}\n',
    '{"Ok":{"kind":"get","token":"s3cret","cache":"session","operation_independent":true}}\n', '{"Ok":{"kind":"logout"}\n',
    '{"Ok":{"kind":"logout"},"Err":1}\n', '{"Ok":{"kind":"logout"}}}\n', '{"Ok":{"kind":"logout"}}{}\n', '{"Ok":{"kind":"logout"},}\n',
    ' { "Ok" : { "kind" : "logout" } } \r\n', '{"\\u004fk":{"kind":"logout"}}\n', '{"Err":{"kind":"url-not-supported"}}\n', '{"Err":["not-found"]}\n',
    '{"Err":["not-found",1,2]}\n', '{"Err":{"kind":"operation-not-supported"}}\n', '{"Err":{"kind":"odd"}}\n', '{"Err":["odd",1]}\n', '{"Err":1.5}\n',
    '{"Err":{"kind":"other","message":"it broke","caused-by":["because","of this"]}}\n', '{"Err":{"kind":"other","message":"a\\nb\\u0000c\\ud83d\\ude00"}}\n',
    '{"Err":{"caused-by":null,"message":"","kind":"other"}}\n', '{"Err":{"kind":"other"}}\n', '{"Err":{"kind":"other","message":1}}\n',
    '{"Err":{"kind":"other","message":"m","message":"m"}}\n', '{"Err":{"kind":"other","message":"m","caused-by":"c"}}\n',
    '{"Err":{"kind":"other","message":"m","caused-by":["c",2]}}\n', '{"Err":{"kind":"other","caused-by":[]}}\n', '{"Err":["other"]}\n',
    '{"Err":{"kind":"other","caused-by":"c"}}\n', '{"Err":{"kind":"other","caused-by":1,"message":2}}\n', '{"Err":["other",5]}\n',
    '{"Err":["other","m"]}\n', '{"Err":["other","m",["c"]]}\n', '{"Err":["other","m",[],1]}\n', '{"Err":["other",1,[]]}\n',
    '{"Err":{"kind":"not-found","x":"\\ud800"}}\n', '{"Err":{"kind":"not-found","x":[01]}}\n', '{"Err":{"kind":"not-found","x":"\x01"}}\n',
    '{"Err":{"kind":"not-found",}}\n', "\x00\n", '{"Ok":{"kind":"logout"}}\x00\n', '{"Ok":{"kind":"logout\x00"}}\n', '{"Ok":' * 200 + "\n",
    '{"Ok":{"x":' + "[" * 124 + "]" * 124 + ',"kind":"logout"}}\n', '{"Ok":{"x":' + "[" * 126 + "]" * 126 + ',"kind":"logout"}}\n',
]  # fmt: skip


@pytest.mark.parametrize("hello", HELLOS, ids=repr)
def test_hello(provider, hello):
    provider.speaks(hello=hello).same()


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda text: repr(text)[:70])
def test_answer(provider, answer):
    assert "s3cret" not in str(provider.speaks(answer=answer).same())


@pytest.mark.parametrize("what", ["hello", "answer"])
@pytest.mark.parametrize("text", [b"\xff\n", b'{"v":[1]}\xc3\n', b"\xed\xa0\x80\n", b"\xc0\x80\n", b"\xf4\x90\x80\x80\n"], ids=repr)
def test_not_utf8(provider, what, text):
    lines = provider.speaks(**{what: text}).same()
    assert lines[1] == "stream did not contain valid UTF-8"


def test_utf8_is_looked_at_line_by_line(provider):
    assert provider.speaks(answer=DONE.encode() + b"\xff\n").same() == ["removed"]


@pytest.mark.parametrize("text", ["s3cret", '"s3cret"', '{"v":"s3cret"}', '{"v":["s3cret"]}'])
def test_a_token_in_place_of_a_hello_is_not_repeated(provider, text):
    status, lines, err = provider.speaks(hello=text + "\n").ours()
    assert status == 1
    assert "s3cret" not in str(lines) + err


@pytest.mark.parametrize("text", ['"s3cret"', '{"Ok":"s3cret"}', '{"Err":"s3cret"}', '{"Ok":{"kind":"get","token":"s3cret"}}'])
def test_a_token_in_place_of_an_answer_is_not_repeated(provider, text):
    status, lines, err = provider.speaks(answer=text + "\n").ours()
    assert status == 1
    assert "s3cret" not in str(lines) + err


BITS = ["{", "}", "[", "]", ",", ":", '"', "null", "tru", "1", "-", "0", ".5", "e9", "\\", "\\u12", "\\ud800", " ", "\t", "\x1f", "kind", '"v"', '"kind"', "é", '"Ok"', '"Err"']


def mutated(text, chance):
    for _ in range(chance.choice([1, 1, 2, 3])):
        at = chance.randrange(len(text))
        cut = chance.randrange(3)
        text = text[:at] + chance.choice(["", chance.choice(BITS)]) + text[at + cut :]
    return text.replace("\n", "") + "\n"


def test_mutated_answers_are_explained_as_cargo_does(provider):
    chance = random.Random(os.environ.get("PLUGIN_SEED", "1"))
    # The keys stay: what is wrong inside of an unknown one's value is told in other words than serde's.
    hellos = [('{"v":', "[1]}\n"), ("[", "[1]]\n"), (' { "v" : ', "[ 2 , 1 ] } \n")]
    # What a get holds is not looked at, so nothing is wrong with it.
    answers = [answer for answer in ANSWERS if 20 < len(answer) < 100 and '"get"' not in answer]
    for _ in range(int(os.environ.get("PLUGIN_ROUNDS", "60"))):
        hello, answer = HELLO, chance.choice(answers)
        if chance.random() < 0.3:
            start, rest = chance.choice(hellos)
            hello = start + mutated(rest, chance)
        else:
            answer = mutated(answer, chance)
        print(hello, answer)
        provider.speaks(hello, answer).same()


# How it ends


def test_every_exit_status(provider):
    for status in range(256):
        provider.speaks(then=f"exit {status}")
        wanted = f"credential process `{provider.path}` failed with status exit status: {status}"
        expected = [wanted] if status else ["removed"]
        assert provider.ours()[1] == expected
        if status in (0, 1, 2, 101, 127, 128, 255):
            assert provider.cargos() == expected


def test_every_signal(provider):
    stops = {signal.SIGCHLD, signal.SIGCONT, signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGURG, signal.SIGWINCH}
    for number in sorted(signal.valid_signals() - stops):
        provider.speaks(then=f"kill -{int(number)} $$")
        lines = provider.same()
        assert lines[0].startswith(f"credential process `{provider.path}` failed with status signal: {int(number)}")


def test_signals_that_do_nothing(provider):
    for number in (signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH):
        assert provider.speaks(then=f"kill -{int(number)} $$").outcome() == "removed"


@pytest.mark.parametrize("before, what", [("", "hello"), (f"echo '{HELLO.strip()}'; read -r line; ", "response")], ids=["hello", "answer"])
def test_every_signal_before_it_has_spoken(provider, before, what):
    """Whatever ended it, there is no line, and that is said."""
    stops = {signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
    for number in sorted(signal.valid_signals() - stops):
        lines = provider.sh(f"{before}kill -{int(number)} $$").failure()
        assert lines == [f"failed to deserialize {what}", "EOF while parsing a value at line 1 column 0"]


@pytest.mark.parametrize("kind", ["login", "new", "get", "logout"])
def test_an_ok_answer_counts_only_with_its_exit(provider, kind):
    answer = json.dumps({"Ok": {"kind": kind, "token": "s3cret", "cache": "never", "operation_independent": True}})
    assert provider.speaks(answer=answer + "\n", then="exit 3").same() == [f"credential process `{provider.path}` failed with status exit status: 3"]


@pytest.mark.parametrize("then", ["exit 1", "exit 255", "kill -9 $$", "exec yes"])
@pytest.mark.parametrize(
    "answer, expected",
    [
        (NOT_FOUND, ["not-found"]),
        ('{"Err":{"kind":"url-not-supported"}}\n', ["url-not-supported"]),
        ('{"Err":{"kind":"operation-not-supported"}}\n', ["operation-not-supported"]),
        ('{"Err":{"kind":"other","message":"m","caused-by":["c"]}}\n', ["m", "c"]),
    ],
)
def test_an_err_answer_counts_whatever_the_exit(provider, then, answer, expected):
    assert provider.speaks(answer=answer, then=then).ours()[1] == expected


@pytest.mark.parametrize(
    "text, lines",
    [
        ("exit 0", ["failed to deserialize hello", "EOF while parsing a value at line 1 column 0"]),
        ("exit 9", ["failed to deserialize hello", "EOF while parsing a value at line 1 column 0"]),
        ("kill -9 $$", ["failed to deserialize hello", "EOF while parsing a value at line 1 column 0"]),
        ("printf '{\"v\"'", ["failed to deserialize hello", "EOF while parsing an object at line 1 column 4"]),
        ("exec >&-; read -r line", ["failed to deserialize hello", "EOF while parsing a value at line 1 column 0"]),
        ("printf '{\"v\":[1]}'; exec >&-; cat >/dev/null", ["failed to deserialize response", "EOF while parsing a value at line 1 column 0"]),
        ("echo '{\"v\":[1]}'; read -r line", ["failed to deserialize response", "EOF while parsing a value at line 1 column 0"]),
        ("echo '{\"v\":[1]}'; read -r line; printf '{\"Ok\":'", ["failed to deserialize response", "EOF while parsing a value at line 1 column 6"]),
        ("exec <&-; echo '{\"v\":[1]}'; exec sleep 1", ["failed to write to credential provider", "Broken pipe (os error 32)"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_breaking_off(provider, text, lines):
    assert provider.sh(text).same() == lines


def test_answer_without_newline(provider):
    assert provider.speaks(answer=DONE.strip()).same() == ["removed"]


def test_hello_and_answer_at_once(provider):
    """It ignores what it is told; the request fits into the pipe."""
    provider.sh(f"printf '%s\\n%s\\n' '{HELLO.strip()}' '{DONE.strip()}'\ncat >/dev/null")
    assert provider.same() == ["removed"]


def test_in_small_pieces(provider):
    provider.python(
        "def say(text):\n    for byte in text:\n        os.write(1, byte.encode())\n"
        f"say({HELLO!r})\nfor byte in iter(lambda: os.read(0, 1), b'\\n'): pass\nsay({DONE!r})\n"
    )
    assert provider.outcome() == "removed"


def test_it_writes_to_our_standard_error(provider):
    status, lines, err = provider.speaks(then="echo to a person >&2").ours()
    assert (status, lines, err) == (0, ["removed"], "to a person\n")


def test_large_lines_within_the_limit(provider):
    (provider.place / "big").write_text('{"Err":{"kind":"other","message":"' + "m" * 1_000_000 + '"}}\n')
    provider.sh(f"echo '{HELLO.strip()}'; read -r line; cat {provider.place}/big")
    assert provider.failure() == ["m" * 1_000_000]


def test_large_request(provider):
    """More than a pipe holds, to one that reads slowly and all."""
    provider.python(
        "print('{\"v\":[1]}', flush=True)\nline = b''\nwhile not line.endswith(b'\\n'): line += os.read(0, 1000)\n"
        "assert len(line) > 300000\nprint('{\"Ok\":{\"kind\":\"logout\"}}', flush=True)\n"
    )
    assert provider.outcome(args=("x" * 100_000,) * 3) == "removed"
