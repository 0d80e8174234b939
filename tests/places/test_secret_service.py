"""cargo:libsecret in the chain, with a real gnome-keyring in each state, and with a token in a file too."""

import pytest

from desktop import Desktop
from test_still_in import CORP, TOKEN, chain

SCHEMA = ("xdg:schema", "org.rust-lang.cargo.registry")
GONE = "      Logout token for `corp` has been removed from the Secret Service\n"
FILE_GONE = "      Logout token for `corp` has been removed from local storage\n"
FAILED = "error: credential provider `cargo:libsecret` failed action `logout`\n"


@pytest.fixture
def session(machine):
    """A session without a bus for the machine, whose registry has the chain that the Cargo Book recommends."""
    with Desktop(machine.top, "unused") as session:
        machine.env |= session.env
        machine.write({"config.toml": chain("cargo:token", "cargo:libsecret")})
        yield session


@pytest.fixture
def keyring(machine, session):
    session.start_bus()
    machine.env |= session.env
    session.daemon = session.start_keyring()
    return session


def log_in(machine, name="corp", token="S3CRET-keyring"):
    done = machine.run(machine.cargo_program, "login", "--registry", name, token)
    assert done.returncode == 0, done.stderr


def store(machine, keyring, name):
    """As cargo does it."""
    url = f"{machine.names['INDEX']}/{name}/"
    keyring.secret_tool_store(f"S3CRET-{name}", *SCHEMA, "url", url, label=f"cargo-registry:{name}")


def test_9_unlocked(machine, keyring):
    log_in(machine)
    machine.write({"credentials.toml": TOKEN})
    done = machine.logout("--registry", "corp")
    assert done.status == 0
    assert GONE in done.err and FILE_GONE in done.err
    assert done.err.count("note: ") == 1
    assert machine.sends() is None
    assert keyring.stored(*SCHEMA) == []


def test_10_locked(machine, keyring):
    """cargo succeeds, prints nothing and removes nothing. cargo-logout prints the reason and clears the file."""
    log_in(machine)
    machine.write({"credentials.toml": TOKEN})
    keyring.lock()
    theirs = machine.cargo("logout", "--registry", "corp")
    assert (theirs.status, theirs.err) == (0, "")
    assert machine.secrets_on_disk() == ["credentials.toml"]

    done = machine.logout("--registry", "corp")
    assert done.status == 101
    assert FILE_GONE in done.err and GONE not in done.err
    assert FAILED in done.err and "the keyring is locked" in done.err
    assert machine.secrets_on_disk() == []

    keyring.end(keyring.daemon)
    keyring.start_keyring()
    assert machine.sends() == "S3CRET-keyring"
    assert machine.logout("--registry", "corp").status == 0
    assert machine.sends() is None


def test_11_empty(machine, keyring):
    done = machine.logout("--registry", "corp")
    assert (done.status, done.err) == (0, "      Logout not currently logged in to `corp`\n")
    machine.write({"credentials.toml": TOKEN})
    done = machine.logout("--registry", "corp", "--strict")
    assert done.status == 0
    assert FILE_GONE in done.err and GONE not in done.err


def test_8_no_keyring(machine, session):
    """There is a bus without a service. test_still_in.py has the row without a bus."""
    session.start_bus()
    machine.env |= session.env
    machine.write({"credentials.toml": TOKEN})
    done = machine.logout("--registry", "corp")
    assert done.status == 101
    assert FILE_GONE in done.err and FAILED in done.err and "is on the D-Bus session bus" in done.err
    assert machine.secrets_on_disk() == []


def test_another_item_stays(machine, keyring):
    """An item of the same name under another URL is reported, with a fix that removes it. One of another name is not."""
    url = "sparse+https://example.com/"
    store(machine, keyring, "corp")
    store(machine, keyring, "beta")
    keyring.secret_tool_store("S3CRET-other", *SCHEMA, "url", url, label="cargo-registry:corp")
    done = machine.logout("--registry", "corp")
    assert (done.status, done.err.count(f"keyring item for `{url}`")) == (0, 1)
    (line,) = done.credentials(usable="unknown")
    assert machine.logout(*line["fix"][1:]).status == 0
    assert [item["label"] for item in keyring.stored(*SCHEMA)] == ["cargo-registry:beta"]


@pytest.mark.parametrize("locked", [False, True], ids=["unlocked", "locked"])
def test_status_knows_without_asking(machine, keyring, locked):
    """The items can be listed without unlocking. Nothing is removed."""
    store(machine, keyring, "corp")
    if locked:
        keyring.lock()
    for option in ("--status", "--dry-run"):
        done = machine.logout(option, "--registry", "corp")
        (line,) = done.credentials()
        assert (done.status, line["location"]["program"], line["plan"]) == (0, "cargo:libsecret", "ask")
        assert line["usable"] == ("unknown" if locked else "yes")
        assert machine.logout(option, "--registry", "corp", "--strict").status == 2
    table = machine.logout("--status", json=False).out
    assert "credential provider `cargo:libsecret`" in table
    if not locked:
        assert [item["secret"] for item in keyring.stored(*SCHEMA)] == ["S3CRET-corp"]


def test_a_dry_run_with_an_empty_keyring(machine, keyring):
    """It is known that nothing is there, so nobody would be asked; another provider would."""
    done = machine.logout("-n", "--registry", "corp")
    assert (done.status, "not currently logged in to `corp`" in done.err, "would be asked" in done.err) == (0, True, False)
    machine.providers("removes")
    machine.write({"config.toml": chain("$BIN/removes", "cargo:libsecret")})
    done = machine.logout("-n", "--registry", "corp")
    assert done.err.count("would be asked") == 1 and "/bin/removes` would be asked" in done.err


def test_all_beside_a_keyring(machine, keyring):
    """An item whose label has no name, one of a registry whose table is broken, a token of no registry in a file."""
    machine.provider("not-found")
    machine.write({"config.toml": chain("$BIN/not-found", "cargo:libsecret") + "[registries.odd]\nindex = 3\n"})
    machine.write({"credentials.toml": TOKEN.replace("corp", "orphan")})
    store(machine, keyring, "corp")
    keyring.secret_tool_store("S3CRET-nameless", *SCHEMA, "url", "sparse+https://example.com/", label="another")
    done = machine.logout("--all")
    assert done.status == 101
    assert "failed to log out of `odd`" in done.err and done.err.count("error: ") == 1
    assert GONE in done.err and GONE.replace("corp", "sparse+https://example.com/") in done.err
    assert keyring.stored(*SCHEMA) == []
    assert machine.secrets_on_disk() == []


def test_all_takes_items_that_no_registry_has(machine, keyring):
    """An item of a registry that is no longer configured, or is configured with another provider."""
    machine.write({"config.toml": CORP, "credentials.toml": TOKEN})
    for name in ("corp", "gone"):
        store(machine, keyring, name)
    keyring.secret_tool_store("a password", "url", "https://example.com", label="not cargo's")
    done = machine.logout("--all")
    assert done.status == 0, done.err
    assert FILE_GONE in done.err and GONE in done.err
    assert GONE.replace("corp", "gone") in done.err
    assert keyring.stored(*SCHEMA) == []
    assert len(keyring.stored("url", "https://example.com")) == 1


def test_all_with_a_locked_keyring(machine, keyring):
    log_in(machine)
    store(machine, keyring, "gone")
    keyring.lock()
    machine.write({"credentials.toml": TOKEN})
    done = machine.logout("--all")
    assert done.status == 101
    assert "failed to log out of `" in done.err and "not checked: the keyring (Secret Service), because it is locked" in done.err
    assert machine.secrets_on_disk() == []
