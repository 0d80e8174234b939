"""--all, --status, --dry-run, --strict, --quiet and --message-format in the situations of test_still_in, if they matter there."""

import json
import re

import pytest

from machine import where
from test_still_in import CORP, CRATES_IO, ROWS, TOKEN, chain

NAMES = ("beta", "corp", "gone")
STORED = CRATES_IO + "".join(TOKEN.replace("corp", name) for name in NAMES)
KNOWN = CORP + CORP.replace("corp", "beta")


def set_up(machine, row):
    machine.write(row.files)
    machine.providers(*row.providers)
    machine.env |= row.env


every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def planned(done):
    return [(where(line), line["kind"], line["plan"], line["effect"]) for line in done.credentials()]


@pytest.mark.parametrize("row", [row for row in ROWS if "replaced" not in row.name], ids=lambda row: row.name)
def test_looking_changes_nothing_and_foretells(machine, row):
    """The table, the dry run and the run have the same plan. The dry run has the same exit status as the run."""
    set_up(machine, row)
    before = machine.tree()
    status, dry_run = (machine.logout(*row.args, option) for option in ("--status", "-n"))
    assert machine.tree() == before  # and no provider has run
    assert status.status == (101 if "malformed" in row.name else 0), status.err
    done = machine.logout(*row.args)
    assert dry_run.status == done.status
    assert planned(status) == planned(dry_run)
    assert [row[:3] for row in planned(dry_run)] == [row[:3] for row in planned(done)]
    removed = [where(line) for line in done.credentials(result="removed", plan="remove")]
    assert [where(line) for line in dry_run.credentials(plan="remove")] == removed


@every_row
def test_in_use_is_what_the_client_sends(machine, row):
    set_up(machine, row)
    done = machine.logout("--status", "--registry", row.client)
    certain = done.credentials(effect="in-use")
    assert len(certain) <= 1
    if "index" in row.name or "replaced" in row.name or "8" in row.name:
        return  # where cargo fails
    sent = machine.sends(row.client)
    assert sent is None or certain or done.credentials(usable="unknown")
    if sent and certain:
        place = {"env": "variable", "config": "file", "file": "file", "out": "provider"}[sent.removeprefix("S3CRET-")]
        assert certain[0]["location"]["type"] == place


@every_row
def test_strict(machine, row):
    """With --strict, success means that cargo can use nothing and everything was checked."""
    set_up(machine, row)
    looked = machine.logout("--status", "--strict", "--registry", row.client)
    assert looked.status == (101 if "malformed" in row.name else 2 if any(line["usable"] != "no" for line in looked.credentials()) else 0)
    done = machine.logout(*row.args, "--strict")
    assert done.status == (101 if row.status[1] == 101 else 2 if row.ours else 0), done.err


@every_row
def test_quiet(machine, row):
    """Warnings about what cargo can still use, and errors, are still printed."""
    set_up(machine, row)
    done = machine.logout(*row.args, "--quiet")
    assert done.status == row.status[1]
    assert "note: " not in done.err and "Logout" not in done.err and done.err.count("warning: ") == done.err.count("can still use")


@pytest.mark.parametrize("option", ["--dry-run", "--registry=corp"])
def test_json_is_on_standard_output_alone(machine, option):
    for json_too in (True, False):
        machine.write({"config.toml": KNOWN, "credentials.toml": STORED})
        done = machine.logout("--registry=corp" if option == "--registry=corp" else option, json=json_too)
        if json_too:
            with_json = done.err
    assert (done.out, done.err) == ("", with_json)


def test_json(machine):
    machine.write({"config.toml": chain("cargo:token", "$BIN/fails") + 'token = "S3CRET-config"\n', "credentials.toml": TOKEN})
    machine.providers("fails")
    machine.env["CARGO_REGISTRIES_CORP_TOKEN"] = "S3CRET-env"
    done = machine.logout("--registry", "corp")
    index = f"{machine.names['INDEX']}/corp/"
    common = {"schema": 1, "reason": "credential", "registry": "corp", "index": index, "kind": "token"}
    credentials, config = (str(machine.path(name)) for name in ("credentials.toml", "config.toml"))
    variable, fails = "CARGO_REGISTRIES_CORP_TOKEN", str(machine.path("/bin/fails"))
    assert sorted(done.credentials(), key=lambda line: line["location"]["text"]) == sorted([
        common | {
            "location": {"type": "file", "file": "credentials", "path": credentials, "line": 2, "text": f"{credentials}:2"},
            "usable": "no", "effect": "used-if-others-go", "plan": "remove", "result": "removed",
        },
        common | {
            "location": {"type": "file", "file": "config", "path": config, "line": 5, "text": f"{config}:5"},
            "usable": "yes", "effect": "used-if-others-go", "plan": "leave", "result": "pending",
            "fix": ["cargo-logout", "--registry", "corp", "--everywhere"],
        },
        common | {
            "location": {"type": "variable", "name": variable, "text": f"environment variable `{variable}`"},
            "usable": "yes", "effect": "used-if-others-go", "plan": "leave", "result": "pending", "fix": ["unset", variable],
        },
        common | {
            "location": {
                "type": "provider", "program": fails, "configured": f"{config}:2", "text": f"credential provider `{fails}`",
            },
            "usable": "yes", "effect": "in-use", "plan": "ask", "result": "failed",
            "error": [f"credential provider `{fails}` failed action `logout`", "it broke", "the fan is dirty"],
        },
    ], key=lambda line: line["location"]["text"])  # fmt: skip
    assert done.lines[0] == {"schema": 1, "reason": "registry", "registry": "corp", "index": index, "usable": "yes"}
    counters = {"removed": 1, "left": 3, "not_checked": 0, "failed": 1}
    assert json.loads(done.out.splitlines()[-1]) == {"schema": 1, "reason": "logout-finished", "status": 101} | counters


