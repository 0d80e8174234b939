"""Tests the modules on this machine, for what the fleet does not show, and runs the linters on the collection."""

import json
import os
import pwd
import re
import subprocess
import sys

import pytest
import registry_server
from fleet import CORP, SECRET, SOURCE

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
                               "-a", json.dumps({"executable": str(program)} | arguments), "-e", f"@{tmp_path}/variables.json",
                               *words], env=env | call.environment, cwd=tmp_path, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
        assert SECRET not in done.stdout + done.stderr
        call.warnings = " ".join(done.stderr.split())  # Ansible removes them from the result
        text = done.stdout.partition("localhost | ")[2]
        return json.JSONDecoder().raw_decode(text, text.index("{"))[0]

    call.home, call.environment = home, {}
    return call


@pytest.fixture
def registry():
    with registry_server.Registry() as server:
        yield server


def test_a_leaked_token_is_revoked(module, registry):
    leaked = {"token": "{{ leaked }}", "registry": "corp", "index": f"sparse+{registry.url}/"}
    result = module("cargo_logout", "--check", **leaked)
    assert (result["changed"], registry.authorizations) == (True, [])
    result = module("cargo_logout", **leaked)
    assert (result["changed"], registry.authorizations) == (True, [TOKEN])
    assert result["credentials"][0]["server"]["verdict"] == "revoked-unchecked"
    result = module("cargo_logout", **(leaked | {"index": "sparse+http://127.0.0.1:1/"}))
    assert result["changed"] is False
    assert "failed to revoke the token for `corp`" in result["msg"]


def test_strict_fails_with_what_is_left(module):
    (module.home / "config.toml").write_text(CORP + f'token = "{TOKEN}"\n')
    result = module("cargo_logout", all=True, strict=True, cargo_home=str(module.home))
    assert result["changed"] is False
    assert (result["status"], result["left"]) == (2, 1)
    fix = f"`env CARGO_HOME={module.home} cargo-logout --registry corp --everywhere`"
    assert fix.replace(" ", "") in module.warnings.replace(" ", "")  # Ansible wraps lines
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


@pytest.fixture
def answers(module, tmp_path):
    """Makes a program that prints these objects and exits with the last one's status; and that calls the module with it."""

    def call(name, *objects, **arguments):
        lines = [json.dumps({"schema": 1} | item) for item in objects]
        path = tmp_path / "fake"
        path.write_text("#!/bin/sh\ncat <<'END'\n" + "\n".join(lines) + f"\nEND\nexit {objects[-1]['status']}\n")
        path.chmod(0o755)
        return module(name, executable=str(path), **arguments)

    return call


def finished(status, **counters):
    zero = {"removed": 0, "left": 0, "not_checked": 0, "failed": 0}
    return {"reason": "logout-finished", "status": status} | zero | counters


def token(**keys):
    return {"reason": "credential", "registry": "corp", "kind": "token", "usable": "yes", "effect": "in-use", "plan": "leave",
            "result": "pending", "location": {"type": "provider", "program": "/bin/p", "text": "credential provider `/bin/p`"}} | keys


def test_an_empty_token_is_not_a_logout(module):
    assert module("cargo_logout", token="", executable="/bin/false")["msg"] == "token is empty"


def test_a_leaked_token_is_the_only_one_that_is_revoked(module, registry):
    module.environment = {"CARGO_REGISTRIES_SAME_INDEX": f"sparse+{registry.url}/", "CARGO_REGISTRIES_SAME_TOKEN": f"{SECRET}-other"}
    module("cargo_logout", token="{{ leaked }}", registry="corp", index=f"sparse+{registry.url}/")
    assert registry.authorizations == [TOKEN]


