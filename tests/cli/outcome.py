"""The end of a logout, taken apart: what is told as removed, what is still in force, and the credentials files."""

import dataclasses
import json
import os.path
import re

import compare
from world import CARGO_HOME, Dir, File, HardLink, Link, Node

CONFIG_FILES = ("proj/.cargo/config", "proj/.cargo/config.toml", f"{CARGO_HOME}/config", f"{CARGO_HOME}/config.toml")
KEYS = ("token", "secret-key", "secret-key-subject")
_LOGOUT = rb"(?P<paint>\x1b\[1m\x1b\[92m)? {6}Logout(?:\x1b\[0m)? "
_NOTE = rb"note: This does not revoke the token on the registry server\.\n    If you need to revoke the token, visit .*\n"
_REMOVED = re.compile(_LOGOUT + rb"token for `(?P<name>.*)` has been removed from local storage\n" + _NOTE + rb"\Z")
_NOT_LOGGED_IN = re.compile(_LOGOUT + rb"not currently logged in to `(?P<name>.*)`\n\Z")


@dataclasses.dataclass(frozen=True)
class Outcome:
    result: object  # what it was taken from
    before: bytes  # of stderr: what was said before the end
    name: str  # of the registry
    removed: tuple  # "token", "secret-key"
    remaining: tuple  # (kind, place, cure)
    tree: dict
    quiet: bool
    painted: bool


def outcome_of(result, loud=None):
    """The outcome that a result tells; None if it tells none. `loud` is what the same run without -q gave, which tells of what."""
    told = loud or result
    found = _REMOVED.search(told.stderr) or _NOT_LOGGED_IN.search(told.stderr)
    if result.status != 0 or not found:
        return None
    before = re.sub(_NOTE + rb"\Z", b"", result.stderr) if loud else result.stderr[: found.start()]
    return Outcome(
        result=result,
        before=before,
        name=found["name"].decode(),
        removed=("token",) if found.re is _REMOVED else (),
        remaining=(),
        tree=result.tree,
        quiet=loud is not None,
        painted=found["paint"] is not None,
    )


def _status(outcome, text):
    left, right = ("\x1b[1m\x1b[92m", "\x1b[0m") if outcome.painted else ("", "")
    return f"{left}      Logout{right} {text}\n"


def _warning(outcome, kind, place, cure):
    plain = f"warning: a {kind} for `{outcome.name}` is still in force: {place}\n  |\n  = help: {cure}\n"
    if not outcome.painted:
        return plain
    bar, equals, word = "\x1b[1m\x1b[94m|\x1b[0m", "\x1b[1m\x1b[94m= \x1b[0m", "\x1b[1mhelp\x1b[0m"
    return plain.replace("warning", "\x1b[1m\x1b[33mwarning\x1b[0m", 1).replace("\n  |\n  = help", f"\n  {bar}\n  {equals}{word}")


def result_of(outcome):
    """What a run with this outcome prints and leaves. Quiet is as cargo has it: the note alone."""
    where = "<https://crates.io/me>" if outcome.name == "crates-io" else f"the `{outcome.name}` website"
    note = f"note: This does not revoke the token on the registry server.\n    If you need to revoke the token, visit {where} and follow the instructions there.\n"
    text = "".join(_status(outcome, f"{kind} for `{outcome.name}` has been removed from local storage") for kind in outcome.removed)
    text = (text if not outcome.quiet else "") + (note if outcome.removed else "")
    if not outcome.quiet:
        text += "".join(_warning(outcome, *what) for what in outcome.remaining)
        if not outcome.removed and not outcome.remaining:
            text = _status(outcome, f"not currently logged in to `{outcome.name}`")
    return dataclasses.replace(outcome.result, stderr=outcome.before + text.encode(), tree=outcome.tree)


def home_of(world):
    """The cargo home's path in the world; None if it is not told in a plain way."""
    given = world.env.get("CARGO_HOME") or "{ROOT}/" + CARGO_HOME
    return given.removeprefix("{ROOT}/") if isinstance(given, str) and given.startswith("{ROOT}/") else None


