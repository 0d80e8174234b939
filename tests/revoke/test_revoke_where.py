"""--revoke and where tokens are stored: several in one file, copies elsewhere, providers, clones; and what --dry-run says of them."""

import signal

import pytest

from revoke_machine import CHECK, CURRENT, provider_chain, verdict


@pytest.mark.parametrize("scopes, status", [(None, 0), (("yank",), 101)])
def test_two_tokens_of_one_file(machine, crates_io, scopes, status):
    """That of before 2015, above all tables, and that of [registry]: each is sent, each is told."""
    old, new = crates_io.issue(), crates_io.issue(scopes=scopes)
    machine.write({"credentials.toml": f'token = "{old}"\n[registry]\ntoken = "{new}"\nsecret-key = "S3CRET-key"\n'})
    done = machine.revoke()
    assert done.status == status, done.err
    assert not crates_io.alive(old) and crates_io.alive(new) == bool(scopes)
    assert crates_io.lines() == [CHECK, CURRENT, CHECK] + ([CHECK, CURRENT] if scopes else [CHECK, CURRENT, CHECK])
    assert machine.stored() == ([new] if scopes else [])
    assert done.err.count("has been revoked, and the server now rejects it (https://crates.io)") == (1 if scopes else 2)


def test_a_secret_key_before_the_token(machine, registry):
    """The key has nothing on the server; it goes with the token that is dead."""
    token = registry.issue()
    machine.registries(x=registry)
    machine.write({"credentials.toml": f'[registries.x]\nsecret-key = "S3CRET-key"\nsecret-key-subject = "me"\ntoken = "{token}"\n'})
    plan = machine.revoke("--registry", "x", "--dry-run")
    assert [(line["kind"], line["plan"], verdict(line)) for line in plan.lines] == [("token", "remove", None), ("secret-key", "remove", None)]
    assert plan.err.count("would be revoked first") == 1 and registry.requests == []
    done = machine.revoke("--registry", "x")
    assert (done.status, registry.alive(token)) == (0, False)
    assert machine.read("credentials.toml") == "[registries.x]\n"


def test_a_token_that_is_no_string(machine, registry):
    """Of a registry that no configuration has; cargo would not take it. It cannot be sent, so it is kept."""
    machine.write({"credentials.toml": '[registries.gone]\ntoken = 3\nsecret-key = "S3CRET-key"\n'})
    done = machine.revoke("--registry", "gone")
    assert done.status == 101
    assert {line["kind"]: line["result"] for line in done.lines} == {"token": "kept", "secret-key": "removed"}
    assert machine.read("credentials.toml") == "[registries.gone]\ntoken = 3\n"


def test_a_copy_of_a_token_that_lives_on(machine, registry):
    """What this run does not take is told as in any logout."""
    token = machine.log_in(registry, scopes=("yank",))
    machine.write({"/work/.cargo/config.toml": f'registries.x.token = "{token}"\n'})
    done = machine.revoke("--registry", "x")
    assert [(line["result"], verdict(line)) for line in done.lines] == [("kept", "not-permitted"), ("pending", None)]
    assert registry.lines().count(CURRENT) == 1
    assert machine.stored() == [token]


def test_a_provider_is_not_asked_by_a_dry_run(machine, registry):
    provider_chain(machine, registry, "removes")
    machine.provider("removes", registry.issue())
    before = machine.tree()
    done = machine.revoke("--registry", "x", "--dry-run")
    assert (done.status, machine.tree(), machine.asked(), registry.lines()) == (0, before, [], [])
    provider = f"credential provider `{machine.path('/bin/removes')}`"
    assert "token for `x` would be revoked first" in done.err
    assert f"{provider} would be asked to log out of `x`" in done.err


def test_ctrl_c_while_a_provider_gives_the_token(machine, registry):
    """The token is there, but nothing is begun any more."""
    token = registry.issue()
    provider_chain(machine, registry, "own")
    give = f"""echo '{{"Ok":{{"kind":"get","token":"{token}","cache":"never","operation_independent":true}}}}'"""
    machine.write({"/bin/own": f'#!/bin/sh\necho \'{{"v":[1]}}\'\nread -r request\nkill -INT $PPID\n{give}\n'})
    done = machine.finish(machine.start("--registry", "x"))
    assert done.status == -signal.SIGINT
    assert registry.alive(token) and registry.lines() == []
    assert "interrupted by a signal" in done.err


def test_copies_are_removed_only_if_they_were_revoked(machine, registry):
    """A backup with the same token loses it; one with another token, which nobody sent, keeps it."""
    token, other = registry.issue(), registry.issue()
    machine.registries(x=registry)
    machine.credentials(x=token)
    for name, stored in (("credentials.toml~", token), ("credentials.toml.bak", other)):
        machine.write({name: f'[registries.x]\ntoken = "{stored}"\n'})
    done = machine.revoke("--registry", "x", "--copies")
    assert done.status == 0, done.err
    assert machine.read("credentials.toml~") == "[registries.x]\n"
    assert other in machine.read("credentials.toml.bak") and registry.alive(other)
    assert "credentials.toml.bak:2\n" in done.err
