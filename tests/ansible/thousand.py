#!/usr/bin/python3
"""tests/ansible/thousand.py [HOSTS [PLAY...]]: `shell: cargo logout`, the module and the role on a thousand simulated hosts.

Each host is a local connection with a cargo home of its own; 50 are served at once. PLAY is shell, module or role. For each
play it prints the total time, the processor time of the controller and the hosts together, and the peak memory of
ansible-playbook. Then it checks that no token is left.
It runs as root, in a mount namespace in which /root is empty. CARGO_LOGOUT and CARGO name the programs.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from fleet import install_collection

FORKS = 50
COLLECTION = "cargo_logout.cargo_logout"
HERE = pathlib.Path(__file__).resolve().parent


def measure(command, env):
    """Seconds, processor seconds, MiB of the largest process."""
    start = time.monotonic()
    with open(pathlib.Path(env["HOME"]) / "log", "wb") as log:
        process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - start
    assert process.returncode == 0, pathlib.Path(log.name).read_text()[:2000]
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main(hosts=1000, *words):
    program = os.environ.get("CARGO_LOGOUT", str(HERE.parents[1] / "build/cargo-logout"))
    cargo = os.environ.get("CARGO", "/usr/bin/cargo")
    plays = {
        "shell": {"tasks": [{"ansible.builtin.shell": f"{cargo} logout", "environment": {"CARGO_HOME": "{{ cargo_home }}"}}]},
        "module": {"tasks": [{f"{COLLECTION}.cargo_logout": {"executable": program, "cargo_home": "{{ cargo_home }}"}}]},
        "role": {"roles": [{"role": f"{COLLECTION}.logout_users", "vars": {
            "logout_users_users": ["root"], "logout_users_executable": program}}]},
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        top = pathlib.Path(name)
        subprocess.run(["mount", "-t", "tmpfs", "root", "/root"], check=True)
        env = {"HOME": name, "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "ANSIBLE_FORKS": str(FORKS),
               "ANSIBLE_COLLECTIONS_PATH": str(install_collection(top)), "ANSIBLE_INVENTORY": str(top / "hosts"),
               "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3", "ANSIBLE_BECOME_METHOD": "su",
               "ANSIBLE_PIPELINING": "True"}  # fmt: skip
        homes = {f"host{number:04}": top / f"cargo/{number}" for number in range(int(hosts))}
        lines = [f"{host} ansible_connection=local cargo_home={home}\n" for host, home in homes.items()]
        (top / "hosts").write_text("".join(lines))
        print(f"{hosts} hosts, {FORKS} at once, {os.cpu_count()} processors")
        for title in words or plays:
            play = plays[title]
            stored = [home / "credentials.toml" for home in homes.values()] + [pathlib.Path("/root/.cargo/credentials.toml")]
            for path in stored:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text('[registry]\ntoken = "cio0123456789"\n')
            (top / "play.yml").write_text(json.dumps([{"hosts": "all", "gather_facts": False} | play]))
            figures = measure(["ansible-playbook", top / "play.yml"], env)
            print("%-7s %6.0f s %6.0f s of processors %6.0f MiB" % (title, *figures), flush=True)
            left = [path for path in stored if "cio" in path.read_text()]
            assert left == (stored[:-1] if "roles" in play else stored[-1:])


if __name__ == "__main__":
    if "IN_NAMESPACE" not in os.environ:
        os.environ["IN_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv])
    main(*sys.argv[1:])
