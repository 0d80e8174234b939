"""Cargo homes with credentials at all places that a logout clears; what each file may be while, and when, that is done.

A World knows its files as Documents: the text with what goes, and with what stays. Every secret in it is told apart.
"""

import functools
import itertools
import os
import re
import shutil
import stat
import subprocess
import tomllib

import inject

PAGE = 4096
REMOVED = "has been removed"
INDEX = "https://example.com/"


class Cut:
    """A piece of text that goes; `key` is the credential that is no longer there then."""

    def __init__(self, text, *key):
        self.text = text
        self.key = key

    def blank(self):
        return re.sub(r"[^\r\n]", " ", self.text)


class Document:
    """Pieces of text: a str stays, a Cut goes. A text that is moved changes all at once, else pair by pair."""

    def __init__(self, *pieces):
        self.cuts = [piece for piece in pieces if isinstance(piece, Cut)]
        self.old = "".join(piece.text if isinstance(piece, Cut) else piece for piece in pieces)
        first = self.old.index(self.cuts[0].text) if self.cuts else 0
        self.moved = first // PAGE == (len(self.old) - 1) // PAGE
        if self.moved:
            self.new = "".join(piece for piece in pieces if isinstance(piece, str))
            padding = "\n" * (len(self.old) - len(self.new))
            self.states = {self.old, self.new, self.new + padding}
        else:
            self.new = "".join(piece.blank() if isinstance(piece, Cut) else piece for piece in pieces)
            at, pattern = 0, ""
            for piece in pieces:
                text = piece if isinstance(piece, str) else piece.text
                pattern += re.escape(piece) if isinstance(piece, str) else self._states(piece, at)
                at += len(text)
            self.pattern = re.compile(pattern + "\n*")

    def _states(self, cut, at):
        """In one page: there or blank. Across a border: the value, the key, then the rest becomes blank.

        What is in the last page is moved where a run was stopped that had only this left to do.
        """
        states = [re.escape(cut.text), re.escape(cut.blank())]
        if at // PAGE == (len(self.old) - 1) // PAGE:
            states.append("")
        line = re.fullmatch(r"(.*?=\s*[\"'])(.*)([\"'].*\n)", cut.text)
        if line and at // PAGE != (at + len(cut.text) - 1) // PAGE:
            key, value, end = line.groups()
            spoilt = "".join(f"[ {re.escape(byte)}]" for byte in value)
            rest = "".join(f"[ {re.escape(byte)}]" for byte in key[1:] + " " * len(value) + end[:-1])
            states += [f"{re.escape(key)}{spoilt}{re.escape(end)}", f"[# ]{rest}\n"]
        return "(?:" + "|".join(states) + ")"

    @functools.lru_cache(maxsize=64)
    def allows(self, text):
        return text in self.states if self.moved else self.pattern.fullmatch(text) is not None

    @functools.lru_cache(maxsize=64)
    def gone(self, text):
        """None of the pairs is in it; fails where it is no TOML."""
        values = tomllib.loads(text)
        return not any(_get(values, cut.key) for cut in self.cuts if cut.key)


def _get(values, key):
    for part in key:
        values = values.get(part, {})
    return values


def secret(name):
    return f"S3CRET-of-{name}"


def kept(name):
    return f'[registries.{name}] # {name}\ntoken = "{secret(name)}"\n'


def pair(name, key="token", quote='"', end="\n"):
    text = f"{key} = {quote}{secret(name)}-{key}{quote}{end}"
    if key == "secret-key-subject":
        return Cut(text)  # goes with the key, but is no credential: one that is left alone stays, as with cargo
    return Cut(text, *(("registry",) if name == "crates-io" else ("registries", name)), key)


