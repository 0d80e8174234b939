"""The libsecret helper on a real gnome-keyring: each of its calls fails, or the helper is killed there.

Success is reported only for what is gone, other credentials stay, and a second run completes the logout.
"""

import errno
import json

import homes
import inject
import pytest
from desktop import Desktop, request

SCHEMA = ("xdg:schema", "org.rust-lang.cargo.registry")
LONGEST = 40  # its own limit is 20 seconds
# About a second for each fault: all calls, in so many parts; or some, in one.
PARTS, STEP = (8, 8) if homes.FULL else (1, 60)
URL = request("logout")["registry"]["index-url"]
OTHER = "sparse+https://example.com/other/"
LOGGED_OUT = {"Ok": {"kind": "logout"}}
# All that these could do is to give back what is then not there, or less of it.
NOT_ALL = {"EINTR", "EAGAIN"}


@pytest.fixture
def desktop(tmp_path, program):
    helper = program.parent / "cargo-credential-libsecret"
    with Desktop(tmp_path, helper) as desktop:
        desktop.start_bus()
        desktop.start_keyring()
        store(desktop, "other-token", OTHER)
        yield desktop


def store(desktop, token, url):
    desktop.secret_tool_store(token, *SCHEMA, "url", url, label="cargo-registry:corp")


def holds(desktop, url):
    return bool(desktop.stored("url", url))


def logout(desktop, injector, *arguments):
    if not holds(desktop, URL):
        store(desktop, "a-token", URL)
    asked = desktop.root / "request"
    asked.write_text(json.dumps(request("logout")) + "\n")
    with asked.open() as file:
        return injector.run([desktop.helper, "--cargo-plugin"], *arguments, limit=LONGEST, env=desktop.env, stdin=file)


def check(desktop, run):
    answers = [json.loads(line) for line in run.out.splitlines(keepends=True) if line.endswith("\n")]
    assert LOGGED_OUT not in answers or not holds(desktop, URL)
    assert holds(desktop, OTHER)
    assert "token" not in run.out.replace("failed to erase token", "") and "a-token" not in run.err
    if holds(desktop, URL):
        assert desktop.ask(request("logout")) == LOGGED_OUT
    assert not holds(desktop, URL)


@pytest.mark.unsanitized  # the same libraries
@pytest.mark.parametrize("part", range(PARTS))
def test_calls_of_the_provider(desktop, program, part):
    injector = inject.Injector(program)
    run = logout(desktop, injector)
    check(desktop, run)
    tried = missed = 0
    for call in [call for call in run.calls if call.process == 0 and call.nth < 100][part::STEP]:
        errors = [name for name in inject.ERRORS.get(call.name, ()) if name not in NOT_ALL]
        for fault in [*inject.stops_of(()), *(f"error={getattr(errno, name)}" for name in errors[:1])]:
            run = logout(desktop, injector, call, fault)
            check(desktop, run)
            tried, missed = tried + 1, missed + (not run.hit)
    print(f"{tried} faults, {missed} not met")
    assert 0 < tried and missed * 4 <= tried
