"""The role and the modules on five hosts with three users each: what they print, change and leave."""

import hashlib
import re

import pytest
from fleet import CORP, SECRET

pytestmark = pytest.mark.slow  # minutes on a busy machine

ROLE = {"role": "cargo_logout.cargo_logout.logout_users"}
LOGOUT = {"roles": [ROLE | {"vars": {"logout_users_timeout": 8}}]}
TOKEN = f"cio{SECRET}-0123456789"


def table(output):
    """(host, user, registry): result. The table is printed as a list of strings."""
    rows = re.findall(r'^ +"([a-z]+) +([a-z-]+) +([a-z-]+) +(.*)",?$', output, re.MULTILINE)
    return {(host, user, registry): result for host, user, registry, result in rows}


def changed(output):
    return {host: int(count) for host, count in re.findall(r"^(\w+) +: ok=\d+ +changed=(\d+)", output, re.MULTILINE)}


def info(fleet, user):
    """Returns for each host whether the user is logged out there."""
    task = {"cargo_logout.cargo_logout.cargo_logout_info": {}, "become": True, "become_user": user, "register": "found"}
    show = {"ansible.builtin.debug": {"msg": "{{ inventory_hostname }}={{ found.logged_out }}"}}
    _, output = fleet.play({"tasks": [task, show]})
    return {host: word == "True" for host, word in re.findall(r'"msg": "(\w+)=(\w+)"', output)}


def store(fleet):
    for name, host in fleet.hosts.items():
        host.write("ada", ".cargo/credentials.toml", f'[registry]\ntoken = "{TOKEN}"\n')
        host.write("bob", ".cargo/config.toml", CORP + f'token = "{SECRET}-bob-0123456789"\n')
        host.write("jenkins", ".profile", "export CARGO_HOME=/home/jenkins/other\n")
        host.write("jenkins", ".cargo/config.toml", CORP)
        host.write("jenkins", "other/config.toml", CORP)
        host.write("jenkins", "other/credentials.toml", f'[registries.corp]\ntoken = "{SECRET}-ci-0123456789"\n')
        if name == "malformed":
            host.write("bob", ".cargo/config.toml", f'[registries.corp\ntoken = "{SECRET}-bob"\n')
        if name == "locked":
            fleet.hold_lock(host.top / "home/ada/.cargo/credentials.toml")


def stored(host):
    return {path.parent.name + "/" + path.name for path in (host.top / "home").rglob("c*") if path.is_file()
            and SECRET in path.read_text(errors="replace")}  # fmt: skip


def test_a_person_leaves_the_fleet(fleet):
    store(fleet)
    before = {name: stored(host) for name, host in fleet.hosts.items()}

    code, output = fleet.play(LOGOUT, "--check", "--diff")
    rows = table(output)
    assert {name: stored(host) for name, host in fleet.hosts.items()} == before
    for host in ("good", "locked"):
        assert rows[host, "ada", "crates-io"] == "1 would be removed"
        assert rows[host, "bob", "corp"] == "1 would be removed"
        assert "would be removed" in rows[host, "jenkins", "corp"]
        assert rows[host, "root", "-"] == "nothing found"
    assert "-crates-io: /home/ada/.cargo/credentials.toml:2" in output
    assert code != 0  # hosts on which not everything could be checked

    code, output = fleet.play(LOGOUT)
    rows = table(output)
    assert code != 0
    assert rows["good", "ada", "crates-io"] == "1 removed"
    assert rows["good", "bob", "corp"] == "1 removed"
    assert "removed" in rows["good", "jenkins", "corp"]
    assert "was ended after 8 seconds" in rows["locked", "ada", "-"]
    assert rows["locked", "bob", "corp"] == "1 removed"
    assert "Failed to find required executable" in rows["bare", "ada", "-"]
    assert "could not parse TOML" in rows["malformed", "bob", "-"]
    assert rows["malformed", "ada", "crates-io"] == "1 removed"
    assert "unreachable" in rows["absent", "-", "-"]
    assert stored(fleet.hosts["good"]) == set()
    assert stored(fleet.hosts["locked"]) == {".cargo/credentials.toml"}
    assert stored(fleet.hosts["malformed"]) == {".cargo/config.toml"}
    assert stored(fleet.hosts["bare"]) == before["bare"]

    _, output = fleet.play(LOGOUT)
    assert set(changed(output).values()) == {0}
    assert table(output)["good", "ada", "-"] == "nothing found"

    assert info(fleet, "ada") == {"good": True, "locked": False, "malformed": True}


def test_the_program_is_installed_with_its_checksum(fleet):
    fleet.hosts["bare"].write("ada", ".cargo/credentials.toml", f'[registry]\ntoken = "{TOKEN}"\n')
    there = fleet.hosts["bare"].top / "usr/local/bin/cargo-logout"
    install = {"logout_users_install": "binary", "logout_users_url": f"file://{fleet.program}", "logout_users_users": ["ada"]}

    def play(checksum):
        variables = install | {"logout_users_checksum": checksum}
        return fleet.play({"hosts": "bare", "roles": [ROLE | {"vars": variables}]})

    assert play("")[0] != 0
    assert play("sha256:" + "0" * 64)[0] != 0
    assert not there.exists()
    code, output = play("sha256:" + hashlib.sha256(fleet.program.read_bytes()).hexdigest())
    assert code == 0
    assert table(output)["bare", "ada", "crates-io"] == "1 removed"