PROVIDER = """#!/bin/sh
# A credential provider that keeps its token in the file $0.store; it writes what it was given to $0.given.
if [ "$1" = --list ]; then
    [ ! -s "$0.store" ] || echo '{"url":"sparse+https://example.com/me/","label":"cargo-registry:me","locked":false}' || exit
    echo '{"state":"listed"}'
    exit
fi
{ echo "$0" "$@"; set; echo /proc/$$/fd/*; } >>"$0.given"
echo '{"v":[1]}' || exit
read -r request || exit
case $request in
*'"kind":"logout"'*) answer='{"Ok":{"kind":"logout"}}' ;;
*'"kind":"get"'*) answer='{"Ok":{"kind":"get","token":"S3CRET-of-provider","cache":"never","operation_independent":true}}' ;;
*) answer='{"Err":{"kind":"operation-not-supported"}}' ;;
esac
[ -s "$0.store" ] || answer='{"Err":{"kind":"not-found"}}'
case $request in *'"kind":"logout"'*) : >"$0.store" ;; esac
echo "$answer"
"""

REVOKER = """#!/bin/sh
# Revokes the token: the file $0.store is the server, where it is valid or not.
{ echo "$0" "$@"; set; echo /proc/$$/fd/*; } >"$0.given"
read -r request || exit 1
verdict=already-invalid status=403
[ ! -s "$0.store" ] || verdict=revoked-unchecked status=204
: >"$0.store"
printf '{"id":0,"verdict":"%s","invalid":true,"url":"https://example.com/","status":%s}\\n' $verdict $status
"""


class World:
    """`files` are {path: Document}; `provider` is the path of one, which has a token too."""

    def __init__(self, root, program, *options):
        self.root = root
        self.home = root / "home"
        self.home.mkdir(parents=True)
        self.options = options
        self.program = program
        self.files = {}
        self.modes = {}
        self.provider = None
        self.revokes = False
        self.env = {"HOME": str(root), "CARGO_HOME": str(self.home), "PATH": os.environ["PATH"], "LC_ALL": "C"}

    def add(self, path, *pieces, mode=0o644):
        self.files[path] = Document(*pieces)
        self.modes[path] = mode
        path.parent.mkdir(exist_ok=True)

    def add_provider(self, path, text=PROVIDER):
        path.write_text(text)
        path.chmod(0o755)
        self.provider = path
        self.store = path.with_name(path.name + ".store")
        self.given = path.with_name(path.name + ".given")

    def command(self, *options):
        return [str(self.program), *self.options, *options]

    def run(self, **more):
        env = self.env | more
        given = {"cwd": self.root, "env": env, "stdin": subprocess.DEVNULL, "capture_output": True, "text": True}
        return subprocess.run(self.command(), timeout=inject.TIME_LIMIT, check=False, **given)

    def injected(self, injector, *arguments, **more):
        """Resets the files, and runs the program with a fault."""
        self.reset()
        return injector.run(self.command(), *arguments, env=self.env, cwd=self.root, **more)

    def reset(self):
        for path, document in self.files.items():
            if not path.exists() or path.read_text() != document.old:
                path.write_text(document.old)
            path.chmod(self.modes[path])
        if self.provider:
            self.store.write_text("S3CRET-of-provider\n")
            self.given.write_text("")

    def texts(self):
        return {path: path.read_text() for path in self.files}

    def state(self):
        """Everything that a run can leave behind."""
        modes = tuple(stat.S_IMODE(path.stat().st_mode) for path in self.files)
        held = (self.store.read_text(),) if self.provider else ()
        return (*self.texts().values(), *modes, *held)

    def names(self):
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*"))

    def gone(self):
        """All credentials that the logout is to remove are gone."""
        files = all(document.gone(path.read_text()) for path, document in self.files.items())
        return files and not (self.provider and self.store.read_text())


def config(*names, more=""):
    return more + "".join(f'[registries.{name}]\nindex = "sparse+{INDEX}{name}/"\n' for name in names)


def alone(root, program):
    """A copy of the program that finds no helper beside it."""
    (root / "bin").mkdir(parents=True)
    return shutil.copy(program, root / "bin/cargo-logout")


def small(root, program):
    world = World(root, program, "--registry", "me")
    world.add(world.home / "config.toml", config("me"))
    pieces = kept("a"), "# mine\n[registries.me]\n", pair("me"), "index = 'kept'\n", kept("z")
    world.add(world.home / "credentials.toml", *pieces)
    return world


