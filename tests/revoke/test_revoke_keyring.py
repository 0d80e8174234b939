"""A token in the Secret Service: a real gnome-keyring, the token stored by the real cargo, and ended by ours."""

import pytest
from desktop import Desktop
from revoke_machine import RevokeMachine

SCHEMA = ("xdg:schema", "org.rust-lang.cargo.registry")


@pytest.fixture
def machine(tmp_path, program, cargo, registry):
    machine = RevokeMachine(tmp_path, program, cargo, registry)
    with Desktop(machine.top, "unused") as session:
        session.start_bus()
        machine.env |= session.env
        session.start_keyring()
        machine.session = session
        machine.registries(x=registry, more='[registry]\nglobal-credential-providers = ["cargo:token", "cargo:libsecret"]\n')
        yield machine


def log_in(machine, token):
    done = machine.run(machine.cargo_program, "login", "--registry", "x", token)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", [["--registry", "x"], ["--all"]])
def test_dead_and_gone(machine, registry, words):
    token = registry.issue()
    log_in(machine, token)
    done = machine.revoke(*words)
    assert done.status == 0
    assert "has been revoked, not checked" in done.err and "has been removed from the Secret Service" in done.err
    assert not registry.alive(token)
    assert machine.session.stored(*SCHEMA) == []


def test_kept(machine, registry):
    token = registry.issue(scopes=("yank",))
    log_in(machine, token)
    done = machine.revoke("--registry", "x")
    assert done.status == 101
    assert "this token is not allowed to revoke itself" in done.err
    assert machine.session.stored(*SCHEMA) != []


def test_empty(machine, registry):
    done = machine.revoke("--registry", "x")
    assert (done.status, registry.lines()) == (0, [])
    assert "not currently logged in to `x`" in done.err
