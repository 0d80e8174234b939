"""Compares the command line: the real cargo and cargo-logout get the same words and must print the same.

It compares stdout, stderr and the exit status. `expected` converts cargo's answer into ours: the program's name, its own help, and the error for `-Z
help`.
"""

import dataclasses
import json
import os
import random
import re
import shlex
import subprocess

import pytest

from world import World, run

SEED = int(os.environ.get("CARGO_LOGOUT_SEED", "1"))
RANDOM_LINES = int(os.environ.get("CARGO_LOGOUT_LINES", "600"))
CHUNK = 50

OUR_OPTIONS = ("--all", "--everywhere", "--revoke", "--status", "--check", "--copies", "--dry-run", "--strict", "--message-format", "--timeout", "--version")
Z_REFUSED = (
    b"error: the `-Z` flag is only accepted on the nightly channel of Cargo, but this is the `stable` channel\n"
    b"See https://doc.rust-lang.org/book/appendix-07-nightly-rust.html for more information about Rust release channels.\n"
)


def expected(theirs, ours):
    if b"Available unstable (nightly-only) flags:" in theirs.stdout:
        return dataclasses.replace(theirs, status=101, stdout=b"", stderr=Z_REFUSED)
    is_help = theirs.status == 0 and theirs.stdout.startswith(b"Remove an API token")
    if is_help and (b"\x1b" in ours.stdout) == (b"\x1b" in theirs.stdout) and b"cargo-logout [OPTIONS]" in ours.stdout:
        theirs = dataclasses.replace(theirs, stdout=ours.stdout)
    return dataclasses.replace(theirs, stderr=theirs.stderr.replace(b"cargo logout", b"cargo-logout"))


def disagreement(world, root, cargo, program):
    """Empty when both say the same, else what each said."""
    theirs = run(world, root, [cargo, "logout"])
    ours = run(world, root, [program])
    theirs = expected(theirs, ours)
    if any(mark in ours.stderr for mark in (b"\\u{", "`…`".encode())):
        theirs.stderr, ours.stderr = (re.sub(rb"\x1b\[[0-9;]*m", b"", text.stderr).split()[:2] for text in (theirs, ours))  # `hidden` in docs/differences.md
    pairs = [(what, getattr(theirs, what), getattr(ours, what)) for what in ("status", "stdout", "stderr")]
    return "\n".join(f"{what}:\n  cargo {left!r}\n  ours  {right!r}" for what, left, right in pairs if left != right)


def reports_first_fault(world, root, cargo, program):
    """Returns true if cargo reports our error for the beginning of the line. It reports another of several faults for the whole line."""
    ours = run(world, root, [program])
    beginnings = (dataclasses.replace(world, args=world.args[:count]) for count in range(1, len(world.args)))
    return ours.status == 1 and any(ours.stderr == expected(run(begin, root, [cargo, "logout"]), ours).stderr for begin in beginnings)


def check(world, root, cargo, program):
    found = disagreement(world, root, cargo, program)
    if found and not reports_first_fault(world, root, cargo, program):
        pytest.fail(f"cargo logout {world.args} {world.env}\n{found}", pytrace=False)


# What Generator below seldom makes. One command line each, as a shell reads it; $'...' is not understood, so odd bytes are in ODD.
LINES = """
-v -q --frob -v
--registry x --registry y --frob
--color bad --frob
-=
---=x
--=
'' -q
help logout
-- --registry x
--registry -- x
--registry - -
--registry -Zx
--registry= --frob
--registry==
--registry =x
--registry a b
--registry a --registry
--registry a --registry -h
-qhq
--registry x -v --quiet=true
--locked --offline --frozen --locked
--color auto --color auto
--color auto,always
--color bad foo
--color=NEVER --registry nope
--color bad --registry
--config=a=1 --confi=b
--cfg
-ca=1
-c a=1
-Z --frob
-Z=
-qhx
--hel
-- -h
--reg
--registries
--token -v
--list
--freeze
--unlocked
--online
--colour=always
--quiett
--verbosity
--configs
--REGISTRY x
--q
-C x
-qvv --registry x --locke
--locked -v --lock
--config=a=1 --config=b=1 --lock
--color always --color=never --lock
-q --silen
--registry=x --registry=y --registr
"""

