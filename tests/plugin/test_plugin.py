"""Credential providers as processes: what they are told, what they may do wrong, and what is said about it.

Ours is plugin_driver, the client alone; the oracle is the real cargo with the same program as
credential-provider. Where cargo comes to an end, its words are ours; where it hangs, ours ends in time.
"""

import json
import os
import pathlib
import pty
import random
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import time

import pytest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests/cli"))
import oracle  # noqa: E402

# in the build that $CARGO_LOGOUT is of
BUILD = pathlib.Path(os.environ.get("CARGO_LOGOUT", PROJECT / "build/cargo-logout")).parent
DRIVER = str(BUILD / "tests/plugin/plugin_driver")
INDEX = "sparse+https://example.com/index/"
HELLO = '{"v":[1]}\n'
DONE = '{"Ok":{"kind":"logout"}}\n'
NOT_FOUND = '{"Err":{"kind":"not-found"}}\n'
LONG = 20_000  # a deadline in milliseconds that no test reaches
SHORT = 300  # one that is meant to be reached
SOON = 10  # seconds: far below LONG, far above what a busy machine needs


def toml(words):
    """JSON's strings are TOML's, but for DEL and what is written as two surrogates."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")


class Provider:
    """A program under test, in a directory of its own."""

    def __init__(self, place):
        self.place = place
        self.path = place / "prov"
        (place / "home").mkdir()

    def sh(self, text):
        return self.write("#!/bin/sh\n" + text)

    def python(self, text):
        return self.write("#!/usr/bin/python3\nimport os, signal, sys, time\n" + text)

    def write(self, text, mode=0o755):
        self.path.write_bytes(text if isinstance(text, bytes) else text.encode())
        self.path.chmod(mode)
        return self

    def speaks(self, hello=HELLO, answer=DONE, then=""):
        """Writes the hello, reads a line, writes the answer."""
        (self.place / "hello").write_bytes(hello if isinstance(hello, bytes) else hello.encode())
        (self.place / "answer").write_bytes(answer if isinstance(answer, bytes) else answer.encode())
        return self.sh(f"/bin/cat {self.place}/hello\nread -r line\n/bin/cat {self.place}/answer\n{then}\n")

    def command(self, name=None, args=(), notice=LONG, deadline=LONG):
        return [DRIVER, str(notice), str(deadline), "mine", INDEX, name if name is not None else str(self.path), *args]

    def start(self, *, env=None, name=None, args=(), notice=LONG, deadline=LONG, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, **options}
        if "stderr" not in options:
            # a file: a grandchild that is left would keep a pipe open
            options["stderr"] = (self.place / "stderr").open("w")
        return subprocess.Popen(self.command(name, args, notice, deadline), cwd=self.place, env=env, **options)

    def ours(self, **options):
        """(exit status, what is said without `error: ` and `caused by: `, standard error)"""
        started = time.monotonic()
        process = self.start(**options)
        out, _ = process.communicate(timeout=60)
        assert time.monotonic() - started < SOON
        lines = re.split(r"\ncaused by: ", out.decode("utf-8", "replace").removesuffix("\n"))
        return process.returncode, [lines[0].removeprefix("error: "), *lines[1:]], (self.place / "stderr").read_text()

    def failure(self, **options):
        status, lines, _ = self.ours(**options)
        assert status == 1, lines
        return lines

    def outcome(self, **options):
        status, lines, _ = self.ours(**options)
        assert status == 0, lines
        return lines[0]

    def cargos(self, *, env=None, name=None, args=()):
        """What the real cargo says, in the driver's form."""
        try:
            cargo = oracle.cargo_path()
        except oracle.NoOracle as missing:
            pytest.skip(str(missing))
        words = [name if name is not None else str(self.path), *args]
        config = f"[registries.mine]\nindex = '{INDEX}'\ncredential-provider = {toml(words)}\n"
        (self.place / "home/config.toml").write_text(config)
        env = {"PATH": os.environ["PATH"], "HOME": str(self.place), **(env or {}), "CARGO_HOME": str(self.place / "home")}
        env = {key: value for key, value in env.items() if value is not None}
        run = subprocess.run([cargo, "logout", "--registry", "mine"], cwd=self.place, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        text = run.stderr.decode("utf-8", "replace").removesuffix("\n")
        if run.returncode == 0:
            return ["not-found" if "not currently logged in" in text else "removed"]
        if text == "error: no credential providers could handle the request":
            return ["url-not-supported"]
        layers = [re.sub(r"(?m)^  ", "", layer) for layer in re.split(r"\n\nCaused by:(?:\n|$)", text)]
        if layers[0] == f"error: credential provider `{' '.join(words)}` failed action `logout`":
            layers = layers[1:]
        layers[0] = layers[0].removeprefix("error: ")
        if layers == ["requested operation not supported"]:
            return ["operation-not-supported"]
        return [self.intended(layer) for layer in layers]

    @staticmethod
    def intended(layer):
        """The differences that are meant: no stray back-quote, no string or float repeated, Get without what it holds."""
        layer = re.sub(r"^(credential process .* failed with status .*)`$", r"\1", layer)
        layer = re.sub(r'^invalid type: string ".*", expected', "invalid type: string, expected", layer, flags=re.DOTALL)
        layer = re.sub(r"^invalid type: floating point `.*`, expected", "invalid type: floating point, expected", layer)
        return re.sub(r"request: Get \{.*", "request: Get", layer)

    def same(self, **options):
        _, lines, _ = self.ours(**options)
        # cargo's shell takes control sequences out of what it prints, ours will too; the driver does not
        plain = [re.sub("[\x00-\x08\x0b\x0e-\x1f\x7f]", "", line) for line in lines]
        expected = self.cargos(**options)
        if plain[-1].startswith("unknown variant, expected"):  # another word, which may be a token: not repeated
            expected[-1] = re.sub("^unknown variant `.*`,", "unknown variant,", expected[-1])
        assert plain == expected
        return lines


@pytest.fixture
def provider(tmp_path):
    return Provider(tmp_path)


def gone(pid):
    """Reaped, not only dead."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


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


# Where cargo hangs

HANGS = {
    "silent": ("exec sleep 60", "failed to read hello from credential provider"),
    "silent, reads": ("exec cat", "failed to read hello from credential provider"),
    "partial hello": ("printf '{\"v\":'; exec sleep 60", "failed to read hello from credential provider"),
    "hello without newline": ("printf '{\"v\":[1]}'; exec sleep 60", "failed to read hello from credential provider"),
    "stops itself": ("kill -STOP $$", "failed to read hello from credential provider"),
    "no answer": (f"echo '{HELLO.strip()}'; exec sleep 60", "failed to read response from credential provider"),
    "answer without newline": (f"echo '{HELLO.strip()}'; printf '{DONE.strip()}'; exec sleep 60", "failed to read response from credential provider"),
    "stops itself before the answer": (f"echo '{HELLO.strip()}'; kill -STOP $$", "failed to read response from credential provider"),
    "ignores every signal": (f"trap '' INT TERM HUP QUIT PIPE; echo '{HELLO.strip()}'; sleep 60; sleep 60", "failed to read response from credential provider"),
    "does not end": (f"echo '{HELLO.strip()}'; echo '{DONE.strip()}'; exec sleep 60", "credential process `PROV` did not exit after its answer"),
    "stops itself after the answer": (f"echo '{HELLO.strip()}'; echo '{DONE.strip()}'; kill -STOP $$", "credential process `PROV` did not exit after its answer"),
    "closes its output, does not end": (f"echo '{HELLO.strip()}'; echo '{DONE.strip()}'; exec sleep 60 >&-", "credential process `PROV` did not exit after its answer"),
}


@pytest.mark.parametrize("pidfd", [True, False], ids=["", "old kernel"])
@pytest.mark.parametrize("case", HANGS, ids=str)
def test_deadline(provider, case, pidfd):
    text, message = HANGS[case]
    provider.sh(f"echo $$ > {provider.place}/pid\n{text}\n")
    expected = ["error: " + message.replace("PROV", str(provider.path)), "caused by: it took longer than 0.3 seconds"]
    if pidfd:
        status, out, _ = provider.ours(deadline=SHORT)
        assert status == 1
        assert out == [expected[0].removeprefix("error: "), expected[1].removeprefix("caused by: ")]
    else:
        out = without_pidfd(provider, deadline=SHORT)
        assert out.splitlines() == expected
    assert gone(int((provider.place / "pid").read_text()))


def sanitized():
    """Built with the address sanitizer, which needs memory of its own and cannot look for leaks under strace."""
    return b"__asan_init" in pathlib.Path(DRIVER).read_bytes()


def injected(provider, call, error, **options):
    """What the driver prints when this system call always fails."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    env = {**os.environ, **({"ASAN_OPTIONS": "detect_leaks=0"} if sanitized() else {})}
    command = ["strace", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:error={error}", *provider.command(**options)]
    out = provider.place / "out"
    # a file: the provider may be left, and strace's output with it
    with out.open("w") as file:
        run = subprocess.run(command, cwd=provider.place, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.DEVNULL, env=env, timeout=SOON, check=False)
    return run.returncode, out.read_text()


def without_pidfd(provider, **options):
    status, text = injected(provider, "pidfd_open", "ENOSYS", **options)
    assert status in (0, 1), (status, text)
    return text


def test_one_that_may_not_be_killed_is_left(provider):
    """It has become another user. The driver sees a child that is left."""
    started_at = time.monotonic()
    status, text = injected(provider.sh(f"echo $$ > {provider.place}/pid; exec sleep 60"), "kill", "EPERM", deadline=SHORT)
    assert time.monotonic() - started_at < SOON
    os.kill(int((provider.place / "pid").read_text()), signal.SIGKILL)
    assert (status, text.splitlines()[1]) == (3, "caused by: it took longer than 0.3 seconds")


def test_without_pidfd(provider):
    assert without_pidfd(provider.speaks()) == "removed\n"
    assert "exit status: 3" in without_pidfd(provider.speaks(then="exit 3"))
    provider.sh(f"echo '{HELLO.strip()}'; sleep 60 & echo $! > {provider.place}/pid; read -r line")
    assert "EOF while parsing a value at line 1 column 0" in without_pidfd(provider)
    os.kill(int((provider.place / "pid").read_text()), signal.SIGKILL)


def test_request_larger_than_a_pipe_unread(provider):
    provider.sh(f"echo '{HELLO.strip()}'; exec sleep 60")
    lines = provider.failure(args=("x" * 100_000,) * 3, deadline=SHORT)
    assert lines == ["failed to write to credential provider", "it took longer than 0.3 seconds"]


@pytest.mark.parametrize("limit", ["hello", "response"])
def test_endless_line(provider, limit):
    start = f"echo '{HELLO.strip()}'; read -r line; " if limit == "response" else ""
    provider.sh(f"{start}head -c 1073741824 /dev/zero")
    memory = resource.RLIM_INFINITY if sanitized() else 32 << 20
    lines = provider.failure(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory)))
    assert lines == [f"failed to read {limit} from credential provider", "a line is longer than 1048576 bytes"]


