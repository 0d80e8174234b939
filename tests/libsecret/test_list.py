"""--list: what the stored tokens are for, a line each and a `.` at the end; cargo-logout reads it."""

import pytest

from desktop import request
from test_failures import NO_BUS
from test_keyring import LOGGED_IN


def test_all_registries_without_their_tokens(keyring):
    other = request("login", url="sparse+https://example.org/", name=None, token="t-2")
    assert keyring.ask(request("login", token="t-1"), other) == [LOGGED_IN] * 2
    keyring.secret_tool_store("mine", "url", "https://example.net/", "application", "another")
    keyring.lock()
    done = keyring.run(keyring.helper, "--list")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(done.stdout.splitlines()) == [
        ".",
        "sparse+https://example.com/index/\tcargo-registry:corp",
        "sparse+https://example.org/\tcargo-registry:sparse+https://example.org/",
    ]
    assert done.stdout.endswith("\n.\n")


def test_what_does_not_fit_in_a_line_is_left_out(bus):
    """It cannot be cargo's: no index URL has a tab, and no registry's name a newline."""
    bus.start_mock("described", items=8)
    done = bus.run(bus.helper, "--list")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "sparse+https://example.com/\tcargo-registry:corp",
        "sparse+https://example.org/\t",
        "sparse+https://nameless/\t",
        ".",
    ]


def test_a_failure_is_one_line(desktop):
    done = desktop.run(desktop.helper, "--list")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(f"error: {NO_BUS}: ") and done.stdout.count("\n") == 1


def test_a_failure_of_the_service(bus):
    bus.start_mock("error=a.name.of.its.own")
    done = bus.run(bus.helper, "--list")
    assert (done.returncode, done.stdout) == (1, "error: in its words\n")


def test_a_thread_that_cannot_be_started(desktop):
    done = desktop.run(*desktop.traced("clone,clone3:error=EAGAIN"), "--list")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == "error: failed to start a thread: Resource temporarily unavailable (os error 11)\n"


@pytest.mark.parametrize("redirection", [">/dev/full", ">&-"])
def test_nobody_reads_the_list(bus, redirection):
    bus.start_mock("described", items=8)
    done = bus.run("sh", "-c", f'"$1" --list {redirection}', "sh", bus.helper)
    assert (done.returncode, done.stdout) == (1, "")