ODD = [
    [b"\xff"],
    [b"--reg\xe9istry=x"],
    [b"--registry", b"a\xff"],
    [b"--registry", b"a\xff", b"--locke"],
    [b"--color", b"alw\xc3"],
    [b"-Z", b"\xff"],
    [b"-q\xff\xfe abc"],
    [b"-\xe6\x97\xffq"],
    [b"--quiet=\xf0\x9f\x98"],
    ["--regístry"],
    ["two\nlines"],
    ["--color", "al\nways"],
    ["--frob\x1b[31mx"],
    ["a\x1b]0;title\x07b"],
    ["a\x1b[\tb\x07c"],
    ["a\x9bb"],
    ["a\x7f\x08\x07b\rc\td"],
    ["--color", "\x1b[31malways"],
    ["--quiet=\x1b[31m"],
    ["--" + "registry" * 500],
    ["-" + "v" * 300, "-q"],
]

FIXED = [tuple(shlex.split(line)) for line in LINES.strip().splitlines()] + [tuple(odd) for odd in ODD]


def name(args):
    return repr(args)[:60]


@pytest.mark.parametrize("args", FIXED, ids=name)
def test_line(args, root, cargo, program):
    check(World(args=args), root, cargo, program)


@pytest.mark.parametrize("args", FIXED[::5], ids=name)
def test_line_in_colour(args, root, cargo, program):
    check(World(args=args, env={"CARGO_TERM_COLOR": "always"}), root, cargo, program)


class Generator:
    """Command lines that are almost valid."""

    LONG = "registry silent verbose quiet color locked offline frozen config help".split()
    VALUES = ["x", "nope", "auto", "always", "never", "ALWAYS", "alway", "nevr", "", "-", "-x", "--", "é", b"\xff", b"a\xffb", "help", "\x1b[31mq"]
    OTHERS = ["--", "-", "", "---", "--=x", "-=", "-h", "--help=1", "foo", "logout", "--token", "--list"]

    def __init__(self, seed):
        self.random = random.Random(seed)

    def misspelt(self, word):
        letters = list(word)
        for _ in range(self.random.choice([0, 1, 1, 2, 3])):
            at = self.random.randrange(len(letters) + 1)
            kind = self.random.randrange(4)
            if kind == 0 or not letters:
                letters.insert(at, self.random.choice("abcdefghijklmnopqrstuvwxyz-_é"))
            elif kind == 1:
                letters.pop(at % len(letters))
            elif kind == 2:
                letters[at % len(letters)] = self.random.choice("abcdefghijklmnopqrstuvwxyz")
            else:
                self.random.shuffle(letters[:2])
                letters.append(letters.pop(at % len(letters)))
        return "".join(letters)

    def value(self):
        if self.random.random() < 0.8:
            return os.fsencode(self.random.choice(self.VALUES))
        return self.misspelt(self.random.choice(["auto", "always", "never"])).encode()

    def word(self):
        kind = self.random.random()
        if kind < 0.6:
            name = self.random.choice(self.LONG)
            word = ("--" + (name if kind < 0.35 else self.misspelt(name))).encode()
            return word + (b"=" + self.value() if self.random.random() < 0.35 else b"")
        if kind < 0.8:
            letters = "qvvvhZsczxé=q" if self.random.random() < 0.3 else "qvvvZh"
            return ("-" + "".join(self.random.choice(letters) for _ in range(self.random.randint(1, 4)))).encode()
        if kind < 0.9:
            return self.value()
        return self.random.choice(self.OTHERS).encode()

    def line(self):
        words = [self.word() for _ in range(self.random.randint(1, 5))]
        return tuple(words[1:] if words[0] == b"logout" else words)


