"""Tests the modules on this machine, for what the fleet does not show, and runs the linters on the collection."""

import http.server
import json
import os
import subprocess
import threading

import pytest
from conftest import SOURCE
from fleet import CORP, SECRET

TOKEN = f"{SECRET}-leaked-0123456789"


@pytest.fixture
def module(collection, program, tmp_path):
    """Runs a module and returns its result. The user who runs the tests has no cargo home that it could touch."""
    home = tmp_path / "cargo"
    home.mkdir()
    path = f"{tmp_path}:{os.environ['PATH']}"
    env = {"HOME": str(tmp_path), "PATH": path, "ANSIBLE_COLLECTIONS_PATH": str(collection), "LANG": "C.UTF-8",
           "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3", "XDG_DATA_HOME": str(tmp_path / "data")}  # fmt: skip

    def call(name, *words, **arguments):
        (tmp_path / "variables.json").write_text(json.dumps({"leaked": TOKEN}))
        done = subprocess.run(["ansible", "localhost", "-c", "local", "-vvv", "-m", f"cargo_logout.cargo_logout.{name}",
                               "-a", json.dumps({"executable": program} | arguments), "-e", f"@{tmp_path}/variables.json",
                               *words], env=env, cwd=tmp_path, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
        assert SECRET not in done.stdout + done.stderr
        call.warnings = " ".join(done.stderr.split())  # Ansible removes them from the result
        text = done.stdout.partition("localhost | ")[2]
        return json.JSONDecoder().raw_decode(text, text.index("{"))[0]

    call.home = home
    return call


class Registry(http.server.BaseHTTPRequestHandler):
    """Answers crates.io's call and serves an index."""

    def do_GET(self):
        self.answer(200, json.dumps({"dl": self.server.url, "api": self.server.url}).encode())

    def do_DELETE(self):
        self.server.revoked.append(self.headers["Authorization"])
        self.answer(204, b"")

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def registry():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry) as server:
        server.url, server.revoked = f"http://127.0.0.1:{server.server_port}", []
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        yield server
        server.shutdown()


def test_a_leaked_token_is_revoked(module, registry):
    leaked = {"token": "{{ leaked }}", "registry": "corp", "index": f"sparse+{registry.url}/"}
    result = module("cargo_logout", "--check", **leaked)
    assert (result["changed"], registry.revoked) == (True, [])
    result = module("cargo_logout", **leaked)
    assert (result["changed"], registry.revoked) == (True, [TOKEN])
    assert result["credentials"][0]["server"]["verdict"] == "revoked-unchecked"
    result = module("cargo_logout", **(leaked | {"index": "sparse+http://127.0.0.1:1/"}))
    assert result["changed"] is False
    assert "failed to revoke the token for `corp`" in result["msg"]


def test_strict_fails_with_what_is_left(module):
    (module.home / "config.toml").write_text(CORP + f'token = "{TOKEN}"\n')
    result = module("cargo_logout", all=True, strict=True, cargo_home=str(module.home))
    assert result["changed"] is False
    assert (result["status"], result["left"]) == (2, 1)
    assert "`cargo-logout --registry corp --everywhere`" in module.warnings
    result = module("cargo_logout", all=True, strict=True, everywhere=True, cargo_home=str(module.home))
    assert (result["changed"], result["removed"], result["status"], result["left"]) == (True, 1, 0, 0)


def test_a_keyring_without_a_session_is_not_checked(module):
    keyrings = module.home.parent / "data/keyrings"
    keyrings.mkdir(parents=True)
    (keyrings / "login.keyring").touch()
    result = module("cargo_logout_info", cargo_home=str(module.home), copies=False)
    assert (result["not_checked"], result["logged_out"]) == (1, False)
    assert result["keyring"]["state"] == "locked"
    assert module("cargo_logout", all=True, strict=True, cargo_home=str(module.home))["msg"].startswith("cargo can still use")


def test_another_program_is_not_believed(module):
    result = module("cargo_logout", executable="/bin/echo")
    assert "could not read the output of `/bin/echo`" in result["msg"]


@pytest.mark.parametrize("command", [
    ["yamllint", "--strict", "."],
    ["pycodestyle", "--ignore=E402,W503", "--max-line-length=160", "."],
])  # fmt: skip
def test_linters(command):
    done = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("words", [["module", "cargo_logout"], ["module", "cargo_logout_info"], ["role", "logout_users"]])
def test_documentation_renders(collection, words):
    kind, name = words
    env = os.environ | {"ANSIBLE_COLLECTIONS_PATH": str(collection)}
    done = subprocess.run(["ansible-doc", "-t", kind, f"cargo_logout.cargo_logout.{name}"], env=env, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 0 and "OPTIONS" in done.stdout, done.stderr