@pytest.mark.parametrize(
    "files, args",
    [
        ({"config.toml": "nonsense\n"}, ()),
        ({}, ("--registry", "nobody")),
        ({}, ("--config", "nonsense")),
        ({}, ("-Z", "frob")),
        ({}, ("--all", "--config", "$TOP/missing.toml")),
    ],
    ids=["config", "unknown", "argument", "unstable", "argument-file"],
)
def test_json_of_a_run_that_fails_early(machine, files, args):
    machine.write(files)
    done = machine.logout(*map(machine.text, args))
    assert done.status == 101
    assert [line["reason"] for line in done.lines if line["reason"] not in ("registry", "keyring", "credential")] == ["error"]


def test_status_table(machine):
    """A table for people: each credential, whether it is in use, and what a logout would do."""
    machine.write({"config.toml": chain("cargo:token", "$BIN/removes") + 'token = "S3CRET-c"\n[registries.beta]\n', "credentials.toml": STORED})
    machine.providers("removes")
    machine.env["CARGO_REGISTRIES_BETA_TOKEN"] = "S3CRET-env"
    done = machine.logout("--status", json=False)
    assert done.status == 0
    assert done.err == ""
    header, *rows = [re.split(r" {2,}", line) for line in done.out.splitlines()]
    home, provider = "~/.cargo", f"credential provider `{machine.path('/bin/removes')}`"
    assert header == ["REGISTRY", "KIND", "USABLE", "ON LOGOUT", "LOCATION"]
    assert sorted(rows) == sorted(
        [
            ["crates-io", "token", "yes", "removed", f"{home}/credentials.toml:2"],
            ["crates-io", "token", "unknown", "provider is asked", provider],
            ["beta", "token", "unknown", "removed", f"{home}/credentials.toml:4"],
            ["beta", "token", "unknown", "left", "environment variable `CARGO_REGISTRIES_BETA_TOKEN`"],
            ["corp", "token", "yes", "left", f"{home}/config.toml:5"],
            ["corp", "token", "yes", "removed", f"{home}/credentials.toml:6"],
            ["corp", "token", "unknown", "provider is asked", provider],
            ["gone", "token", "unknown", "removed", f"{home}/credentials.toml:8"],
        ]
    )
    assert "removed" in machine.logout("--status", "--everywhere", json=False).out.split("config.toml:5")[0].splitlines()[-1]
    assert machine.asked() == []


def test_status_of_nothing(machine):
    done = machine.logout("--status", json=False)
    assert (done.status, done.out) == (0, "")
    assert "no credentials found" in done.err
    machine.env["CARGO_REGISTRY_TOKEN"] = ""
    assert "\n  environment: 2 variables of cargo\n" in machine.logout("--status", "-v", json=False).out
    del machine.env["CARGO_REGISTRY_TOKEN"]
    assert "\n  environment: 1 variable of cargo\n" in machine.logout("--status", "-v", json=False).out


@pytest.mark.parametrize("words", [["--status"], ["--status", "--message-format", "json"], ["--message-format", "json"]])
def test_a_report_that_cannot_be_written_is_a_failure(machine, words):
    """But the logout has been done."""
    machine.write({"config.toml": CORP, "credentials.toml": TOKEN})
    command = ["sh", "-c", 'exec "$@" >/dev/full', "sh", str(machine.program), "--registry", "corp", *words]
    done = machine.run(*command)
    assert done.returncode == 101
    assert done.stderr.endswith("error: the report could not be written to standard output\n")
    assert machine.secrets_on_disk() == ([] if words[0] != "--status" else ["credentials.toml"])


