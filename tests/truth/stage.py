"""A world of the truth test: files, variables and providers, one logout in it, and what the real cargo sends afterwards.

In texts, $TOP is the directory of everything, $PORT that of the registries. A token is T and a number, and is in one place only;
what a provider gives is P-NAME-INDEX, or S-NAME.
"""

import dataclasses
import json
import os
import re
import shutil
import string
import subprocess

import oracle

SECONDS = 60

# cargo's provider protocol. A provider that forgets marks the index; each index has a token of its own.
PROVIDER = r"""#!/bin/sh
[ "$1" = --cargo-plugin ] || { echo "S-${0##*/}"; exit; }
echo '{"v":[1]}'
read -r request
index=$(echo "$request" | sed 's|.*"index-url":"\([^"]*\)".*|\1|; s|/$||; s|.*/||')
give() { echo '{"Ok":{"kind":"get","token":"P-'"${0##*/}-$index"'","cache":"never","operation_independent":true}}'; }
err() { echo '{"Err":{"kind":"'"$1"'"}}'; }
case $request in
*'"kind":"get"'*'"read"'*) [ ! -e "$0.gone.$index" ] || { err not-found; exit; }; $READ ;;
*'"kind":"get"'*) [ ! -e "$0.gone.$index" ] || { err not-found; exit; }; $GET ;;
*) $LOGOUT ;;
esac
"""
OK = """echo '{"Ok":{"kind":"logout"}}'"""
FAIL = """echo '{"Err":{"kind":"other","message":"it broke"}}'"""
TEMPERS = {  # logout, get, get for `read` if it differs
    "honest": (f': >"$0.gone.$index"; {OK}', "give"),
    "forgets-and-fails": (f': >"$0.gone.$index"; {FAIL}', "give"),
    "liar": (OK, "give"),
    "liar-to-readers": (OK, "give", "err operation-not-supported"),
    "denies": ("err not-found", "give"),
    "fails": (FAIL, "give"),
    "dies": ("exit 3", "give"),
    "url-not-supported": ("err url-not-supported", "give"),
    "operation-not-supported": ("err operation-not-supported", "give"),
    "empty": ("err not-found", "err not-found"),
    "not-mine": ("err url-not-supported", "err url-not-supported"),
    "locked": (OK, FAIL),
}


@dataclasses.dataclass
class World:
    files: dict  # path below $TOP: text
    names: list  # of the registries, as cargo is asked for them
    command: list  # the logout's arguments
    links: dict = dataclasses.field(default_factory=dict)
    env: dict = dataclasses.field(default_factory=dict)
    config: list = dataclasses.field(default_factory=list)  # the values of --config
    programs: dict = dataclasses.field(default_factory=dict)  # name: temper
    home: str = "h/.cargo"
    cwd: str = "h/w/p"
    default: str = "crates-io"  # whom a logout without --registry is about

    def shown(self):
        return "\n".join(f"  {key}={value!r}," for key, value in dataclasses.asdict(self).items())


