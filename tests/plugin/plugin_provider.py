"""A credential provider as a process. A test describes what it does, and both cargo-logout's client and the real cargo run with it."""

import json
import os
import pathlib
import re
import subprocess
import time

import oracle

PROJECT = pathlib.Path(__file__).resolve().parents[2]

# in the build that $CARGO_LOGOUT is of
BUILD = pathlib.Path(os.environ.get("CARGO_LOGOUT", PROJECT / "build/cargo-logout")).parent
DRIVER = str(BUILD / "tests/plugin/plugin_driver")
INDEX = "sparse+https://example.com/index/"
HELLO = '{"v":[1]}\n'
DONE = '{"Ok":{"kind":"logout"}}\n'
NOT_FOUND = '{"Err":{"kind":"not-found"}}\n'
FAST = 200  # so that the 60 seconds of a logout and the 20 of a verification pass while a test waits
SOON = 10  # seconds: far below 60 at the usual speed, far above what a busy machine needs
SECRET = "cio-" + "7Qx" * 12


def token(text=SECRET):
    return json.dumps({"Ok": {"kind": "get", "token": text, "cache": "session", "operation_independent": True}}) + "\n"


def toml(words):
    """JSON's strings are TOML's, but for DEL and what is written as two surrogates."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")


class Provider:
    """A program under test, in a directory of its own."""

    def __init__(self, place):
        self.place = place
        self.path = place / "prov"
        (place / "home").mkdir()

    def sh(self, text):
        return self.write("#!/bin/sh\n" + text)

    def python(self, text):
        return self.write("#!/usr/bin/python3\nimport os, signal, sys, time\n" + text)

    def write(self, text, mode=0o755):
        self.path.write_bytes(text if isinstance(text, bytes) else text.encode())
        self.path.chmod(mode)
        return self

    def speaks(self, hello=HELLO, answer=DONE, then=""):
        """Writes the hello, reads a line, writes the answer."""
        (self.place / "hello").write_bytes(hello if isinstance(hello, bytes) else hello.encode())
        (self.place / "answer").write_bytes(answer if isinstance(answer, bytes) else answer.encode())
        return self.sh(f"/bin/cat {self.place}/hello\nread -r line\n/bin/cat {self.place}/answer\n{then}\n")

    def answers(self, logout=DONE, read=NOT_FOUND, publish=NOT_FOUND):
        """One answer for each kind of request."""
        return self.sh(
            f"echo '{HELLO.strip()}'\nread -r line\necho \"$line\" >> {self.place}/requests\n"
            f"case $line in *publish*) echo '{publish.strip()}' ;; *read*) echo '{read.strip()}' ;; *) echo '{logout.strip()}' ;; esac\n"
        )

    def requests(self):
        return [json.loads(line) for line in (self.place / "requests").read_text().splitlines()]

    def command(self, name=None, args=(), speed=1, action="logout"):
        return [DRIVER, str(speed), action, "mine", INDEX, name if name is not None else str(self.path), *args]

    def start(self, *, env=None, name=None, args=(), speed=1, action="logout", **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, **options}
        if "stderr" not in options:
            # a file: a grandchild that is left would keep a pipe open
            options["stderr"] = (self.place / "stderr").open("w")
        return subprocess.Popen(self.command(name, args, speed, action), cwd=self.place, env=env, **options)

    def ours(self, **options):
        """(exit status, what is said without `error: ` and `caused by: `, standard error)"""
        started = time.monotonic()
        process = self.start(**options)
        out, _ = process.communicate(timeout=60)
        assert time.monotonic() - started < SOON
        lines = re.split(r"\ncaused by: ", out.decode("utf-8", "replace").removesuffix("\n"))
        return process.returncode, [lines[0].removeprefix("error: "), *lines[1:]], (self.place / "stderr").read_text()

    def failure(self, **options):
        status, lines, _ = self.ours(**options)
        assert status == 1, lines
        return lines

    def outcome(self, **options):
        status, lines, _ = self.ours(**options)
        assert status == 0, lines
        return lines[0]

    def cargos(self, *, env=None, name=None, args=()):
        """What the real cargo says, in the driver's form."""
        words = [name if name is not None else str(self.path), *args]
        config = f"[registries.mine]\nindex = '{INDEX}'\ncredential-provider = {toml(words)}\n"
        (self.place / "home/config.toml").write_text(config)
        env = {"PATH": os.environ["PATH"], "HOME": str(self.place), **(env or {}), "CARGO_HOME": str(self.place / "home")}
        env = {key: value for key, value in env.items() if value is not None}
        run = subprocess.run([oracle.cargo_path(), "logout", "--registry", "mine"], cwd=self.place, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        text = run.stderr.decode("utf-8", "replace").removesuffix("\n")
        if run.returncode == 0:
            return ["not-found" if "not currently logged in" in text else "removed"]
        if text == "error: no credential providers could handle the request":
            return ["url-not-supported"]
        layers = [re.sub(r"(?m)^  ", "", layer) for layer in re.split(r"\n\nCaused by:(?:\n|$)", text)]
        if layers[0] == f"error: credential provider `{' '.join(words)}` failed action `logout`":
            layers = layers[1:]
        layers[0] = layers[0].removeprefix("error: ")
        return layers

    def same(self, **options):
        """Ours, where it has cargo's words; cargo has a back-quote too many in one of them."""
        _, lines, _ = self.ours(**options)
        expected = [re.sub("^(credential process .* failed with status .*)`$", r"\1", line) for line in self.cargos(**options)]
        assert lines == expected
        return lines


def sanitized():
    """Built with the address sanitizer, which needs memory of its own, keeps what is freed, and cannot look for leaks under strace."""
    return b"__asan_init" in pathlib.Path(DRIVER).read_bytes()


def gone(pid):
    """Reaped, not only dead."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
