"""The role and the modules on five hosts with three users each: what they print, change and leave."""

import hashlib
import os
import re
import shutil

import pytest
from fleet import CORP, HOSTS, SECRET

pytestmark = pytest.mark.slow  # minutes on a busy machine

ROLE = {"role": "cargo_logout.cargo_logout.logout_users"}
LOGOUT = {"roles": [ROLE | {"vars": {"logout_users_timeout": 8}}]}
TOKEN = f"cio{SECRET}-0123456789"


def table(output):
    """(host, user, registry): result. The table is printed as a list of strings."""
    rows = re.findall(rf'^ +"({"|".join(HOSTS)}) +([\w.$-]+) +([a-z-]+) +(.*)",?$', output, re.MULTILINE)
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


def test_each_user_is_who_the_table_says(fleet):
    """Also if the inventory or the command line names another user for become, and of users who are not as usual."""
    host = fleet.hosts["good"]
    for user in ("ada", "bob"):
        host.write(user, ".cargo/credentials.toml", f'[registry]\ntoken = "{TOKEN}"\n')
    shutil.rmtree(host.top / "home/jenkins/.cargo", ignore_errors=True)
    os.symlink("elsewhere", host.top / "home/jenkins/.cargo")
    host.write("jenkins", "elsewhere/credentials.toml", f'[registry]\ntoken = "{TOKEN}"\n')
    root = host.write("root", ".cargo/credentials.toml", f'[registry]\ntoken = "{TOKEN}"\n')
    with open(host.top / "etc/passwd", "a") as file:
        file.write("web$:x:1003:65534::/no/home:/bin/sh\nTwo.Names:x:1004:65534::/home/two:/bin/sh\n"
                   "shut:x:1005:65534::/home/shut:/bin/sh\nno-shell:x:1006:65534::/:/usr/sbin/nologin\n+nis:::::/:/bin/sh\n")  # fmt: skip
    with open(host.top / "etc/shadow", "a") as file:
        file.write("".join(f"{user}:*:19000::::::\n" for user in ("web$", "Two.Names", "shut", "no-shell")))
    (host.top / "home/two/.local/share/keyrings").mkdir(parents=True)
    (host.top / "home/two/.local/share/keyrings").chmod(0)
    (host.top / "home/shut").mkdir(mode=0o700)

    def play(*words, **variables):
        inventory = {"hosts": "good", "vars": {"ansible_become_user": "root"}}
        code, output = fleet.play(inventory | {"roles": [ROLE | {"vars": variables}]}, *words)
        return code, table(output)

    code, rows = play("-e", "ansible_become_user=root", logout_users_users=["ada"])
    assert (code, rows) == (2, {("good", "ada", "-"): "failed: the task runs as the UID 0, not as `ada`; is the variable "
                            "ansible_become_user set?"})  # fmt: skip
    assert len(stored(host)) == 2 and SECRET in root.read_text()
    code, rows = play(logout_users_users=["ada", "adda"])
    assert (code, rows) == (2, {("good", "ada", "crates-io"): "1 removed", ("good", "adda", "-"): "no such user"})
    code, rows = play()
    assert (code, rows) == (2, {
        ("good", "root", "crates-io"): "1 removed",
        ("good", "ada", "-"): "nothing found",
        ("good", "bob", "crates-io"): "1 removed",
        ("good", "jenkins", "crates-io"): "1 removed",
        ("good", "web$", "-"): "nothing found",
        ("good", "Two.Names", "-"): "keyring not checked",
        ("good", "shut", "-"): "keyring not checked",
        ("good", "no-shell", "-"): "failed: This account is currently not available.",
    })  # fmt: skip
    assert list((host.top / "home").glob("*/.ansible")) == []