class Stage:
    """Where worlds are built, one after the other."""

    def __init__(self, top, program, servers):
        self.top, self.program, self.servers = str(top), program, servers
        self.sent_tokens = self.quiet_runs = 0

    def text(self, text):
        return string.Template(text).safe_substitute(TOP=self.top, PORT=self.servers.port)

    def build(self, world):
        shutil.rmtree(self.top, ignore_errors=True)
        for path, target in world.links.items():
            os.makedirs(self.text(target), exist_ok=True)
            os.makedirs(os.path.dirname(f"{self.top}/{path}"), exist_ok=True)
            os.symlink(self.text(target), f"{self.top}/{path}")
        for directory in ("bin", "else", "h", world.cwd, world.home):
            os.makedirs(f"{self.top}/{directory}", exist_ok=True)
        for path, text in world.files.items():
            os.makedirs(os.path.dirname(f"{self.top}/{path}"), exist_ok=True)
            with open(f"{self.top}/{path}", "w", encoding="utf-8") as file:
                file.write(self.text(text))
        for name, temper in world.programs.items():
            logout, get, *read = TEMPERS[temper]
            text = PROVIDER.replace("$READ", (read or [get])[0]).replace("$GET", get).replace("$LOGOUT", logout)
            with open(f"{self.top}/bin/{name}", "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(f"{self.top}/bin/{name}", 0o755)
        self.env = {
            "HOME": f"{self.top}/h", "CARGO_HOME": f"{self.top}/{world.home}", "PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": self.top,
            "CARGO_HTTP_PROXY": self.servers.proxy, "CARGO_HTTP_CAINFO": str(self.servers.ca), "CARGO_NET_RETRY": "0",
            "no_proxy": "127.0.0.1",
        } | {name: self.text(value) for name, value in world.env.items()}  # fmt: skip
        self.words = [word for value in world.config for word in ("--config", self.text(value))]

    def run(self, program, *arguments, cwd, env=None):
        return subprocess.run(
            [program, *arguments], cwd=f"{self.top}/{cwd}", env=self.env | (env or {}), stdin=subprocess.DEVNULL, capture_output=True,
            text=True, errors="replace", timeout=SECONDS, check=False,
        )  # fmt: skip

    def sends(self, name, cwd, words):
        """(the index that the name leads to, the token that cargo sends there); None for each that there is not."""
        self.servers.asked.clear()
        self.run(oracle.cargo_path(), "owner", "--list", "demo", "--registry", name, *words, cwd=cwd, env=oracle.AS_RELEASE)
        asked = list(self.servers.asked)
        return next((index for index, _ in asked), None), next((token for _, token in asked if token), None)

    def texts(self, world):
        """The files of the world that exist, by real path."""
        found = {}
        for path in world.files:
            real = os.path.realpath(f"{self.top}/{path}")
            with open(real, encoding="utf-8") as file:
                found[real] = file.read()
        return found

    def place(self, world, texts, token):
        """Where a token is, as (type, what)."""
        for path, text in texts.items():
            for number, line in enumerate(text.splitlines(), 1):
                if f'"{token}"' in line:
                    return "file", (path, number)
        for name, value in world.env.items():
            if value == token:
                return "variable", name
        if token.startswith("S-"):
            return "provider", "cargo:token-from-stdout"
        return "provider", f"{self.top}/bin/{token.split('-')[1]}"

    def logout(self, world, *more):
        done = self.run(self.program, *world.command, *self.words, *more, "--message-format", "json", cwd=world.cwd)
        assert done.returncode in (0, 2, 101), f"exit status {done.returncode}"
        rows = [line for line in map(json.loads, done.stdout.splitlines()) if line["reason"] == "credential"]
        return done, rows

    def is_reported(self, world, texts, token, done, rows):
        kind, what = self.place(world, texts, token)
        for row in rows:
            at = row["location"]
            here = {
                "file": lambda at: (os.path.realpath(at["path"]), at.get("line")),
                "variable": lambda at: at["name"],
                "provider": lambda at: at["program"],
                "keyring": lambda at: None,
            }[at["type"]](at)
            if at["type"] == kind and here == what and row["usable"] != "no" and at["text"] in done.stderr:
                return True
        return False

    def lost(self, world, before, after, asked):
        """The tokens in files that this logout is not about, and that are gone."""
        everywhere, every = "--everywhere" in world.command, "--all" in world.command
        for path, text in before.items():
            for token, name in owners(text):
                credentials = "credentials" in os.path.basename(path)
                ours = every or name == asked or (asked == "crates-io" and name is None)
                if token not in after[path] and not (ours and (credentials or everywhere)):
                    yield token

    def check(self, world):
        """What is wrong, or None."""
        self.build(world)
        asked = world.command[world.command.index("--registry") + 1] if "--registry" in world.command else world.default
        before = self.texts(world)
        done, rows = self.logout(world)
        output = f"exit status {done.returncode}\n{done.stderr}{done.stdout}"
        after = self.texts(world)
        lost = list(self.lost(world, before, after, asked))
        if lost:
            return f"{lost} should have stayed; {output}"
        if not self.has_any(world, after):
            return None
        sent, scope = [], set()
        for name in world.names:
            for cwd, words in ((world.cwd, self.words), ("else", [])):
                index, token = self.sends(name, cwd, words)
                if "--all" in world.command or name == asked:
                    scope.add(index)
                if token:
                    sent.append((index, token, name, cwd))
        still = [each for each in sent if "--all" in world.command or each[0] in scope]
        self.sent_tokens += len(still)
        self.quiet_runs += done.returncode == 0
        for _, token, name, cwd in still:
            if done.returncode == 0 and not self.is_reported(world, before, token, done, rows):
                return f"cargo sends {token} ({name}, in {cwd}), which was not reported; {output}"
        if still:
            strict, _ = self.logout(world, "--strict")
            if strict.returncode == 0:
                return f"cargo sends {still}, and --strict exits with 0; {strict.stderr}{strict.stdout}"
        return None

    def has_any(self, world, texts):
        """Whether there is anything that cargo might send."""
        text = " ".join([*texts.values(), *world.env.values()])
        gives = any("give" in TEMPERS[temper] for temper in world.programs.values())
        return bool(gives or re.search(r"\bT[0-9]+\b", text))


def owners(text):
    """(token, registry) of each line `registries.NAME.token = "T1"`, as generate.py writes them; None: it has no name."""
    table = []
    for line in text.splitlines():
        if line.startswith("["):
            table = re.findall(r'"[^"]*"|[^.\[\]]+', line.strip())
        found = re.match(r'(.*?)\s*=\s*"(T[0-9]+)"', line)
        if found:
            path = [part.strip('" ') for part in [*table, *re.findall(r'"[^"]*"|[^.]+', found[1])]]
            yield found[2], path[1] if path[0] == "registries" else None
