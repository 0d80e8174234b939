"""A cargo home with registries, the credentials in it, and runs of programs on them, bare or under strace."""

import functools
import os
import pathlib
import subprocess
import tomllib

FULL = os.environ.get("FAULTS") == "full"  # what takes minutes; ./test --full sets it
TIME_LIMIT = 30
ME = "me"
SECRET = "S3CRETs3cret"
PAIR = f'token = "{SECRET}"\n'


def index(name, url=None):
    url = url or f"https://example.com/{name}"
    return f'[registries.{name}]\nindex = "{url}"\n'


def table(name):
    return f'[registries.{name}] # {name}\ntoken = "token of {name}"\n'


def credentials(before, after, pair=PAIR):
    """A file with the registry `me` in the middle, and its contents without that token."""
    head = "".join(table(f"a-{i}") for i in range(before)) + f"# mine\n[registries.{ME}]\n"
    tail = "index = 'kept' # and this\n" + "".join(table(f"z-{i}") for i in range(after))
    return head + pair + tail, head + tail


class Home:
    """`text` is the contents of the credentials file. Programs run only with this cargo home."""

    def __init__(self, root, path):
        self.root = pathlib.Path(root)
        self.dir = self.root / "home"
        self.dir.mkdir()
        self.file = self.dir / "credentials.toml"
        self.program = path
        (self.dir / "config.toml").write_text(index(ME))

    def write(self, text, mode=0o600):
        self.file.write_text(text)
        self.file.chmod(mode)

    def text(self):
        return self.file.read_text()

    def mode(self):
        return self.file.stat().st_mode & 0o7777

    def env(self):
        return {"HOME": str(self.root), "CARGO_HOME": str(self.dir), "PATH": os.environ["PATH"]}

    def command(self, *options, registry=ME):
        return [self.program, "--registry", registry, *options]

    def start(self, *command, **more):
        given = {"cwd": self.root, "env": self.env(), "stdin": subprocess.DEVNULL, "stderr": subprocess.PIPE} | more
        return subprocess.Popen(command or self.command(), text=True, **given)

    def end(self, process, said=""):
        """Waits until the process has succeeded, and returns what it printed."""
        with process:
            said += process.stderr.read()
            assert process.wait(timeout=TIME_LIMIT) == 0, said
        return said

    def run(self, *command, **more):
        given = {"cwd": self.root, "env": self.env(), "stdin": subprocess.DEVNULL, "capture_output": True} | more
        return subprocess.run(command or self.command(), text=True, timeout=TIME_LIMIT, check=False, **given)

    def strace(self, *options):
        """Runs under strace, where a build with sanitizers cannot search for leaks."""
        return self.run("strace", "-E", "ASAN_OPTIONS=detect_leaks=0", "-o", self.root / "strace", *options, *self.command())


def blanked(text):
    """Returns the text with spaces instead of the pair, as in a file that is too long to be moved."""
    return text.replace(PAIR, " " * (len(PAIR) - 1) + "\n")


@functools.lru_cache(maxsize=8)
def _registries(text):
    return tomllib.loads(text)["registries"]


def tokens(text):
    """The tokens of the others; fails where the text is not TOML."""
    registries = _registries(text)
    assert registries[ME]["index"] == "kept"
    return {name: entry.get("token") for name, entry in registries.items() if name != ME}


def token(text):
    """The token of `me`, or None."""
    return _registries(text)[ME].get("token")