def test_endless_lines_after_the_answer(provider):
    """Read and thrown away for a while, then nobody reads any more."""
    lines = provider.speaks(then="exec yes").failure()
    assert lines == [f"credential process `{provider.path}` failed with status signal: 13 (SIGPIPE)"]


def test_much_after_the_answer(provider):
    """More than a pipe holds: cargo hangs, ours lets it finish."""
    assert provider.speaks(then="head -c 500000 /dev/zero").outcome() == "removed"


GRANDCHILD = "sleep 60 & echo $! > {place}/pid; "


@pytest.mark.parametrize(
    "text, lines",
    [
        ("%s", ["failed to deserialize hello", "EOF while parsing a value at line 1 column 0"]),
        ("printf '{\"v\"'; %s", ["failed to deserialize hello", "EOF while parsing an object at line 1 column 4"]),
        ("echo '{\"v\":[1]}'; read -r line; %s", ["failed to deserialize response", "EOF while parsing a value at line 1 column 0"]),
        ("echo '{\"v\":[1]}'; read -r line; echo '{\"Ok\":{\"kind\":\"logout\"}}'; %s", ["removed"]),
        ("echo '{\"v\":[1]}'; read -r line; %s printf '{\"Ok\":{\"kind\":\"logout\"}}'", ["removed"]),
    ],
    ids=["at once", "partial hello", "no answer", "after the answer", "unfinished answer"],
)
def test_a_grandchild_that_keeps_the_pipes_open(provider, text, lines):
    provider.sh(text % GRANDCHILD.format(place=provider.place))
    assert provider.ours()[1] == lines
    os.kill(int((provider.place / "pid").read_text()), signal.SIGKILL)