def test_a_dry_run_of_what_is_broken(machine):
    """Whether one is logged in to a registry with an invalid index is not known."""
    machine.write({"config.toml": KNOWN + '[registries.odd]\nindex = "foo"\n', "credentials.toml": TOKEN})
    done = machine.logout("--all", "-n")
    assert done.status == 101
    assert "not currently logged in to 2 other registries" in done.err and "failed to log out of `odd`" in done.err
    machine.write({"config.toml": KNOWN + "[broken\n", "credentials.toml": ""})
    done = machine.logout("--all", "-n")
    assert done.status == 101
    assert "not currently logged in" not in done.err and "could not load Cargo configuration" in done.err


def test_all(machine):
    """Every registry in any location, with one line each and one edit for each file."""
    machine.write({"config.toml": KNOWN, "credentials.toml": f"# kept\n{STORED}"})
    machine.env["CARGO_REGISTRIES_NEXT_INDEX"] = machine.text("$INDEX/next/")
    machine.env["CARGO_REGISTRIES_NEXT_TOKEN"] = "S3CRET-env"
    log = machine.top / "strace"
    done = machine.logout("--all", before=["strace", "-o", str(log), "-e", "trace=openat"])
    assert done.status == 0
    for name in ("crates-io", *NAMES):
        assert f"      Logout token for `{name}` has been removed from local storage\n" in done.err
    assert "environment variable `CARGO_REGISTRIES_NEXT_TOKEN`" in done.err
    assert done.err.count("note: ") == 1
    assert len(re.findall(r'"credentials\.toml"|/credentials\.toml", O_RDWR', log.read_text())) == 1
    assert machine.read("credentials.toml") == "# kept\n" + re.sub("token = .*\n", "", STORED)
    assert [machine.sends(name) for name in ("corp", "beta", "crates-io")] == [None] * 3


def test_all_where_one_fails(machine):
    """If one provider fails and one registry is not configured correctly, the others are still logged out."""
    own = 'credential-provider = "$BIN/{}"\n'
    machine.write({"config.toml": CORP + own.format("fails") + KNOWN.partition(CORP)[2] + own.format("removes") + "[registries.gone]\nindex = 3\n"})
    machine.write({"credentials.toml": STORED})
    machine.providers("fails", "removes")
    done = machine.logout("--all")
    assert done.status == 101
    assert "error: failed to log out of `corp`\n" in done.err
    assert "error: failed to log out of `gone`\n" in done.err
    assert "the fan is dirty" in done.err
    assert set(machine.asked()) == {"removes", "fails"}
    assert machine.secrets_on_disk() == []


def test_all_of_nothing(machine):
    done = machine.logout("--all", "--strict")
    assert done.status == 0
    assert "not currently logged in to `crates-io`" in done.err


@pytest.mark.parametrize("file, slash", [("credentials.toml", "/"), ("config.toml", "")])
def test_no_provider_of_an_index_that_cargo_never_uses(machine, file, slash):
    """cargo reads no index from credentials files, and refuses a sparse index without a slash."""
    machine.providers("removes")
    machine.write({file: f'[registries.corp]\nindex = "sparse+https://corp.example/index{slash}"\ncredential-provider = "$BIN/removes"\ntoken = "S3CRET-file"\n'})
    machine.logout("--all")
    assert machine.asked() == []


def test_all_knows_whose_a_variable_is(machine):
    """Of the registries that are known, be it the first of them; else it is the name that can be read in it."""
    machine.write({"config.toml": '[registries.My-Reg]\nindex = "https://a.example/"\n[registries.z-z]\nindex = "https://z.example/"\n'})
    machine.env |= {f"CARGO_REGISTRIES_{name}_TOKEN": "S3CRET-env" for name in ("MY_REG", "Z_Z", "A_B", "")}
    done = machine.logout("--all")
    assert [line["registry"] for line in done.credentials() if line["location"]["type"] == "variable"] == ["My-Reg", "a_b", "z-z"]


def test_faults_of_other_registries_do_not_matter(machine):
    same = '[registries.same]\nindex = "$INDEX/corp/"\ncredential-provider = []\n'  # a name of the same index
    machine.write({"config.toml": CORP + same + "[registries.bad]\nindex = 'nonsense'\n", "credentials.toml": TOKEN})
    assert machine.logout("--registry", "corp", "-n", json=False).err.count("bad") == 0
    done = machine.logout("--registry", "corp")
    assert (done.status, done.places("removed")) == (0, [("token", str(machine.path("credentials.toml")))])
    assert "bad" not in {line.get("registry") for line in done.lines}
    assert "error" not in {line["reason"] for line in done.lines}


def test_suggestions_can_be_run(machine):
    """A name that cargo rejects is not suggested."""
    machine.write({"config.toml": "".join(f'[registries."{name}"]\nindex = "$INDEX/corp/"\n' for name in ("co rp", "xyz"))})
    assert "did you mean" not in machine.logout("--registry", "corp", json=False).err
    machine.write({"config.toml": KNOWN})
    assert "note: did you mean `--registry corp`?\n" in machine.logout("--registry", "crp", json=False).err
