"""The program under test, a good registry and the attacker's server."""

import contextlib
import os
import shutil
import tempfile

import loopback
import pytest
from hostile import Victim


class Handler(loopback.Handler):
    """Notes all heads of requests, also those to a proxy, and answers each like a registry."""

    def do_GET(self):
        self.server.requests.append(f"{self.requestline}\n{self.headers}")
        self.answer(*[b"", 204] if self.command == "DELETE" else [{"dl": f"{self.server.url}/dl", "api": self.server.url}])

    do_DELETE = do_CONNECT = do_GET


@pytest.fixture(scope="session")
def servers():
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(loopback.Server(Handler)) for _ in range(2)]


@pytest.fixture(scope="session")
def program(program):
    """A copy where another user can reach it, and its helpers, unlike pytest's directories and the home of root."""
    top = tempfile.mkdtemp()
    os.chmod(top, 0o755)
    for name in (program.name, "cargo-logout-revoke", "cargo-credential-libsecret"):
        shutil.copy(program.with_name(name), top)
    yield f"{top}/{program.name}"
    shutil.rmtree(top)


@pytest.fixture
def victim(servers, program):
    top = tempfile.mkdtemp()
    yield Victim(top, program, *servers)
    shutil.rmtree(top)
