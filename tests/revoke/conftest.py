"""Fixtures: the helper under test, the stand-in for a registry's server, and what asks the one to call the other."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "cli"), str(HERE.parent / "places")]

import oracle  # noqa: E402
from registry_stand_in import Registry  # noqa: E402

SECONDS = 60  # no run takes as long
DEAD = {"revoked", "unknown-token", "not-a-token"}
ALIVE = {"not-permitted", "unsupported", "refused", "no-answer", "no-api"}


@pytest.fixture(scope="session")
def program():
    """$CARGO_LOGOUT, else the one in the build directory `build`."""
    path = pathlib.Path(os.environ.get("CARGO_LOGOUT", HERE.parents[1] / "build/cargo-logout")).absolute()
    assert path.exists(), f"{path} is not built"
    return path


@pytest.fixture(scope="session")
def helper(program):
    """The one beside it."""
    path = program.parent / "cargo-logout-revoke"
    assert path.exists(), f"{path} is not built"
    return path


@pytest.fixture(scope="session")
def cargo():
    return str(oracle.cargo_path())


@pytest.fixture
def registry():
    with Registry() as registry:
        yield registry


def environment(**more):
    """No proxy, no authority, nobody's home; what a build with sanitizers is to know goes on."""
    keep = {name: os.environ[name] for name in ("LSAN_OPTIONS", "ASAN_OPTIONS") if name in os.environ}
    return {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"} | keep | more


class Asker:
    """Asks the helper, and holds it to what it promises whatever the answer is."""

    def __init__(self, helper):
        self.command = [str(helper)]
        self.env = environment()

    def run(self, text):
        return subprocess.run(
            self.command, input=text, env=self.env, capture_output=True, text=True, timeout=SECONDS, check=False
        )

    def __call__(self, **request):
        """A request of version 1; `kind` is crates-io if none is given. What would be a long time is one second."""
        request = {"v": 1, "kind": "crates-io", "timeout": 1, "retry": 0} | request
        done = self.run(json.dumps(request) + "\n")
        assert (done.returncode, done.stderr) == (0, "")
        assert request["token"] not in done.stdout or not request["token"]
        assert done.stdout.count("\n") == 1 and done.stdout.endswith("\n")
        answer = json.loads(done.stdout)
        assert set(answer) <= {"dead", "how", "url", "status", "detail"}
        assert answer["how"] in (DEAD if answer["dead"] else ALIVE)
        assert "@" not in answer.get("url", "")
        assert all(len(str(value)) <= 1003 for value in answer.values())
        return answer


@pytest.fixture
def ask(helper):
    return Asker(helper)