def ends(pid):
    """Waits for the end of a process that is not our child."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], SOON)[0])
    finally:
        os.close(handle)


@pytest.mark.parametrize(
    "before, said",
    [
        ("", "failed to (read|deserialize) hello.*"),
        (f"echo '{HELLO.strip()}'; read -r line; ", "failed to (read|deserialize) response.*"),
        (f"echo '{HELLO.strip()}'; read -r line; echo '{DONE.strip()}'; ", "removed"),
    ],
    ids=["hello", "answer", "after the answer"],
)
def test_a_grandchild_that_goes_on_writing(provider, before, said):
    """The pipe is never empty: how much was read when the provider ended is chance. The writer ends with the pipe."""
    provider.sh(f"{before}cat /dev/zero & echo $! > {provider.place}/pid")
    assert re.fullmatch(said, provider.ours()[1][0])
    assert ends(int((provider.place / "pid").read_text()))


# While we wait


def test_notice_is_given_once_and_the_talk_goes_on(provider):
    """The provider waits until it sees that the notice was given."""
    fifo = provider.place / "fifo"
    os.mkfifo(fifo)
    provider.sh(f"echo '{HELLO.strip()}'; read -r line; read -r go < {fifo}; echo '{DONE.strip()}'")
    process = provider.start(notice=50, stderr=subprocess.PIPE)
    assert process.stderr.readline() == b"notice\n"
    fifo.write_text("go\n")
    out, err = process.communicate(timeout=SOON)
    assert (out, err, process.returncode) == (b"removed\n", b"", 0)


def test_notice_then_deadline(provider):
    status, lines, err = provider.sh("exec sleep 60").ours(notice=50, deadline=SHORT)
    assert (status, lines[1], err) == (1, "it took longer than 0.3 seconds", "notice\n")


def test_no_deadline(provider):
    """None is none: the notice has come long before the deadline's unit is mistaken."""
    fifo = provider.place / "fifo"
    os.mkfifo(fifo)
    provider.sh(f"read -r go < {fifo}; echo '{HELLO.strip()}'; read -r line; echo '{DONE.strip()}'")
    process = provider.start(notice=50, deadline=-1, stderr=subprocess.PIPE)
    assert process.stderr.readline() == b"notice\n"
    fifo.write_text("go\n")
    assert process.communicate(timeout=SOON)[0] == b"removed\n"


