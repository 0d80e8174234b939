"""A cargo home whose registries are stand-ins: the whole of cargo-logout --revoke runs in it, and the real cargo.

    machine.registries(x=registry)               # config.toml
    machine.credentials(x=token)                 # credentials.toml
    done = machine.revoke("--registry", "x")     # done.one is the line of the only credential
    done.verdicts()                              # what the servers said, by registry
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading

import machine as machines
import schema

SECONDS = machines.SECONDS
CHECK = "GET /api/v1/me"
CURRENT = "DELETE /api/v1/tokens/current"
TRUSTED = "DELETE /api/v1/trusted_publishing/tokens"
CONFIG = "GET /index/config.json"
OFF = {"removed": 0, "kept": 101}


class Outcome(machines.Run):
    """`lines` are those of credentials."""

    @classmethod
    def of(cls, status, out, err):
        assert machines.SECRET not in out + err, "a token was shown"
        sys.stderr.write(err)
        lines = schema.check(out, status) if out.startswith("{") else []
        return cls(status, out, err, [line for line in lines if line["reason"] == "credential"])

    @property
    def one(self):
        [line] = self.lines
        return line

    def verdicts(self):
        """(result, verdict) of each token, by registry."""
        return {line["registry"]: (line.get("result"), verdict(line)) for line in self.lines}


def verdict(line):
    return line.get("server", {}).get("verdict")


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

    def log_in(self, registry, **state):
        """A token of this registry, which is `x`."""
        token = registry.issue(**state)
        self.registries(x=registry)
        self.credentials(x=token)
        return token

    def replace_helper(self, script):
        """By one beside a copy of the program; the script has $request."""
        self.program = shutil.copy(self.program, self.top)
        self.write({"/cargo-logout-revoke": f"#!/bin/sh\nread -r request\n{script}\n"})

    def stored(self):
        """The tokens in the credentials file."""
        return re.findall(r'token = "(.*)"', self.read("credentials.toml"))

    def revoke(self, *arguments, json=True, before=(), env=None):
        words = ["--revoke", *arguments, *(["--message-format", "json"] if json else [])]
        done = self.run(*before, self.program, *words, env=env)
        return Outcome.of(done.returncode, done.stdout, done.stderr)

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
        return Outcome.of(process.returncode, out, err)


def hook(registry, method, action):
    """Does `action` before the server answers the first such request of this method."""
    respond, once = registry.respond, threading.Event()

    def hooked(request):
        if request.method == method and not once.is_set():
            once.set()
            action(request)
        return respond(request)

    registry.respond = hooked


def check(done, machine, result, said, token):
    """One token, one registry."""
    assert (done.one["result"], verdict(done.one)) == (result, said), done.err
    assert done.status == OFF[result]
    assert machine.stored() == ([] if result == "removed" else [token])
    assert "This does not revoke" not in done.err
    assert ("# of" in machine.read("credentials.toml")) and ("has been removed" in done.err) == (result == "removed")


def provider_chain(machine, registry, *behaviours):
    programs = ", ".join(f'"$BIN/{name}"' for name in reversed(behaviours))
    machine.registries(x=registry, more=f"[registry]\nglobal-credential-providers = [{programs}]\n")
