"""The libsecret helper on a real gnome-keyring: each of its calls fails, or the helper is killed there.

Success is reported only for what is gone, other credentials stay, and a second run completes the logout.
"""

import errno
import json
import pathlib
import signal
import sys

import pytest

import homes
import inject

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "libsecret"))

from desktop import Desktop, request  # noqa: E402

SCHEMA = ("xdg:schema", "org.rust-lang.cargo.registry")
LONGEST = 40  # its own limit is 20 seconds
# About a second for each fault: all calls, in so many parts; or some, in one.
PARTS, STEP = (8, 8) if homes.FULL else (1, 60)
URL = request("logout")["registry"]["index-url"]
OTHER = "sparse+https://example.com/other/"
LOGGED_OUT = {"Ok": {"kind": "logout"}}
# All that these could do is to give back what is then not there, or less of it.
NOT_ALL = {"EINTR", "EAGAIN"}


class Keyring:
    def __init__(self, desktop):
        self.desktop = desktop
        self.request = desktop.root / "request"
        self.request.write_text(json.dumps(request("logout")) + "\n")
        self.store("other-token", OTHER)
        self.reset()

    def store(self, token, url):
        self.desktop.secret_tool_store(token, *SCHEMA, "url", url, label="cargo-registry:corp")

    def holds(self, url):
        return bool(self.desktop.stored("url", url))

    def reset(self):
        if not self.holds(URL):
            self.store("a-token", URL)

    def logout(self, injector, *arguments):
        with self.request.open() as asked:
            return injector.run(
                [self.desktop.helper, "--cargo-plugin"], *arguments, limit=LONGEST, env=self.desktop.env, stdin=asked
            )

    def check(self, run):
        answers = [json.loads(line) for line in run.out.splitlines(keepends=True) if line.endswith("\n")]
        if LOGGED_OUT in answers:
            assert not self.holds(URL)
        assert self.holds(OTHER)
        assert "token" not in run.out.replace("failed to erase token", "") and "a-token" not in run.err
        if self.holds(URL):
            assert self.desktop.ask(request("logout")) == LOGGED_OUT
        assert not self.holds(URL)


@pytest.fixture
def keyring(tmp_path, program):
    helper = pathlib.Path(program).absolute().parent / "cargo-credential-libsecret"
    with Desktop(tmp_path, helper) as desktop:
        desktop.start_bus()
        desktop.start_keyring()
        yield Keyring(desktop)


@pytest.mark.unsanitized  # the same libraries
@pytest.mark.parametrize("part", range(PARTS))
def test_calls_of_the_provider(keyring, program, part):
    injector = inject.Injector(program)
    run = keyring.logout(injector)
    assert LOGGED_OUT in map(json.loads, run.out.splitlines())
    calls = [call for call in run.calls if call.process == 0 and call.nth < 100]
    tried = missed = 0
    for call in calls[part::STEP]:
        faults = [f"before={signal.SIGKILL:d}", f"after={signal.SIGKILL:d}"]
        errors = [name for name in inject.ERRORS.get(call.name, ()) if name not in NOT_ALL]
        faults += [f"error={getattr(errno, name)}" for name in errors[:1]]
        for fault in faults:
            keyring.reset()
            run = keyring.logout(injector, call, fault)
            keyring.check(run)
            tried, missed = tried + 1, missed + (not run.hit)
    print(f"{len(calls)} calls, of which these {len(calls[part::STEP])}: {tried} faults, {missed} not met")
    assert missed * 4 <= tried
