"""A cargo home with a project, credential providers and a registry, in which the real cargo and cargo-logout run. Every secret of a test begins with
S3CRET, so that output with a secret is noticed. In texts of files, $INDEX is the URL before an index's name, $BIN the directory of the providers, and
$TOP the directory of everything.
"""

import dataclasses
import os
import re
import shlex
import string
import subprocess

import schema

SECONDS = 60  # no step takes as long
SECRET = "S3CRET"

# cargo's provider protocol as a shell script. If it has a token, `get` returns it and `logout` removes it.
PROVIDER = """#!/bin/sh
echo '{"v":[1]}'
read -r request
echo "${0##*/}" >>"$TOP/asked"
case $request in
*'"kind":"get"'*)
    token=
    [ ! -e "$0.token" ] || read -r token <"$0.token"
    case $token in
    '') echo '{"Err":{"kind":"not-found"}}' ;;
    *) echo '{"Ok":{"kind":"get","token":"'$token'","cache":"never","operation_independent":true}}' ;;
    esac
    ;;
*) $LOGOUT ;;
esac
"""
REMOVED = """echo '{"Ok":{"kind":"logout"}}'"""
BEHAVIOURS = {
    "removes": f'if [ -s "$0.token" ]; then : >"$0.token"; {REMOVED}; else echo \'{{"Err":{{"kind":"not-found"}}}}\'; fi',
    "not-found": """echo '{"Err":{"kind":"not-found"}}'""",
    "url-not-supported": """echo '{"Err":{"kind":"url-not-supported"}}'""",
    "operation-not-supported": """echo '{"Err":{"kind":"operation-not-supported"}}'""",
    "fails": """echo '{"Err":{"kind":"other","message":"it broke","caused-by":["the fan is dirty"]}}'""",
    "dies": "exit 3",
    "dies-afterwards": f"{REMOVED}; exit 3",
    "babbles": "echo done",
    "lies": REMOVED,
    "gives": """echo '{"Err":{"kind":"operation-not-supported"}}'""",
}


@dataclasses.dataclass
class Run:
    status: int
    out: str
    err: str
    lines: list = None  # of JSON

    def credentials(self, **wanted):
        """The lines of credentials that have these values."""
        return [line for line in self.lines if line["reason"] == "credential" and wanted.items() <= line.items()]

    def places(self, result, usable=None):
        """(kind, where) of what has this result."""
        wanted = {"result": result} | ({"usable": usable} if usable else {})
        return [(line["kind"], where(line)) for line in self.credentials(**wanted)]


def powerless():
    """Words before a command that take the capabilities of root away, so that modes apply to it."""
    return ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"]


def where(line):
    return line["location"][schema.WHERE[line["location"]["type"]]]


class Machine:
    def __init__(self, top, program, cargo, registry):
        self.top, self.program, self.cargo_program, self.registry = top, program, cargo, registry
        self.home = top / "home/.cargo"
        self.env = {"HOME": str(top / "home"), "CARGO_HOME": str(self.home), "PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(top)}
        if "LSAN_OPTIONS" in os.environ:  # what a build with sanitizers is to know of the libraries
            self.env["LSAN_OPTIONS"] = os.environ["LSAN_OPTIONS"]
        for directory in ("home/.cargo", "bin", "work/project"):
            (top / directory).mkdir(parents=True)
        self.names = {"TOP": str(top), "BIN": str(top / "bin"), "INDEX": f"sparse+{registry.url}"}

    def text(self, text):
        return string.Template(text).safe_substitute(self.names)

    def path(self, name):
        """`name` is relative to the cargo home or, with a leading slash, to the top."""
        return self.top / name[1:] if name.startswith("/") else self.home / name

    def write(self, files):
        """None as text removes a file."""
        for name, text in files.items():
            path = self.path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(self.text(text))
                path.chmod(0o700 if text.startswith("#!") else 0o600)

    def read(self, name):
        return self.path(name).read_text()

    def provider(self, behaviour, token=None, name=None):
        path = self.top / "bin" / (name or behaviour)
        text = PROVIDER.replace("$LOGOUT", BEHAVIOURS[behaviour]).replace("$TOP", str(self.top))
        path.write_text(text)
        path.chmod(0o755)
        if token:
            (self.top / "bin" / f"{path.name}.token").write_text(f"{token}\n")

    def providers(self, *behaviours):
        """Each has a token, S3CRET-behaviour."""
        for behaviour in behaviours:
            self.provider(behaviour, f"{SECRET}-{behaviour}")

    def asked(self):
        """The names of the providers that were run, in order, since the last call."""
        path = self.top / "asked"
        names = path.read_text().split() if path.exists() else []
        path.unlink(missing_ok=True)
        return names

    def tree(self):
        """The state of all files, so that every change is noticed, except of access times."""
        found = {}
        for directory, _, names in os.walk(self.top):
            for path in [directory, *(os.path.join(directory, name) for name in names)]:
                status = os.lstat(path)
                found[path] = (status.st_mode, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
        return found

    def secrets_on_disk(self):
        """The files of the cargo home and the project with a secret in them, by name."""
        found = []
        for top in (self.home, self.top / "work"):
            found += [path.name for path in top.rglob("*") if path.is_file() and SECRET in path.read_text()]
        return sorted(found)

    def run(self, *command, env=None):
        return subprocess.run(
            command, cwd=self.top / "work/project", env=self.env | (env or {}), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=SECONDS, start_new_session=True, check=False,
        )  # fmt: skip

    def cargo(self, *arguments):
        done = self.run(self.cargo_program, *arguments)
        return Run(done.returncode, done.stdout, done.stderr)

    def sends(self, registry="corp", arguments=()):
        """The token that the real cargo sends when a version is yanked; None: it has none."""
        self.registry.authorizations.clear()
        name = f"{self.names['INDEX']}/{registry}/"
        env = {"__CARGO_TEST_CRATES_IO_URL_DO_NOT_USE_THIS": name} if registry == "crates-io" else {}
        done = self.run(self.cargo_program, "yank", "--registry", registry, *arguments, "foo@1.0.0", env=env)
        (self.top / "asked").unlink(missing_ok=True)
        sent = self.registry.authorizations
        assert (done.returncode == 0) == bool(sent), done.stderr
        return sent[0] if sent else None

    def logout(self, *arguments, json=True, before=()):
        """Runs cargo-logout, and checks that it prints no secret, keeps its promises, and reports what is still usable."""
        words = [*arguments, "--message-format", "json"] if json else arguments
        env = {"ASAN_OPTIONS": "detect_leaks=0"} if before else None  # a traced process cannot look for leaks
        done = self.run(*before, self.program, *words, env=env)
        result = Run(done.returncode, done.stdout, done.stderr)
        assert SECRET not in result.out + result.err
        assert result.status in (0, 2, 101), result.err
        assert (result.status == 101) == ("error: " in result.err), result.err
        if json:
            result.lines = schema.check(result.out, result.status)
            self.all_is_reported(result, arguments)
        return result

    @staticmethod
    def all_is_reported(result, arguments):
        """What cargo can still use is reported even with -q or after an error."""
        if "--status" in arguments:
            return
        for line in result.credentials():
            planned = {"-n", "--dry-run"} & set(arguments) and line["plan"] in ("remove", "ask")
            if line["usable"] != "no" and not planned:
                assert line["location"]["text"] in result.err or line["result"] == "not-checked", result.err
                if line["result"] == "pending" and "fix" in line:
                    assert line["fix"] in map(shlex.split, re.findall("run `([^`]*)`", result.err))