def large(root, program, shift=0):
    """Nothing can move, so the pair becomes blanks; `shift` puts a page border into it."""
    world = World(root, program, "--registry", "me")
    world.add(world.home / "config.toml", config("me"))
    head = "".join(kept(f"a-{i}") for i in range(60)) + "[registries.me]\n"
    if shift:
        head = "#" + "=" * (-(len(head) + 2 + shift) % PAGE) + "\n" + head
    world.add(world.home / "credentials.toml", head, pair("me"), *(kept(f"z-{i}") for i in range(60)))
    return world


def crossing(root, program):
    return large(root, program, shift=20)


def everywhere(root, program, *options):
    """A token in each layer, and in a file that is included; a secret-key, an inline table, the older name."""
    world = World(root, program, "--registry", "me", "--everywhere", *options)
    home = world.home
    world.add(home / "config.toml", "include = ['more.toml', {path = 'rest.toml', optional = true}]\n" + config("me"), pair("me"), "# last\n")
    world.add(home / "more.toml", kept("b"), "[registries.me]\n", pair("me", quote="'"))
    world.add(home / "rest.toml", "# the rest\n", Cut(f"registries.me.token = '{secret('me')}'\n", "registries", "me", "token"))
    world.add(root / ".cargo/config.toml", "[registries.me] # here too\n", pair("me"), "[term]\nverbose = false\n")
    table = Cut(f", token = '{secret('me')}-inline'", "registries", "me", "token")
    world.add(home / "credentials", "[registries]\nme = {index = 'kept'", table, "}\n", mode=0o600)
    pairs = pair("me"), pair("me", "secret-key"), pair("me", "secret-key-subject")
    world.add(home / "credentials.toml", kept("a"), "[registries.me]\n", *pairs, kept("z"), mode=0o600)
    return world


def json(root, program):
    return everywhere(root, program, "--message-format", "json")


def all_registries(root, program):
    """Some pages, so that they go page by page; some pairs lie across a border, some registries are no longer known."""
    world = World(root, alone(root, program), "--all")
    world.add(world.home / "config.toml", config("r-0", "r-1", "me"), "[registry]\n", "default = 'me'\n")
    tables = ([f"[registries.r-{i}]\n", pair(f"r-{i}"), f"other = '{i}'\n"] for i in range(140))
    pieces = "# all\n[registry]\n", pair("crates-io"), "[other]\ntoken = 'kept'\n"
    world.add(world.home / "credentials.toml", *pieces, *itertools.chain(*tables))
    return world


def plugin(root, program):
    world = World(root, program, "--registry", "me")
    world.add_provider(root / "provider")
    chain = f"[registry]\nglobal-credential-providers = ['cargo:token', '{world.provider} with arguments']\n"
    world.add(world.home / "config.toml", config("me", more=chain))
    world.add(world.home / "credentials.toml", kept("a"), "[registries.me]\n", pair("me"))
    return world


def keyring(root, program):
    """The Secret Service's helper, which is looked for beside the program, is ours here; it is run twice."""
    world = World(root, alone(root, program), "--all")
    world.add_provider(root / "bin/cargo-credential-libsecret")
    world.env["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nonexistent"  # there could be a keyring
    chain = "[registry]\nglobal-credential-providers = ['cargo:token', 'cargo:libsecret']\n"
    world.add(world.home / "config.toml", config("me", more=chain))
    world.add(world.home / "credentials.toml", "[registries.me]\n", pair("me"))
    return world


def revoke(root, program):
    """The helper that talks with the server is ours, too."""
    world = World(root, alone(root, program), "--registry", "me", "--revoke")
    world.add_provider(root / "bin/cargo-logout-revoke", REVOKER)
    world.revokes = True
    world.add(world.home / "config.toml", config("me"))
    world.add(world.home / "credentials.toml", kept("a"), "[registries.me]\n", pair("me"), kept("z"))
    return world


SCENARIOS = {
    "small": small,
    "large": large,
    "crossing": crossing,
    "everywhere": everywhere,
    "json": json,
    "all": all_registries,
    "plugin": plugin,
    "keyring": keyring,
    "revoke": revoke,
}
