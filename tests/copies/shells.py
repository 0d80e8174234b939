"""A home directory in which the program under test and real shells run. Every secret of a test begins with S3CRET."""

import os
import pty
import subprocess

import schema

SECRET = "S3CRET"
TOKEN = f"{SECRET}-token-0123456789"
SECONDS = 60
CORP = '[registries.corp]\nindex = "sparse+http://127.0.0.1:1/corp/"\n'


class Home:
    def __init__(self, top, program):
        self.top, self.program, self.work = top / "home", program, top / "work"
        for directory in (self.top / ".cargo", self.work):
            directory.mkdir(parents=True)
        self.env = {"HOME": str(self.top), "PATH": "/usr/bin:/bin", "SHELL": "/bin/bash", "TERM": "dumb"}
        self.write(".cargo/config.toml", CORP)

    def path(self, name):
        """A path relative to the home directory or, with a leading slash, to the directory above it."""
        return self.top.parent / name[1:] if name.startswith("/") else self.top / name

    def write(self, name, text):
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(0o600)
        return path

    def store(self, token=TOKEN, name="corp"):
        return self.write(".cargo/credentials.toml", f'[registries.{name}]\ntoken = "{token}"\n')

    def run(self, *command, env=None, status=None):
        """Runs a program and checks that it prints no secret."""
        done = subprocess.run(command, cwd=self.work, env=self.env | (env or {}), stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=SECONDS, check=False)  # fmt: skip
        done.out, done.err = done.stdout.decode(), done.stderr.decode()
        assert SECRET not in done.out + done.err
        assert status is None or done.returncode == status, done.err
        return done

    def logout(self, *arguments, env=None, status=0):
        return self.run(self.program, *arguments, env=env, status=status)

    def copies(self, *arguments, env=None, status=0):
        """The lines of a JSON run about copies."""
        done = self.logout(*arguments, "--message-format", "json", env=env, status=status)
        return [line for line in schema.check(done.out, status) if line["reason"] == "copy"]

    def found(self, *arguments, **options):
        """(kind, place) of each."""
        return [(line["kind"], where(line, self)) for line in self.copies(*arguments, **options)]

    def type_into(self, shell, *lines, env=None):
        """Runs an interactive shell on a terminal with these lines as its input."""
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.work)
            os.execvpe(shell[0], shell, self.env | (env or {}))
        for line in (*lines, "exit"):
            os.write(terminal, line.encode() + b"\r")
        try:
            while os.read(terminal, 4096):
                pass
        except OSError:  # the terminal's other end is closed
            pass
        os.close(terminal)
        os.waitpid(child, 0)


def where(line, home):
    return line.get("text", line.get("location", {}).get("text")).replace(f"{home.top}/", "~/").replace(f"{home.top.parent}/", "/")
