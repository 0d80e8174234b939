"""A user's home with tokens, and a repository that someone else wrote. Whatever the repository contains, a run keeps its promises."""

import hashlib
import os
import re
import shutil
import stat
import subprocess

import schema
from planted import spellings

SECONDS = 60
USER, ATTACKER = 54321, 54322
SECRETS = {  # of the home; no part of one is a word, or is in another
    "r": "Zq7XvK2mPw9RtY4sJh3",
    "crates-io": "cioBn5GcD8fWx1LkQz6Ue",
    "git": "gYp0oTa4NrVi9EbMj2CuH",
    "env": "Kf3SdA7hXl6IzOq1WnPg8",
    "other": "Vb2RmUe5JyTc0LwGs9DxN",
}
OWN = "Hx8QkFj1ZoYw4EaBt6MrC"  # in the repository
CONTROL = re.compile(r"[\0-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")

EVIL = '#!/bin/sh\nid -u >>"$TOP/ran"\necho \'{"v":[1]}\'\nread -r request\necho \'{"Err":{"kind":"not-found"}}\'\n'
TYPED = '#!/bin/sh\nprintf "%s\\n" "$0" "$@" >>"$TOP/typed"\n'


def is_shown(secret, text, length=6):
    parts = [secret[at : at + length] for at in range(len(secret) - length + 1)]
    return any(part in spelled for spelled in spellings(text) for part in parts)