# Signals to us

WAITS = {
    "hello": "",
    "answer": f"echo '{HELLO.strip()}'; read -r line; ",
    "exit": f"echo '{HELLO.strip()}'; read -r line; echo '{DONE.strip()}'; ",
}


def started(provider, text, **options):
    """The driver, and the provider's pid once it has come to where it waits."""
    fifo = provider.place / "ready"
    os.mkfifo(fifo)
    provider.sh(text.replace("READY", f"echo $$ > {fifo}"))
    process = provider.start(start_new_session=True, **options)
    return process, int(fifo.read_text())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT], ids=lambda number: number.name)
@pytest.mark.parametrize("at", WAITS, ids=str)
def test_a_signal_to_the_group_ends_both(provider, number, at):
    process, pid = started(provider, WAITS[at] + "READY; exec sleep 60")
    os.killpg(process.pid, number)
    out, _ = process.communicate(timeout=SOON)
    assert process.returncode == -number
    assert gone(pid)
    assert out == b""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_to_us_alone_reaches_it_too(provider, number):
    process, pid = started(provider, f"trap 'echo cleaned > {provider.place}/mark; exit' {int(number)}; READY; sleep 60 & wait")
    process.send_signal(number)
    process.communicate(timeout=SOON)
    assert process.returncode == -number
    assert gone(pid)
    assert (provider.place / "mark").read_text() == "cleaned\n"


