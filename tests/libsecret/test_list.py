"""--list and --peek print a line of JSON for each item and one for the state, which cargo-logout reads."""

import json
import pathlib

import pytest

from desktop import request
from test_failures import BUS_REFUSES, DENIED, LATE, dbus_error
from test_keyring import LOGGED_IN

CORP = {"url": "sparse+https://example.com/index/", "label": "cargo-registry:corp", "locked": False}


def lines(desktop, *command):
    """The items by their URL, the state, and the causes of an unknown one."""
    done = desktop.run(*command)
    *items, state = map(json.loads, done.stdout.splitlines())
    assert done.stderr == "" or "CRITICAL" in done.stderr  # libsecret prints this if a property is missing
    assert done.returncode == (state["state"] == "unknown")
    return items, state.pop("state"), state.pop("error", None)


def listed(desktop):
    return lines(desktop, desktop.helper, "--list")


def peeked(desktop):
    items, state, error = lines(desktop, desktop.helper, "--peek")
    assert items == []
    return state, error


def test_all_registries_without_their_tokens(keyring):
    other = request("login", url="sparse+https://example.org/", name=None, token="t-2")
    assert keyring.ask(request("login", token="t-1"), other) == [LOGGED_IN] * 2
    keyring.secret_tool_store("t-3", "xdg:schema", "org.rust-lang.cargo.registry", "url", "u", collection="session")
    keyring.secret_tool_store("mine", "url", "https://example.net/", "application", "another")
    items, state, error = listed(keyring)
    assert (state, error) == ("listed", None)
    assert sorted(items, key=lambda item: item["url"]) == [
        CORP,
        {"url": "sparse+https://example.org/", "label": "cargo-registry:sparse+https://example.org/", "locked": False},
        {"url": "u", "label": "by hand", "locked": False},
    ]


def test_a_locked_collection_is_not_searched(keyring):
    keyring.ask(request("login", token="t-1"))
    keyring.secret_tool_store("t-3", "xdg:schema", "org.rust-lang.cargo.registry", "url", "u", collection="session")
    keyring.lock()
    items, state, _ = listed(keyring)
    assert ([item["url"] for item in items], state) == (["u"], "locked")


def test_any_text_fits_in_a_line(bus):
    bus.start_mock("locked,open,described", items=6)
    items, state, _ = listed(bus)
    assert state == "locked"
    assert sorted((item["url"], item["label"], item["locked"]) for item in items) == [
        ("sparse+https://a\ttab/", "cargo-registry:tab", True),
        ("sparse+https://a\nline/", "cargo-registry:line", True),
        ("sparse+https://example.com/", "cargo-registry:corp", True),
        ("sparse+https://example.net/", "cargo-registry:two\nlines", True),
        ("sparse+https://example.org/", "", True),
    ]


@pytest.mark.parametrize("behaviour, items", [("described", 7), ("described", 8), ("gone", 1)])
def test_what_cannot_be_read_is_not_left_out(bus, behaviour, items):
    bus.start_mock(behaviour, items=items)
    _, state, error = listed(bus)
    assert state == "unknown" and error


@pytest.mark.parametrize("name, causes", [("Failed", []), ("AccessDenied", [DENIED])])
def test_an_error_has_its_name(bus, name, causes):
    bus.start_mock(f"error={dbus_error(name)}")
    assert listed(bus) == ([], "unknown", [*causes, f"in its words ({dbus_error(name)})"])


@pytest.mark.parametrize("address", [None, "", "/dev/null", "disabled:", "unix:path=/nonexistent/bus"])
def test_no_bus_is_no_keyring(desktop, address):
    if address is not None:
        desktop.env["DBUS_SESSION_BUS_ADDRESS"] = address
    assert peeked(desktop) == ("none", None)
    assert listed(desktop) == ([], "none", None)


def test_no_service_is_no_keyring(bus):
    assert peeked(bus) == ("none", None)
    assert listed(bus) == ([], "none", None)


def test_a_peek_starts_nothing_and_asks_nothing(bus):
    """It also finds the bus in the runtime directory. A list starts the service."""
    service = f"[D-BUS Service]\nName=org.freedesktop.secrets\nExec=/bin/sh -c \"touch {bus.root}/started; exit 1\"\n"
    (bus.root / "services/org.freedesktop.secrets.service").write_text(service)
    bus.reload()
    address = bus.env.pop("DBUS_SESSION_BUS_ADDRESS")
    bus.env["XDG_RUNTIME_DIR"] = str(bus.root)
    assert peeked(bus) == ("present", None)
    assert not (bus.root / "started").exists()
    _, state, (first, _) = listed(bus)
    assert state == "unknown" and "could not be started" in first
    bus.env["DBUS_SESSION_BUS_ADDRESS"] = address
    mock = bus.start_mock("silent")
    assert peeked(bus) == ("present", None)
    assert bus.said(mock) == ""


def test_a_bus_of_another_user(bus):
    bus.root.chmod(0o755)  # so that the socket can be reached
    for option in ("--peek", "--list"):
        _, state, error = lines(bus, "setpriv", "--reuid=65534", "--clear-groups", bus.helper, option)
        assert (state, error[0]) == ("unknown", BUS_REFUSES)


@pytest.mark.parametrize("option", ["--peek", "--list"])
@pytest.mark.parametrize("missing", ["DBUS_SESSION_BUS_ADDRESS", "nothing"])
def test_no_directory_is_created(keyring, option, missing):
    """GLib creates ~/.cache when it looks for the bus and XDG_RUNTIME_DIR is not set."""
    for variable in ("XDG_RUNTIME_DIR", "XDG_DATA_HOME", missing):
        keyring.env.pop(variable, None)
    keyring.run(keyring.helper, option)
    assert list(pathlib.Path(keyring.env["HOME"]).iterdir()) == []


def test_a_file_of_libsecrets(desktop):
    path = str(desktop.root / "default.keyring")
    desktop.env |= {"SECRET_BACKEND": "file", "SECRET_FILE_TEST_PATH": path, "SECRET_FILE_TEST_PASSWORD": "test"}
    assert desktop.ask(request("login", token="t-1")) == LOGGED_IN
    assert listed(desktop) == ([CORP], "listed", None)
    assert peeked(desktop) == ("present", None)


def test_a_list_has_a_deadline(bus):
    bus.start_mock("silent")
    assert json.loads(bus.run(bus.helper, "--list").stdout) == {"state": "unknown", "error": [LATE]}


def test_nobody_reads_the_list(bus):
    bus.start_mock("described", items=5)
    done = bus.run("sh", "-c", '"$1" --list >/dev/full', "sh", bus.helper)
    assert (done.returncode, done.stdout) == (1, "")
