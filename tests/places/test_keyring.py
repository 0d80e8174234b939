"""What the libsecret helper can answer when cargo-logout lists the keyring. A script replaces the helper, which is started from the program's own
directory.
"""

import shutil
import signal
import subprocess

import pytest

from machine import SECONDS
from test_still_in import CORP, chain

ITEM = "echo '{\"url\":\"%s\",\"label\":\"%s\",\"locked\":%s}'; "
ITEMS = ITEM % ("https://a/", "cargo-registry:a", "false") + ITEM % ("https://b/", "by hand", "true")
INCOMPLETE = [
    "exit 0", ITEMS, "printf '{\"url\":\"u\",\"la'", "echo '{\"state\":\"odd\"}'", "echo '{\"state\":\"unknown\"}'", "echo '{\"state\":3}'", "echo .",
    "kill -9 $$", "printf '%0100000d'", "yes '{\"url\":\"u\"}' | head -n 10001",
]  # fmt: skip


@pytest.fixture
def helper(machine):
    """Replaces the program by a copy beside a helper with this text."""
    machine.program = shutil.copy(machine.program, machine.path("/bin"))
    machine.env["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/unused"

    def write(text):
        machine.write({"config.toml": chain("cargo:libsecret"), "/bin/cargo-credential-libsecret": f"#!/bin/sh\n{text}\n"})

    return write


def listed(machine):
    """The state of the keyring, its error, and the names of its items."""
    done = machine.logout("--status", "--all")
    [line] = [line for line in done.lines if line["reason"] == "keyring"]
    return line["state"], line.get("error"), [line["registry"] for line in done.credentials() if line["location"]["type"] == "keyring"]


def test_items_come_before_the_state(machine, helper):
    helper(f'[ "$1" = --list ] || exit; {ITEMS}echo \'{{"state":"locked"}}\'')
    assert listed(machine) == ("locked", None, ["a", "https://b/"])


def test_a_keyring_that_is_not_configured_is_not_started(machine, helper):
    helper("[ \"$1\" = --peek ] && echo '{\"state\":\"present\"}'")
    machine.write({"config.toml": CORP})
    assert listed(machine) == ("not-searched", None, [])
    helper("")
    del machine.env["DBUS_SESSION_BUS_ADDRESS"]
    assert listed(machine) == ("none", None, [])  # without the helper


def test_without_the_helper(machine, helper):
    helper("")
    machine.write({"/bin/cargo-credential-libsecret": None})
    err = machine.logout("--registry", "corp").err
    assert "`cargo-credential-libsecret` is not installed" in err
    assert "install the package `cargo-credential-libsecret`, or build with `-Dlibsecret=enabled`" in err


def test_unknown_has_a_reason_and_no_items(machine, helper):
    helper(ITEMS + "echo '{\"state\":\"unknown\",\"error\":[\"the 100% reason\",\"its cause\"]}'; exit 1")
    assert listed(machine) == ("unknown", ["the 100% reason", "its cause"], [])


@pytest.mark.parametrize("text", INCOMPLETE)
def test_a_list_that_is_not_complete_is_unknown(machine, helper, text):
    helper(text)
    state, error, items = listed(machine)
    assert (state, items) == ("unknown", []) and error


def test_a_helper_that_does_not_answer(machine, helper):
    helper("exec sleep 60")
    machine.write({"config.toml": CORP})  # the keyring is not configured, so the limit is 2 seconds
    assert "the Secret Service did not answer within 2 seconds; answer its dialog" in listed(machine)[1][0]


def test_a_helper_that_cannot_start(machine, helper):
    helper("")
    machine.path("/bin/cargo-credential-libsecret").chmod(0o600)
    assert listed(machine)[1][0].startswith("failed to start `")


def test_a_signal_ends_the_wait(machine, helper):
    helper("kill -TERM $PPID; exec sleep 60")
    command = [machine.program, "--status", "--all"]
    done = subprocess.run(command, cwd=machine.top, env=machine.env, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False)
    assert done.returncode == -signal.SIGTERM