@pytest.mark.parametrize("chunk", range(RANDOM_LINES // CHUNK))
def test_random_lines(chunk, root, cargo, program):
    generator = Generator(f"{SEED}/{chunk}")
    for _ in range(CHUNK):
        args = generator.line()
        world = World(args=args, env={"CARGO_TERM_COLOR": generator.random.choice(["auto", "always", "never"])})
        check(world, root, cargo, program)


# What excludes what in ours. cargo's parser is asked with two options of `cargo publish` that exclude each other.
EXCLUDE = [("--all", "--registry"), ("--status", "--dry-run")]
CONFLICTS = """
ONE OTHER
OTHER ONE
-v OTHER --color always ONE -q -v --locked
--config=a=b -Zx -q ONE -Zy --offline OTHER --frozen
ONE -q OTHER --frob
ONE OTHER --locke
ONE OTHER -s
ONE OTHER foo
ONE OTHER --color bad
ONE OTHER --config
-q -q ONE OTHER
OTHER ONE --locked=1
OTHER ONE ONE
OTHER OTHER ONE
"""


def renamed(text, old, new):
    """A text of cargo's parser with a flag in place of an option that takes a value."""
    value = b"<%s>" % old[2:].upper().encode()
    for space in (b" ", b"\x1b[0m\x1b[36m \x1b[0m\x1b[36m"):
        text = text.replace(old.encode() + space + value, new.encode())
    return text


@pytest.mark.parametrize("color", ["never", "always"])
@pytest.mark.parametrize("one, other", EXCLUDE)
@pytest.mark.parametrize("line", CONFLICTS.strip().splitlines())
def test_options_that_exclude_each_other(line, one, other, color, root, cargo, program):
    def said(command, names):
        words = [names.get(word, word) for word in line.split()]
        return run(World(args=tuple(words), env={"CARGO_TERM_COLOR": color}), root, command)

    theirs = said([cargo, "publish"], {"ONE": "--index=x", "OTHER": "--registry=x"})
    mine = said([program], {"ONE": one, "OTHER": "--registry=x" if other == "--registry" else other})
    text = renamed(theirs.stderr.replace(b"cargo publish", b"cargo-logout"), "--index", one)
    text = text if other == "--registry" else renamed(text, "--registry", other)
    assert (mine.status, mine.stdout, mine.stderr) == (theirs.status, theirs.stdout, text)


def ours(program, *args, **env):
    env = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin"} | env
    return subprocess.run([program, *args], cwd="/", env=env, capture_output=True, timeout=20, check=False)


END = b"\n\nFor more information, try '--help'.\n"
WRONG_TIME = b"error: invalid value '%s' for '--timeout <SECONDS>': it must be a whole number from 1 to 86400" + END
REQUIRED = b"error: the following required arguments were not provided:\n  --status\n\nUsage: cargo-logout "
MEANT = b"\n\n  tip: did you mean `--registry %s`?\n\nUsage: cargo-logout [OPTIONS]" + END
# Options that cargo does not have, or registries that are named without the option.
OUR_ERRORS = {
    **{f"--timeout={word}": WRONG_TIME % word.encode() for word in ("0", "00", "86401", "99999999999999999999", "", "-", "1s", "+1", "0x1")},
    "--message-format xml": b"error: invalid value 'xml' for '--message-format <FMT>'\n  [possible values: human, json]" + END,
    "-v --check -q": REQUIRED + b"--verbose... --check --quiet --status" + END,
    "--check --all --dry-run": REQUIRED + b"--check --all --dry-run --status" + END,
    "--version=1": b"error: unexpected value '1' for '--version' found; no more were expected\n\nUsage: cargo-logout --version" + END,
    "--registry --version": b"error: a value is required for '--registry <REGISTRY>' but none was supplied" + END,
    "-q my-reg": b"error: unexpected argument 'my-reg' found" + MEANT % b"my-reg",
    "crates.io": b"error: unexpected argument 'crates.io' found" + MEANT % b"crates-io",
    "my-re": b"error: unexpected argument 'my-re' found\n\nUsage: cargo-logout [OPTIONS]" + END,
    "$(id)": b"error: unexpected argument '$(id)' found\n\nUsage: cargo-logout [OPTIONS]" + END,  # a suggestion would have to be quoted
    "logoff": b"error: unexpected argument 'logoff' found\n\nUsage: cargo-logout [OPTIONS]" + END,
}


@pytest.mark.parametrize("line", OUR_ERRORS)
def test_errors_of_our_own(line, program, tmp_path):
    names = ("my-reg", '"$(id)"')
    (tmp_path / "config.toml").write_text("".join(f'[registries.{name}]\nindex = "sparse+https://example.com/"\n' for name in names))
    done = ours(program, *line.split(), CARGO_HOME=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", OUR_ERRORS[line])


@pytest.mark.parametrize("words", [["--message-format=json"], ["--message-format", "json"]])
def test_usage_errors_in_json(words, program):
    done = ours(program, "json", *words)
    assert done.returncode == 1 and done.stderr.startswith(b"error: unexpected argument 'json' found")
    assert [json.loads(line)["reason"] for line in done.stdout.splitlines()] == ["error", "logout-finished"]


ACCEPTED = "--timeout 1", "--timeout=86400", "--timeout 0060", "--message-format JSON", "--message-format human", "--status --check --copies", "logout -q"


@pytest.mark.parametrize("line", ACCEPTED)
def test_values_that_are_accepted(line, program):
    assert ours(program, *line.split()).returncode == 0


def test_help_fits_a_terminal(program):
    assert max(map(len, ours(program, "-h").stdout.decode().splitlines())) <= 80


@pytest.mark.parametrize("line", ["-V", "--version", "-qV", "-V --frob", "--registry x -V", "-vVx", "logout --version", "--all --registry x -V"])
def test_version(line, program):
    result = ours(program, *line.split())
    assert (result.returncode, result.stderr) == (0, b"")
    assert re.fullmatch(rb"cargo-logout \d+\.\d+\.\d+\n", result.stdout)


@pytest.mark.parametrize("option", OUR_OPTIONS)
def test_options_of_ours_are_no_tips(option, root, cargo, program):
    """A misspelled option of ours gets cargo's answer. cargo does not have the option, so no tip removes more than was meant."""
    for word in (option[:-1], option + "x", option[:3] + option[4:], option[:4]):
        assert word not in OUR_OPTIONS
        check(World(args=(word,)), root, cargo, program)
        check(World(args=("-v", word + "=x", "--registry", "y")), root, cargo, program)


@pytest.mark.parametrize("line", ["-h", "--frob", "-q -q", "--registry 1", "foo", ""])
@pytest.mark.parametrize("name", ["cargo-logout", "cargo-logoff", "cargo-log-out"])
def test_started_by_cargo(name, line, program, cargo, tmp_path):
    """cargo starts the program NAME-of-the-subcommand, `cargo-logoff`, with the name once more as the first argument."""
    (tmp_path / name).symlink_to(program)
    env = {"HOME": "/nonexistent", "PATH": f"{tmp_path}:/usr/bin:/bin"}
    word = name.removeprefix("cargo-")
    command = [cargo, word] if word != "logout" else [tmp_path / name, word]  # `cargo logout` is cargo's own
    plain = ours(program, *line.split())
    led = subprocess.run([*command, *line.split()], cwd="/", env=env, capture_output=True, timeout=20, check=False)
    assert (plain.returncode, plain.stdout, plain.stderr) == (led.returncode, led.stdout, led.stderr)


@pytest.mark.parametrize("line", ["--frob", "--registry 1", "--config a", "-q -v", "-h"])
def test_one_message_is_one_write(line, program):
    """A pipe in packet mode gives with one read what one write wrote."""
    read, write = os.pipe2(os.O_DIRECT)
    env = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin"}
    subprocess.run([program, *line.split()], cwd="/", env=env, stdout=write, stderr=write, timeout=20, check=False)
    os.close(write)
    assert os.read(read, 65536)
    assert os.read(read, 65536) == b""
    os.close(read)


@pytest.mark.parametrize("line, status", [("--frob", 1), ("--registry 1", 101), ("-q -v", 101)])
def test_nobody_listens(line, status, program):
    """A closed or full standard error, or one whose reader has exited, changes nothing else."""
    env = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin"}
    read, write = os.pipe()
    os.close(read)
    with open("/dev/full", "wb") as full:
        for stderr in (write, full):
            done = subprocess.run([program, *line.split()], cwd="/", env=env, stderr=stderr, timeout=20, check=False)
            assert done.returncode == status
    os.close(write)
    closed = ["sh", "-c", 'exec "$@" 2>&-', "sh", program, *line.split()]
    assert subprocess.run(closed, cwd="/", env=env, timeout=20, check=False).returncode == status