def _follow(world, path):
    """The path with the links in it followed."""
    parts = path.split("/")
    for count in range(1, len(parts) + 1):
        what = world.files.get("/".join(parts[:count]))
        if isinstance(what, HardLink):
            return _follow(world, what.target)
        if isinstance(what, Link):
            absolute = what.target if what.target.startswith("{ROOT}/") else "/".join(["{ROOT}", *parts[: count - 1], what.target])
            return "/".join([os.path.normpath(absolute).removeprefix("{ROOT}/"), *parts[count:]])
    return path


def _can_read(world, path):
    """Whether the modes on the way let the file be read, by one who is not almighty."""
    parts = path.split("/")
    for count in range(1, len(parts)):
        what = world.files.get("/".join(parts[:count]))
        if isinstance(what, Dir) and not what.mode & 0o100:
            return False
    what = world.files[path]
    return not isinstance(what, File) or what.mode & 0o400 != 0


def _real(world, path):
    """The path of the file behind links; None if it is not in the world or cannot be read."""
    for _ in range(8):
        path = _follow(world, path)
    if not isinstance(world.files.get(path), (File, str, bytes)):
        return None
    return path if not world.powerless or _can_read(world, path) else None


def text_of(world, path):
    what = world.files[path]
    text = what.text if isinstance(what, File) else what
    return text if isinstance(text, bytes) else text.encode()


def _value(text):
    try:
        return compare.toml_value(text)
    except compare.NotToml:
        return {}


def value_of(world, path):
    """The value of one file of the world; empty if it is not there or cannot be read."""
    real = _real(world, path)
    return _value(text_of(world, real)) if real else {}


def table_of(value, name):
    """The table of a registry in a value; empty if there is none."""
    for part in ("registry",) if name == "crates-io" else ("registries", name):
        value = value.get(part) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def credentials_files(world):
    """Real paths of the credentials files that are there, cargo's first choice first."""
    home = home_of(world)
    paths = [f"{home}/credentials", f"{home}/credentials.toml"] if home else []
    return list(dict.fromkeys(real for path in paths if (real := _real(world, path))))


def stored(world, name):
    """For each credentials file that has something of this registry, which of the KEYS."""
    found = {}
    for path in credentials_files(world):
        value = value_of(world, path)
        keys = {key for key in KEYS if key in table_of(value, name)}
        if name == "crates-io" and isinstance(value.get("token"), str):
            keys.add("token")
        if keys:
            found[path] = keys
    return found


def _toml(value):
    """A value as TOML: only for comparing."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)


def _without(value, name):
    """The value as TOML without what a logout of this registry removes."""
    table = table_of(value, name)
    for key in KEYS:
        table.pop(key, None)
    if name == "crates-io" and isinstance(value.get("token"), str):
        value.pop("token")
    return "".join(f"{json.dumps(key)} = {_toml(inner)}\n" for key, inner in value.items()).encode()


def removed_by_name(world, outcome):
    """The outcome if all that the credentials files hold under this name is removed, and nothing else is touched."""
    found = stored(world, outcome.name)
    tree = dict(outcome.tree)
    kinds = []
    for path in credentials_files(world):
        what = world.files[path]
        if path in found:
            kinds.append("token" if "token" in found[path] else "secret-key")
            tree[path] = Node("file", 0o600, _without(value_of(world, path), outcome.name))
        else:
            tree[path] = Node("file", what.mode if isinstance(what, File) else 0o644, text_of(world, path))
    for path, what in world.files.items():
        if isinstance(what, HardLink) and what.target in tree:
            tree[path] = tree[what.target]
    return dataclasses.replace(outcome, removed=tuple(dict.fromkeys(kinds)), tree=tree)


def _line_of(text, name, key):
    """The line that gives this registry this key."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines, 1):
        if key.encode() in line and key not in table_of(_value(b"".join(lines[: number - 1] + lines[number:])), name):
            return number
    return 0