def test_variables_of_another_user_are_not_used(module, tmp_path):
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nenv >&2\n")
    program.chmod(0o755)
    foreign = tmp_path / "runtime"
    foreign.mkdir()
    os.chown(foreign, 1, 1)
    module.environment = {"CARGO_HOME": "/root/other", "XDG_RUNTIME_DIR": str(foreign)}
    variables = module("cargo_logout_info", executable=str(program))["stderr"].splitlines()
    assert [v for v in variables if v.startswith("CARGO_HOME=") or v == f"XDG_RUNTIME_DIR={foreign}"] == []
    assert f"HOME={pwd.getpwuid(0).pw_dir}" in variables
    module.environment["XDG_RUNTIME_DIR"] = str(tmp_path)
    assert f"XDG_RUNTIME_DIR={tmp_path}" in module("cargo_logout_info", executable=str(program))["stderr"].splitlines()


def test_each_error_has_its_message(answers):
    copy = {"reason": "copy", "kind": "unread-file", "registry": "corp", "location": {"type": "file", "file": "cargo", "text": "b:2"}}
    result = answers("cargo_logout", copy | {"result": "failed", "error": ["failed to open: b", "why"]}, finished(101, failed=1))
    assert result["msg"] == "failed to open: b: why"


def test_what_was_not_checked_is_a_warning_with_its_fix(answers, module):
    fix = ["cargo-logout", "--registry", "corp"]
    result = answers("cargo_logout", token(usable="unknown", plan="ask", fix=fix), finished(0, not_checked=1), all=True)
    assert (result["changed"], result["not_checked"]) == (False, 1)
    assert "not checked: credential provider `/bin/p`; to remove it, run `cargo" in module.warnings


def test_a_token_that_the_server_rejects_is_not_usable(answers):
    invalid = token(valid="no"), finished(0, left=1)
    assert answers("cargo_logout_info", *invalid, check=True)["logged_out"] is True
    assert answers("cargo_logout_info", token(), *invalid)["logged_out"] is False


def test_a_newer_program_can_say_more(answers):
    objects = {"reason": "weather", "sky": "blue"}, token(new=1, result="moved", effect="unheard-of"), finished(0, left=1, new=2)
    result = answers("cargo_logout", *objects)
    assert (result["changed"], result["left"]) == (False, 1)
    assert "its schema is not 1" in answers("cargo_logout", {"schema": 2, "reason": "registry"}, finished(0))["msg"]


def succeeds(*command, cwd=SOURCE, **variables):
    """What the command prints."""
    done = subprocess.run(command, cwd=cwd, env=os.environ | variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_linters():
    succeeds("yamllint", "--strict", ".")
    succeeds("pycodestyle", "--ignore=E402,W503", "--max-line-length=160", ".")


@pytest.mark.parametrize("kind, name", [("module", "cargo_logout"), ("module", "cargo_logout_info"), ("role", "logout_users")])
def test_documentation_renders(collection, kind, name):
    text = succeeds("ansible-doc", "-t", kind, f"cargo_logout.cargo_logout.{name}", ANSIBLE_COLLECTIONS_PATH=str(collection))
    assert "executable" in text


def test_playbooks_of_the_documentation(collection, tmp_path):
    playbooks = re.findall(r"^```yaml\n(.*?)^```$", (SOURCE.parent / "docs/fleet.md").read_text(), re.MULTILINE | re.DOTALL)
    assert len(playbooks) == 3
    for number, text in enumerate(playbooks):
        path = tmp_path / f"{number}.yml"
        path.write_text(text)
        succeeds("ansible-playbook", "--syntax-check", "-i", "localhost,", path, ANSIBLE_COLLECTIONS_PATH=str(collection))


def test_what_ansible_test_can_check_without_a_network(collection, tmp_path):
    needs_network = {"ansible-doc", "changelog", "import", "pep8", "pylint", "runtime-metadata", "validate-modules", "yamllint"}
    needs_program = {"pslint", "shellcheck"}
    where = {"cwd": collection / "ansible_collections/cargo_logout/cargo_logout", "HOME": str(tmp_path)}
    names = set(succeeds("ansible-test", "sanity", "--list-tests", **where).split()) - needs_network - needs_program
    assert "compile" in names
    python = "%d.%d" % sys.version_info[:2]
    succeeds("ansible-test", "sanity", "--python", python, *(f"--test={name}" for name in names), **where)
