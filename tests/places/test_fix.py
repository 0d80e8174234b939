"""The fix for each kind of location. A shell reads the command of a fix as the words in JSON."""

import os
import shlex

import pytest

from test_still_in import CORP, CRATES_IO, TOKEN

PROJECT = "/work/.cargo/config.toml"
STORED = {"credentials.toml": CRATES_IO}
VARIABLE = {"CARGO_REGISTRY_TOKEN": "S3CRET-env"}
ODD = TOKEN.replace("corp", '"a b"')

# files, variables, words, the fix of the only credential
CASES = {
    "credentials": (STORED, {}, ["--status"], "run `cargo-logout --registry crates-io`"),
    "config": ({"config.toml": CRATES_IO}, {}, [], "run `cargo-logout --registry crates-io --everywhere`"),
    "invalid name": ({"credentials.toml": ODD}, {}, ["--status", "--all"], "delete the line $TOP/home/.cargo/credentials.toml:2"),
    "include that leaves": (
        {PROJECT: 'include = ["../../o\'o p.toml"]\n', "/o'o p.toml": CRATES_IO}, {}, [],
        "run `cargo-logout --registry crates-io --everywhere --config '$TOP/o'\\''o p.toml'`",
    ),
    "variable": ({}, VARIABLE, [], "run `unset CARGO_REGISTRY_TOKEN`"),
    "secret key in a variable": ({}, {"CARGO_REGISTRY_SECRET_KEY": "S3CRET-env"}, [], "run `unset CARGO_REGISTRY_SECRET_KEY`"),
    "variable in fish": ({}, {**VARIABLE, "SHELL": "/usr/bin/fish"}, [], "run `set -e CARGO_REGISTRY_TOKEN`"),
    "variable that a shell cannot unset": (
        {}, {"CARGO_REGISTRIES_É_TOKEN": "S3CRET-env"}, ["--all"], "start your shell without the environment variable `CARGO_REGISTRIES_É_TOKEN`",
    ),
    "variable in a job": ({}, {**VARIABLE, "CI": "true"}, [], "run `unset CARGO_REGISTRY_TOKEN`, and remove it from the job's settings"),
    "variable on GitHub": (
        {}, {**VARIABLE, "GITHUB_ENV": "/f"}, [],
        'run `unset CARGO_REGISTRY_TOKEN`, for later steps `echo CARGO_REGISTRY_TOKEN= >>"$GITHUB_ENV"`, and remove it from the job\'s settings',
    ),
    "provider": ({"config.toml": CORP + 'credential-provider = "p"\n'}, {}, ["--status", "--all"], "run `cargo-logout --registry corp`"),
    "provider elsewhere": (
        {"config.toml": '[registry]\nglobal-credential-providers = ["p"]\n', PROJECT: CORP}, {},
        ["--registry", "corp", "--config", "registries.corp.credential-provider='cargo:token'"], "run `cargo-logout --registry corp` where cargo uses it",
    ),
    "provider that an argument hides": (
        {PROJECT: CORP + 'credential-provider = "p"\n'}, {},
        ["--registry", "corp", "--config", "registries.corp.credential-provider='cargo:token'"], "run `cargo-logout --registry corp` where cargo uses it",
    ),
    "provider that cannot log out": (
        {"config.toml": '[registry]\ncredential-provider = "cargo:token-from-stdout x"\n'}, {}, [], "remove the provider from $TOP/home/.cargo/config.toml:2",
    ),
    "provider of a variable": (
        {}, {"CARGO_REGISTRY_CREDENTIAL_PROVIDER": "cargo:token-from-stdout x"}, [], "run `unset CARGO_REGISTRY_CREDENTIAL_PROVIDER`",
    ),
}  # fmt: skip


def fixes(machine, *words):
    """Returns the words of the fixes in JSON, and standard error. --status prints fixes only in JSON."""
    done = machine.logout(*words)
    return [line["fix"] for line in done.credentials() if "fix" in line], done.err


@pytest.mark.parametrize("files, env, words, fix", CASES.values(), ids=CASES)
def test_fix(machine, files, env, words, fix):
    machine.write(files)
    machine.env |= env
    listed, err = fixes(machine, *words)
    fix = fix.replace("$TOP", str(machine.top))
    commands = [shlex.split(fix.removeprefix("run `").partition("`")[0])] if fix.startswith("run `") and not fix.endswith("uses it") else []
    assert listed == commands
    if "--status" not in words:
        assert f"to remove it, {fix}\n" in err


def test_without_a_command(machine):
    """The name cannot be an argument, or the path cannot be typed as it is printed. A link is followed for the person."""
    machine.write({"/elsewhere/tokens": ODD, PROJECT: 'include = ["../../x\\ny.toml"]\n', "/x\ny.toml": CRATES_IO})
    machine.path("config.toml").symlink_to(machine.path("/elsewhere/tokens"))
    err = machine.logout("--all", json=False).err
    assert f"to remove it, delete the line {machine.path('config.toml')}:2, which is `{machine.path('/elsewhere/tokens')}`\n" in err
    assert f"to remove it, delete the line {machine.top}/x\\ny.toml:2\n" in err


@pytest.mark.parametrize("other", [False, True])
def test_a_file_of_others(machine, other):
    """Its provider is not asked. The caller can name the file, or as root run the program as its owner."""
    machine.write({PROJECT: '[registry]\ncredential-provider = "p"\n'})
    path = machine.path(PROJECT)
    path.chmod(0o666)
    if other:
        os.chown(path, 65534, 65534)
    listed, err = fixes(machine)
    assert listed == [["cargo-logout", "--registry", "crates-io", "--config", str(path)]]
    sudo = " if you trust that file, or `sudo -u nobody cargo-logout --registry crates-io`" if other else ""
    assert f"to ask it, run `{shlex.join(listed[0])}`{sudo}\n" in err
