"""A private desktop session: a private D-Bus, optionally with a real gnome-keyring or a misbehaving service. All files are in one temporary
directory. A Desktop is a context manager. At the end of the block, it stops every daemon that it started.
"""

import contextlib
import fcntl
import functools
import json
import os
import pathlib
import pty
import select
import subprocess
import termios
import time

HERE = pathlib.Path(__file__).parent
PYTHON = "/usr/bin/python3"  # the one that has Debian's gi
PASSWORD = "a password"
BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus")
SECRETS = ("org.freedesktop.secrets", "/org/freedesktop/secrets")
SECONDS = 60  # no step of a test takes this long, so a test cannot hang

# Only the test's own service directories, so that installed services cannot be started.
BUS_CONFIG = """<busconfig>
 <type>session</type><listen>unix:path={0}/bus</listen><auth>EXTERNAL</auth><servicedir>{0}/services</servicedir>
 <policy context="default">
  <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
 </policy>
</busconfig>
"""


def request(kind, url="sparse+https://example.com/index/", name="corp", **more):
    registry = {"index-url": url} | ({"name": name} if name else {})
    if kind == "get":
        more = {"operation": "read"} | more
    return {"v": 1, "registry": registry, "kind": kind} | more


class Desktop:
    def __init__(self, root, helper):
        self.root = pathlib.Path(root)
        self.helper = str(helper)
        self.children = []
        self.env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        if "LSAN_OPTIONS" in os.environ:  # what a build with sanitizers is to know of the libraries
            self.env["LSAN_OPTIONS"] = os.environ["LSAN_OPTIONS"]
        for variable, name in [("HOME", "home"), ("XDG_RUNTIME_DIR", "run"), ("XDG_DATA_HOME", "data")]:
            directory = self.root / name
            directory.mkdir(mode=0o700, exist_ok=True)
            self.env[variable] = str(directory)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in reversed(self.children):
            self.end(child)

    @staticmethod
    def end(child):
        """Kills it, also if it is stopped."""
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                pipe.close()

    def said(self, child):
        """Stops a child and returns the rest of its output."""
        child.kill()
        return child.stdout.read().decode()

    def start(self, *command, **more):
        child = subprocess.Popen(command, env=self.env, start_new_session=True, **more)
        self.children.append(child)
        return child

    def start_bus(self):
        (self.root / "services").mkdir(exist_ok=True)
        config = self.root / "bus.conf"
        config.write_text(BUS_CONFIG.format(self.root))
        command = ["dbus-daemon", "--nofork", "--print-address=1", f"--config-file={config}"]
        bus = self.start(*command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.env["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()
        return bus

    def start_keyring(self, unlock=True):
        """The default keyring is `login`; without `unlock` a fresh session has none at all."""
        command = ["gnome-keyring-daemon", "--foreground", "--components=secrets"] + ["--unlock"] * unlock
        daemon = self.start(*command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        daemon.stdin.write(PASSWORD.encode())
        daemon.stdin.close()
        self.wait_for_service()
        if unlock:
            self.wait_until(lambda: "/login" in self.collections())
        return daemon

    def start_mock(self, behaviour, items=1):
        mock = self.start(PYTHON, str(HERE / "mock_service.py"), behaviour, str(items), stdout=subprocess.PIPE)
        assert mock.stdout.readline() == b"ready\n"
        return mock

    def wait_until(self, condition):
        end = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < end
            time.sleep(0.02)

    def gdbus(self, where, method, *arguments):
        return self.run("gdbus", "call", "--session", "-d", where[0], "-o", where[1], "-m", method, *arguments).stdout

    def reload(self):
        """For a file in the directory of services that was written since the bus was started."""
        self.gdbus(BUS, "org.freedesktop.DBus.ReloadConfig")

    def wait_for_service(self):
        self.wait_until(lambda: "true" in self.gdbus(BUS, "org.freedesktop.DBus.NameHasOwner", SECRETS[0]))

    def collections(self):
        return self.gdbus(SECRETS, "org.freedesktop.DBus.Properties.Get", "org.freedesktop.Secret.Service", "Collections")

    def run(self, *command, **more):
        return subprocess.run(
            command, env=self.env, capture_output=True, text=True, timeout=SECONDS, start_new_session=True, **more
        )

    def lock(self, collection="login"):
        path = f"/org/freedesktop/secrets/collection/{collection}"
        assert path in self.gdbus(SECRETS, "org.freedesktop.Secret.Service.Lock", f"['{path}']")

    def secret_tool_store(self, token, *attributes, collection=None, label="by hand"):
        where = [f"--collection={collection}"] if collection else []
        done = self.run("secret-tool", "store", f"--label={label}", *where, *attributes, input=token)
        assert done.returncode == 0, done.stderr

    def stored(self, *attributes):
        """What secret-tool finds: a list of dictionaries."""
        done = self.run("secret-tool", "search", "--all", *attributes)
        items = []
        for line in (done.stdout + done.stderr).splitlines():
            if line.startswith("["):
                items.append({})
            elif " = " in line:
                key, value = line.split(" = ", 1)
                items[-1][key] = value
        # attributes are printed on standard error, the rest on standard output
        return [item for item in items if "label" in item]

    def start_helper(self, **more):
        child = self.start(self.helper, "--cargo-plugin", stdin=subprocess.PIPE, stdout=subprocess.PIPE, **more)
        assert child.stdout.readline() == b'{"v":[1]}\n'
        return child

    def send(self, child, message):
        child.stdin.write(json.dumps(message).encode() + b"\n")
        child.stdin.flush()

    def answer(self, child):
        return json.loads(child.stdout.readline())

    def finish(self, child):
        """Closes its input, and the provider exits."""
        child.stdin.close()
        assert child.wait(SECONDS) == 0

    def ask(self, *requests):
        """One run of the provider; the answer, or the list of answers to several requests."""
        lines = "".join(json.dumps(r) + "\n" for r in requests)
        done = self.run(self.helper, "--cargo-plugin", input=lines)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        hello, *answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert hello == {"v": [1]}
        assert len(answers) == len(requests)
        return answers[0] if len(answers) == 1 else answers


class Terminal:
    """A program with a terminal. Streams that are not redirected are that terminal. A context manager, at whose end the program is killed."""

    def __init__(self, *command, **options):
        self.ours, self.theirs = pty.openpty()
        streams = dict.fromkeys(("stdin", "stdout", "stderr"), self.theirs)
        take_terminal = functools.partial(fcntl.ioctl, self.theirs, termios.TIOCSCTTY, 0)
        self.child = subprocess.Popen(command, start_new_session=True, preexec_fn=take_terminal, **streams | options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        Desktop.end(self.child)
        os.close(self.ours)
        os.close(self.theirs)

    def read_until(self, text):
        seen = b""
        while text not in seen:
            assert select.select([self.ours], [], [], SECONDS)[0], seen
            seen += os.read(self.ours, 4096)
        return seen.decode()

    def wait(self):
        """The exit status, and what was not read yet."""
        status = self.child.wait(SECONDS)
        os.set_blocking(self.ours, False)
        with contextlib.suppress(BlockingIOError):
            return status, os.read(self.ours, 65536).decode()
        return status, ""

    def type(self, text):
        os.write(self.ours, text)

    def echoes(self):
        return bool(termios.tcgetattr(self.theirs)[3] & termios.ECHO)
