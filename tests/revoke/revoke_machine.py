"""A cargo home whose registries are stand-ins: the whole of cargo-logout --revoke runs in it, and the real cargo.

    machine.registries(x=registry)               # config.toml
    machine.credentials(x=token)                 # credentials.toml
    done = machine.revoke("--registry", "x")     # done.one is the line of the only credential

crates.io is a stand-in too: `CratesIo` answers for https://crates.io and its index, by a proxy and an authority that the
configuration names, so that the client does all that it does with the real one.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading

import machine as machines
from tls import Authority, Nginx, Proxy, Site

SECONDS = machines.SECONDS
CURRENT = "DELETE /api/v1/tokens/current"
TRUSTED = "DELETE /api/v1/trusted_publishing/tokens"
CONFIG = "GET /index/config.json"
OFF = {"removed": 0, "kept": 101}


class CratesIo:
    def __init__(self, directory, registry):
        self.registry = registry
        self.authority = Authority(directory)
        registry.api = "https://crates.io"  # what its index says
        registry.origins = {"https://crates.io"}
        sites = [
            Site(self.authority.sign("api", "crates.io"), to=registry.url),
            Site(self.authority.sign("index", "index.crates.io"), to=f"{registry.url}/index/"),
        ]
        self.nginx = Nginx(directory, sites)
        self.proxy = None

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            api, index = stack.enter_context(self.nginx).sites
            routes = {"crates.io:443": api.port, "index.crates.io:443": index.port}
            self.proxy = stack.enter_context(Proxy(routes))
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def config(self):
        return f'[http]\nproxy = "{self.proxy.url}"\ncainfo = "{self.authority.path}"\n'


class RevokeMachine(machines.Machine):
    def registries(self, more="", **registries):
        tables = [f'[registries.{name}]\nindex = "{registry.index}"\n' for name, registry in registries.items()]
        self.write({"config.toml": "\n".join([*tables, more])})

    def credentials(self, **tokens):
        tables = []
        for name, token in tokens.items():
            table = "registry" if name == "crates_io" else f"registries.{name}"
            tables.append(f'# of {name}\n[{table}]\ntoken = "{token}" # keep me\n')
        self.write({"credentials.toml": "\n".join(tables)})

    def stored(self):
        """The tokens in the credentials file."""
        return re.findall(r'token = "(.*)"', self.read("credentials.toml"))

    def revoke(self, *arguments, **options):
        done = self.logout("--revoke", *arguments, **options)
        if done.lines:
            found = [line for line in done.lines if line["reason"] == "credential"]
            done.one = found[0] if len(found) == 1 else None
        return done

    def start(self, *arguments, **options):
        """A run that goes on while the test does something; `finish` ends it."""
        return subprocess.Popen(
            [self.program, "--revoke", *arguments], cwd=self.top / "work/project", env=self.env, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, **options,
        )  # fmt: skip

    @staticmethod
    def finish(process):
        try:
            out, err = process.communicate(timeout=SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        assert machines.SECRET not in out + err, "a token was shown"
        sys.stderr.write(err)
        return machines.Run(process.returncode, out, err)

    def owners(self, name="crates-io"):
        """Does the real cargo still get an answer with its token?"""
        return self.cargo("owner", "--list", "--registry", name, "foo")


def hook(registry, method, action):
    """Does `action` before the server answers the first request of this method."""
    respond, once = registry.respond, threading.Event()

    def hooked(request):
        if request.method == method and not once.is_set():
            once.set()
            action(request)
        return respond(request)

    registry.respond = hooked


def check(done, machine, state, how, token):
    """One token, one registry."""
    assert (done.one["state"], done.one["revocation"]) == (state, how), done.err
    assert done.status == OFF[state]
    assert machine.stored() == ([] if state == "removed" else [token])
    assert "This does not revoke" not in done.err
    assert ("# of" in machine.read("credentials.toml")) and ("Logout token" in done.err) == (state == "removed")


def provider_chain(machine, registry, *behaviours):
    programs = ", ".join(f'"$BIN/{name}"' for name in reversed(behaviours))
    machine.registries(x=registry, more=f"[registry]\nglobal-credential-providers = [{programs}]\n")