class Victim:
    def __init__(self, top, program, registry, evil):
        self.top, self.program, self.registry, self.evil = top, os.path.abspath(program), registry, evil
        self.good_url, self.evil_url = registry.url, evil.url

    def put(self, path, text, mode=0o644):
        path = f"{self.top}/{path}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write((text if isinstance(text, bytes) else text.replace("$TOP", self.top).encode()))
        os.chmod(path, mode)

    def build(self, plant):
        """The home belongs to the user who runs the program. So does the repository, except for root, where it belongs to another user."""
        shutil.rmtree(self.top)
        os.mkdir(self.top)
        self.put("home/.cargo/config.toml", f'[registries.r]\nindex = "sparse+{self.good_url}/index/"\n')
        self.put("home/.cargo/credentials.toml", f'[registry]\ntoken = "{SECRETS["crates-io"]}"\n[registries.r]\ntoken = "{SECRETS["r"]}"\n', 0o600)
        self.put("home/.git-credentials", f"https://me:{SECRETS['git']}@github.com\n", 0o600)
        self.put("home/.other/other.toml", f'[registries.r]\ntoken = "{SECRETS["other"]}"\n[registry]\ntoken = "{SECRETS["other"]}"\n', 0o640)
        for name in ("cargo-logout", "sudo"):
            self.put(f"bin/{name}", TYPED, 0o755)
        os.makedirs(f"{self.top}/repo/.cargo")
        self.cwd = f"{self.top}/repo"
        plant(self)
        for directory, names, files in os.walk(self.top):
            mine = 0 if self.as_root else USER
            owner = ATTACKER if self.as_root and directory.startswith(f"{self.top}/repo") else mine
            for name in [".", *names, *files]:
                os.chown(f"{directory}/{name}", owner, owner, follow_symlinks=False)

    def state(self):
        """All files outside of the repository: what they are and contain."""
        found = {}
        for directory, names, files in os.walk(self.top):
            for name in [*names, *files]:
                path = f"{directory}/{name}"
                status = os.lstat(path)
                content = None
                if stat.S_ISREG(status.st_mode):
                    with open(path, "rb") as file:
                        content = hashlib.sha256(file.read()).hexdigest()
                found[path.removeprefix(self.top + "/")] = (status.st_mode, status.st_uid, status.st_ino, content)
        return found

    def run(self, words):
        env = {
            "HOME": f"{self.top}/home", "PATH": f"{self.top}/bin:/usr/bin:/bin", "CARGO_REGISTRIES_ENVY_TOKEN": SECRETS["env"],
            "https_proxy": "http://127.0.0.1:1", "no_proxy": "127.0.0.1", "COLUMNS": "80",
        }  # fmt: skip
        other = [] if self.as_root else ["setpriv", "--reuid", str(USER), "--regid", str(USER), "--clear-groups", "--"]
        return subprocess.run(
            [*other, self.program, *words], cwd=self.cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS,
            start_new_session=True, check=False,
        )  # fmt: skip

    def check(self, plant, words, as_root):
        """Returns what is wrong, or an empty text."""
        self.as_root = as_root
        self.build(plant)
        for server in (self.registry, self.evil):
            server.requests.clear()
        before = self.state()
        done = self.run(words)
        out, err = (text.decode() for text in (done.stdout, done.stderr))  # and it is UTF-8
        self.problems = []
        text = out + err
        self.need(done.returncode in (0, 2, 101), f"exit status {done.returncode}")
        for name, secret in [*SECRETS.items(), ("own", OWN)]:
            self.need(not is_shown(secret, text), f"the secret `{name}` is shown")
        bad = CONTROL.search(re.sub(r"\x1b\[(?!31m)[0-9;]*m", "", text))  # its own colors; 31 is the repository's
        self.need(not bad, f"{bad and bad.group()!r} is printed")
        self.need(not re.search(r"(?m)^\s*FORGED", text), "a line is forged")
        self.check_changes(words, before)
        self.check_requests(words)
        self.check_programs(words, text)
        self.check_fixes(schema.check(out, done.returncode) if "json" in words else [], err)
        return "; ".join(self.problems) and f"{' '.join(words)}: {'; '.join(self.problems)}\n{text[:3000]}"

    def need(self, truth, what):
        if not truth:
            self.problems.append(what)

    def check_changes(self, words, before):
        after = self.state()
        looks = {"-n", "--status"} & set(words)
        for path in before.keys() | after.keys():
            if before.get(path) == after.get(path) or path in ("ran", "typed"):
                continue
            credentials = path == "home/.cargo/credentials.toml" and not looks
            edited = path.startswith("repo/") and "--everywhere" in words and not looks
            same = before.get(path) and after.get(path) and before[path][:3] == after[path][:3]
            self.need(same and (credentials or edited), f"{path} has changed: {before.get(path)} {after.get(path)}")

    def check_requests(self, words):
        """Tokens of the home are sent only to their registry, and only with --revoke."""
        for secret in SECRETS.values():
            self.need(not any(secret in head for head in self.evil.requests), "the attacker has a token")
            to_registry = [head for head in self.registry.requests if secret in head]
            self.need(not to_registry or (secret == SECRETS["r"] and "--revoke" in words), "the registry has another token")
        revokes = "--revoke" in words and not {"-n", "--status"} & set(words)
        self.need(revokes or not self.evil.requests + self.registry.requests, "requests without --revoke")

    def check_programs(self, words, text):
        if os.path.exists(f"{self.top}/ran"):
            asks = "--check" in words or not {"-n", "--status"} & set(words)
            self.need(not self.as_root and asks, "the attacker's program has run")
            self.need("evil" in text, "a program has run unannounced")
        self.need(not os.path.exists(f"{self.top}/pwned"), "pwned")

    def check_fixes(self, lines, err):
        """A shell runs the fix with another cargo-logout, which records its arguments."""
        fixes = [shown.replace("''", "'") for shown in re.findall(r"(?m)run `(.*)`", err)]
        wanted = [line["fix"] for line in lines if line.get("fix")]
        for fix in [*fixes, *({" ".join(map(quote, fix)) for fix in wanted})]:
            typed = f"{self.top}/typed"
            if os.path.exists(typed):
                os.unlink(typed)
            env = {"PATH": f"{self.top}/bin:/usr/bin:/bin"}
            done = subprocess.run(["sh", "-c", fix], env=env, cwd=self.top, stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False)
            self.need(not os.path.exists(f"{self.top}/pwned"), f"typed as it is shown, it does more: {fix!r}")
            self.need(done.returncode == 0 and not done.stderr, f"no command: {fix!r} {done.stderr!r}")
            if os.path.exists(typed):
                with open(typed, encoding="utf-8") as file:
                    called = file.read().splitlines()
                self.need("--registry" in called or "--all" in called, f"it is not about a registry: {fix!r}")
                self.need("--revoke" not in called, f"it revokes: {fix!r}")


def quote(word):
    return "'" + word.replace("'", "'\\''") + "'"


def fifo(victim, path):
    os.mkfifo(f"{victim.top}/{path}")
