"""Each line of --message-format json matches docs/json-schema.json, and docs/json.md explains each key and value."""

import json
import pathlib
import re
import subprocess
import sys

import jsonschema
import pytest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests/revoke"))

from registry_stand_in import Registry  # noqa: E402

SCHEMA = json.loads((PROJECT / "docs/json-schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

CORP = '[registries.corp]\nindex = "sparse+https://corp.example/index/"\n'
FILES = {
    "nothing": {},
    "tokens": {"config.toml": CORP + 'token = "x"\n', "credentials.toml": '[registry]\ntoken = "x"\n[registries.corp]\nsecret-key = "k3"\n[registries.gone]\ntoken = "x"'},
    "malformed credentials": {"credentials.toml": "[registry]\ntoken = x\n"},
    "malformed configuration": {"config.toml": "[registry\n"},
    "providers": {"config.toml": CORP + 'credential-provider = ["false", "secret-argument"]\n[registry]\nglobal-credential-providers = ["cargo:token", "cargo:token-from-stdout x", "cargo:libsecret"]\n'},
    "no index": {"config.toml": '[registries.corp]\ntoken = "x"\n[registries.bad]\nindex = "no url"\n'},
    "odd names": {"credentials.toml": '[registries.""]\ntoken = "x"\n[registries."a\\u001b[31m\\u202E b"]\ntoken = "x"\n[registries."日本"]\ntoken = ""\n'},
}
ARGUMENTS = [
    (),
    ("--all",),
    ("--all", "--everywhere", "--strict"),
    ("--registry=corp",),
    ("--registry=unknown",),
    ("--all", "-n", "--revoke", "--offline"),
    ("--all", "--revoke", "--offline"),
    ("--status",),
    ("--status", "-v", "--strict"),
    ("--status", "--check", "--offline"),
    ("--no-such-option",),
    ("--all", "--registry=x"),
    ("--config", "nonsense"),
    ("-Zx",),
]


def run(program, home, arguments, **variables):
    """Returns the lines, after checking each."""
    env = {"HOME": str(home), "PATH": "/usr/bin:/bin", **variables}
    done = subprocess.run([program, *arguments, "--message-format", "json"], cwd=home, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    for line in lines:
        VALIDATOR.validate(line)
    assert lines[-1]["reason"] == "logout-finished" and lines[-1]["status"] == done.returncode
    return lines


@pytest.mark.parametrize("name", FILES)
def test_each_line_is_valid(name, program, tmp_path):
    for number, arguments in enumerate(ARGUMENTS):
        home = tmp_path / str(number)
        (home / ".cargo").mkdir(parents=True)
        for file, text in FILES[name].items():
            (home / ".cargo" / file).write_text(text)
        run(program, home, arguments, CARGO_REGISTRIES_CORP_TOKEN="x", CARGO_REGISTRY_TOKEN="")


@pytest.mark.parametrize("arguments, verdict", [(("--status", "--check"), "unknown"), (("--revoke",), "revoked-unchecked"), (("--revoke",), "no-api")])
def test_the_servers_answer(arguments, verdict, program, tmp_path):
    with Registry() as registry:
        token, index = registry.issue(), registry.index
        if verdict == "no-api":
            index = "sparse+http://127.0.0.1:9/index/"
        (tmp_path / ".cargo").mkdir()
        (tmp_path / ".cargo/config.toml").write_text(f'[registries.corp]\nindex = "{index}"\n')
        (tmp_path / ".cargo/credentials.toml").write_text(f'[registries.corp]\ntoken = "{token}"\n')
        lines = run(program, tmp_path, ["--registry=corp", *arguments])
    (row,) = [line for line in lines if line["reason"] == "credential"]
    assert row["server"]["verdict"] == verdict
    assert ("valid" in row) == ("--check" in arguments)


def words_of(schema):
    for key, value in schema.items() if isinstance(schema, dict) else ():
        if key == "enum":
            yield from map(str, value)
        elif key == "properties":
            yield from value
        yield from words_of(value)


def test_each_word_is_explained():
    text = re.sub(r"^```.*?^```", "", (PROJECT / "docs/json.md").read_text(), flags=re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"`([^`]+)`", text))
    missing = set(words_of(SCHEMA)) - named - {"0", "1", "2", "101"}
    assert not missing
