"""The program under test, a good registry and the attacker's server."""

import http.server
import os
import pathlib
import shutil
import sys
import tempfile
import threading

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from hostile import Victim  # noqa: E402


class Server(http.server.ThreadingHTTPServer):
    """Notes all heads of requests, also those to a proxy, and answers each like a registry."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.heads = []
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        self.server.heads.append(f"{self.requestline}\n{self.headers}")
        here = f"http://127.0.0.1:{self.server.server_port}"
        body = b"" if self.command == "DELETE" else f'{{"dl":"{here}/dl","api":"{here}"}}'.encode()
        self.send_response(204 if self.command == "DELETE" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_DELETE = do_CONNECT = answer

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def servers():
    both = Server(), Server()
    yield both
    for server in both:
        server.shutdown()
        server.server_close()


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
