"""The command line: the real cargo and cargo-logout get the same words. Then the options and errors of our own."""

import json
import re
import shlex
import subprocess

import pytest

from cases import contests
from world import World

OUR_OPTIONS = ("--all", "--everywhere", "--revoke", "--status", "--check", "--copies", "--dry-run", "--strict", "--message-format", "--timeout", "--version")

# What random_line() seldom makes. One command line each, as a shell reads it; $'...' is not understood, so odd bytes are in ODD.
LINES = """
-v -q --frob -v
--registry x --registry y --frob
--color bad --frob
--=
help logout
-- --registry x
--registry -- x
--registry - -
--registry -Zx
--registry= --frob
--registry==
--registry a b
--registry a --registry -h
--registry x -v --quiet=true
--locked --offline --frozen --locked
--color auto --color auto
--color auto,always
--color=NEVER --registry nope
--color bad --registry
--config=a=1 --confi=b
--cfg
-ca=1
-Z --frob
-qhx
--registries
--token -v
--freeze
--unlocked
--colour=always
--verbosity
--REGISTRY x
-C x
-qvv --registry x --locke
--locked -v --lock
--config=a=1 --config=b=1 --lock
--color always --color=never --lock
--registry=x --registry=y --registr
"""

ODD = [
    [b"\xff"],
    [b"--registry", b"a\xff"],
    [b"--registry", b"a\xff", b"--locke"],
    [b"--color", b"alw\xc3"],
    [b"-Z", b"\xff"],
    [b"-\xe6\x97\xffq"],
    [b"--quiet=\xf0\x9f\x98"],
    ["two\nlines"],
    ["--color", "al\nways"],
    ["--frob\x1b[31mx"],
    ["a\x1b]0;title\x07b"],
    ["a\x1b[\tb\x07c"],
    ["a\x7f\x08\x07b\rc\td"],
    ["--color", "\x1b[31malways"],
    ["--" + "registry" * 500],
    ["-" + "v" * 300, "-q"],
]

FIXED = [tuple(shlex.split(line)) for line in LINES.strip().splitlines()] + [tuple(odd) for odd in ODD]

test_line = contests({repr(args)[:60]: World(args) for args in FIXED})


def ours(program, *args, **env):
    env = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin"} | env
    return subprocess.run([program, *args], cwd="/", env=env, capture_output=True, timeout=20, check=False)


END = b"\n\nFor more information, try '--help'.\n"
WRONG_TIME = b"error: invalid value '%s' for '--timeout <SECONDS>': it must be a whole number from 1 to 86400" + END
EXCLUDES = b"error: the argument '%s' cannot be used with '%s'\n\nUsage: cargo-logout %s" + END
REQUIRED = b"error: the following required arguments were not provided:\n  --status\n\nUsage: cargo-logout "
MEANT = b"\n\n  tip: did you mean `--registry %s`?\n\nUsage: cargo-logout [OPTIONS]" + END
# Options that cargo does not have, or registries that are named without the option.
OUR_ERRORS = {
    **{f"--timeout={word}": WRONG_TIME % word.encode() for word in ("0", "00", "86401", "99999999999999999999", "", "-", "1s", "+1", "0x1")},
    "--message-format xml": b"error: invalid value 'xml' for '--message-format <FMT>'\n  [possible values: human, json]" + END,
    "-v --check -q": REQUIRED + b"--verbose... --check --quiet --status" + END,
    "--check --all --dry-run": REQUIRED + b"--check --all --dry-run --status" + END,
    "--all --registry x": EXCLUDES % (b"--all", b"--registry <REGISTRY>", b"--all"),
    "-v --registry x --color always --all -q": EXCLUDES
    % (b"--registry <REGISTRY>", b"--all", b"--verbose... --registry <REGISTRY> --color <WHEN> --quiet"),
    "--status -q --dry-run": EXCLUDES % (b"--status", b"--dry-run", b"--status --quiet"),
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


def misspelled(option):
    return option[:-1], option + "x", option[:3] + option[4:], option[:4]


# cargo does not have these options, so no tip suggests one that removes more than was meant.
test_options_of_ours_are_no_tips = contests(
    {f"{word} {rest}": World([word, *rest.split()]) for option in OUR_OPTIONS for word in misspelled(option) for rest in ("", "--registry y -v")}
)


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