def _configs(world):
    """Config files, strongest first: those of --config, the project's, the home's, what the home includes. (path, as it is shown)"""
    given = [
        value if value.startswith("{ROOT}/") else f"{{ROOT}}/{world.cwd}/{value}"
        for option, value in zip(world.args, world.args[1:])
        if option == "--config"
    ]
    others = [f"{{ROOT}}/{path}" for path in (*CONFIG_FILES, f"{CARGO_HOME}/inc.toml", f"{CARGO_HOME}/a.toml")]
    paths = [(os.path.normpath(shown).removeprefix("{ROOT}/"), shown) for shown in (*reversed(given), *others)]
    return [(path, shown) for path, shown in paths if _real(world, path)]


def in_force(world, name):
    """(kind, place, cure) of each credential that a logout cannot take away: from the environment, and from the config."""
    found = []
    prefix = "CARGO_REGISTRY_" if name == "crates-io" else f"CARGO_REGISTRIES_{name.upper().replace('-', '_')}_"
    for kind in ("token", "secret-key"):
        variable = prefix + kind.upper().replace("-", "_")
        if isinstance(world.env.get(variable), str):
            found.append((kind, f"environment variable `{variable}`", f"to end it, run `unset {variable}`"))
        for path, shown in _configs(world):
            if kind in table_of(value_of(world, path), name):
                line = _line_of(text_of(world, _real(world, path)), name, kind)
                found.append((kind, f"{shown}:{line}", "to end it, delete that line"))
                break
    return tuple(found)


def asked(world):
    """The name of the registry that a run is about, where it is told in a plain way."""
    for word, value in zip(world.args, (*world.args[1:], "")):
        if word == "--registry":
            return value
        if word.startswith("--registry="):
            return word.partition("=")[2]
        if word == "--config" and value.startswith("registry.default="):
            return value.partition("=")[2].strip("'\"")
    if "CARGO_REGISTRY_DEFAULT" in world.env:
        return world.env["CARGO_REGISTRY_DEFAULT"]
    for path, _ in _configs(world):
        default = table_of(value_of(world, path), "crates-io").get("default")
        if isinstance(default, str):
            return default
    return "crates-io"


def _indexes_apart(text, own):
    """A config file's text in which each registry but `own` has a good index that no other has."""
    name, lines = None, []
    for number, line in enumerate(text.splitlines(keepends=True)):
        header = re.match(r"\s*\[\s*registries\s*(?:\.\s*(.*?)\s*)?\]\s*$", line)
        if header:
            name = (header[1] or "").strip("'\"")
        elif line.lstrip().startswith("["):
            name = None
        if name == "" and re.match(r"\w+\s*=\s*['\"\d]", line):
            continue  # a registry that is no table
        is_index = re.match(r"\s*index\s*=\s*['\"]?(file:(?!/))?", line)
        if is_index and name and (name != own or is_index[1]):
            line = f"index = 'https://cured.invalid/{name}/{number}'\n"
        lines.append(line)
    return "".join(lines)


def with_indexes_apart(world, name):
    """The world with a good index of its own for each registry but `name`, whose index stays, but comes from --config."""
    files, env, words = dict(world.files), dict(world.env), list(world.args)
    for path, what in world.files.items():
        text = what.text if isinstance(what, File) else what
        if isinstance(text, str) and path not in credentials_files(world):
            apart = _indexes_apart(text, name)
            files[path] = dataclasses.replace(what, text=apart) if isinstance(what, File) else apart
    own = f"CARGO_REGISTRIES_{name.upper().replace('-', '_')}_INDEX"
    index = env.pop(own, None)
    for number, variable in enumerate(env):
        if re.fullmatch(r"CARGO_REGISTRIES_.*_INDEX", variable):
            env[variable] = f"https://cured.invalid/variable/{number}"
    for number, word in enumerate(words):
        other = re.match(r"registries\.([^.]*)\.index\s*=", word)
        if other and other[1] != name and words[number - 1] == "--config":
            words[number] = f"{other[0]}'https://cured.invalid/option/{number}'"
    if index is not None:
        words = ["--config", f"registries.{json.dumps(name)}.index={json.dumps(index)}", *words]
    return dataclasses.replace(world, files=files, env=env, args=tuple(words))