def test_ctrl_c_leaves_it_time_to_clean_up(provider):
    """It gets SIGINT once, by the terminal: a second one, from us, would cut its cleaning up short."""
    fifo = provider.place / "ready"
    os.mkfifo(fifo)
    provider.python(
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])\n"
        f"open({str(fifo)!r}, 'w').write(str(os.getpid()))\nsignal.sigwait([signal.SIGINT])\nopen({str(fifo)!r}, 'w').write('x')\n"
        "sys.stdin.read()\nagain = signal.sigtimedwait([signal.SIGINT], 0.2)\n"
        f"open({str(provider.place / 'mark')!r}, 'w').write('cut short' if again else 'cleaned')\n"
    )
    process = provider.start(start_new_session=True)
    # one after the other, so that two to the provider could not become one
    os.kill(int(fifo.read_text()), signal.SIGINT)
    fifo.read_text()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=SOON)
    assert process.returncode == -signal.SIGINT
    assert (provider.place / "mark").read_text() == "cleaned"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_one_that_ignores_it_is_killed(provider, number):
    process, pid = started(provider, "trap '' INT TERM; READY; sleep 60")
    os.killpg(process.pid, number)
    process.communicate(timeout=SOON)
    assert process.returncode == -number
    assert gone(pid)


def test_a_stopped_one_is_killed(provider):
    process, pid = started(provider, "READY; kill -STOP $$")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=SOON)
    assert process.returncode == -signal.SIGINT
    assert gone(pid)


def test_an_ignored_signal_stays_ignored(provider):
    fifo = provider.place / "go"
    os.mkfifo(fifo)
    (provider.place / "run").write_text(f"#!/bin/sh\ntrap '' INT HUP\nexec {' '.join(provider.command())}\n")
    (provider.place / "run").chmod(0o755)
    ready = provider.place / "ready"
    os.mkfifo(ready)
    provider.sh(f"echo '{HELLO.strip()}'; read -r line; echo x > {ready}; read -r go < {fifo}; echo '{DONE.strip()}'")
    process = subprocess.Popen([provider.place / "run"], cwd=provider.place, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    ready.read_text()
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGHUP)
    fifo.write_text("go\n")
    out, _ = process.communicate(timeout=SOON)
    assert (process.returncode, out) == (0, b"removed\n")


# At a terminal


def at_terminal(provider, script, answer_to):
    """Runs the driver with the program's own times in a session with a terminal; `answer_to` maps a prompt to what is typed."""
    provider.sh(script)
    command = provider.command(notice="default")
    pid, controller = pty.fork()
    if pid == 0:
        os.chdir(provider.place)
        os.execv(command[0], command)
    seen = b""
    while True:
        try:
            piece = os.read(controller, 4096)
        except OSError:
            break
        if not piece:
            break
        seen += piece
        for prompt, typed in list(answer_to.items()):
            if prompt in seen:
                os.write(controller, answer_to.pop(prompt))
    _, status = os.waitpid(pid, 0)
    os.close(controller)
    return os.waitstatus_to_exitcode(status), seen.decode()


def test_it_can_ask_a_person(provider):
    script = f"echo '{HELLO.strip()}'; read -r line; printf 'password: ' >/dev/tty; read -r word </dev/tty; [ $word = open ] && echo '{DONE.strip()}'"
    status, seen = at_terminal(provider, script, {b"password: ": b"open\n"})
    assert status == 0
    assert seen.endswith("removed\r\n")


def test_ctrl_c_while_it_asks(provider):
    script = f"echo $$ > {provider.place}/pid; echo '{HELLO.strip()}'; read -r line; printf 'password: ' >/dev/tty; read -r word </dev/tty"
    status, _ = at_terminal(provider, script, {b"password: ": b"\x03"})
    assert status == -signal.SIGINT
    assert gone(int((provider.place / "pid").read_text()))


# Nothing is left


@pytest.mark.parametrize("closed", [False, True], ids=["", "stdin closed"])
def test_descriptors_that_cannot_be_had(provider, closed):
    """Whatever the limit, it works or says so; the driver counts its descriptors and children afterwards."""
    provider.speaks()
    ends = set()

    def prepare():
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        if closed:
            os.close(0)

    for limit in range(4, 14):
        process = provider.start(preexec_fn=prepare)
        out, _ = process.communicate(timeout=SOON)
        assert process.returncode in (0, 1), (limit, out)
        ends.add(out.decode().splitlines()[-1])
    # between the two the shell that runs the provider has too few for itself
    assert {"removed", "caused by: Too many open files (os error 24)"} <= ends
