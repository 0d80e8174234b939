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


@pytest.mark.parametrize("scopes, words", [(None, ["--registry", "x"]), (None, ["--all"]), (("yank",), ["--registry", "x"])])
def test_a_token_in_the_keyring(machine, registry, scopes, words):
    token = registry.issue(scopes=scopes)
    assert machine.cargo("login", "--registry", "x", token).status == 0
    done = machine.revoke(*words)
    assert done.status == (101 if scopes else 0)
    assert ("has been revoked, not checked" in done.err) == ("has been removed from the Secret Service" in done.err) == (not scopes)
    assert ("this token is not allowed to revoke itself" in done.err) == registry.alive(token) == bool(scopes)
    assert (machine.session.stored(*SCHEMA) != []) == bool(scopes)
