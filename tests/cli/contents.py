"""Finds the credentials of a registry in a world's files and variables, without running a program."""

import json
import os

import compare
from world import CARGO_HOME, Dir, File, Link

KEYS = ("token", "secret-key", "secret-key-subject")


def home_of(world):
    """Returns the path of the cargo home in the world, or None if it cannot be read from the variables."""
    given = world.env.get("CARGO_HOME") or "{ROOT}/" + CARGO_HOME
    if not isinstance(given, str):
        return None
    path = given if given.startswith(("/", "{ROOT}")) else f"{{ROOT}}/{world.cwd}/{given}"
    return os.path.normpath(path.removeprefix("{ROOT}/")) if path.startswith("{ROOT}/") else None


def _follow(world, path):
    """The path with the links in it followed."""
    parts = path.split("/")
    for count in range(1, len(parts) + 1):
        what = world.files.get("/".join(parts[:count]))
        if isinstance(what, Link):
            absolute = what.target if what.target.startswith("{ROOT}/") else "/".join(["{ROOT}", *parts[: count - 1], what.target])
            return "/".join([os.path.normpath(absolute).removeprefix("{ROOT}/"), *parts[count:]])
    return path


def _can_read(world, path):
    """Returns whether the modes on the path allow a user without root's rights to read the file."""
    parts = path.split("/")
    for count in range(1, len(parts)):
        what = world.files.get("/".join(parts[:count]))
        if isinstance(what, Dir) and not what.mode & 0o100:
            return False
    what = world.files[path]
    return not isinstance(what, File) or what.mode & 0o400 != 0


def real(world, path):
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
    found = real(world, path)
    return _value(text_of(world, found)) if found else {}


def table_of(value, name):
    """The table of a registry in a value; empty if there is none."""
    for part in ("registry",) if name == "crates-io" else ("registries", name):
        value = value.get(part) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def credentials_paths(world):
    """The files in which cargo looks for credentials, in its order."""
    home = home_of(world)
    return [f"{home}/credentials", f"{home}/credentials.toml"] if home else []


def with_includes(world, path):
    """The path of a config file and of those it includes, in the order in which they are read."""
    found, pending = [], [path]
    while pending:
        path = pending.pop(0)
        value = value_of(world, path)
        if path in found or not real(world, path):
            continue
        found.append(path)
        included = value.get("include")
        beside = [entry.get("path") if isinstance(entry, dict) else entry for entry in included] if isinstance(included, list) else []
        pending[:0] = [os.path.normpath(f"{path.rpartition('/')[0]}/{name}") for name in beside if isinstance(name, str)]
    return found


def credentials_files(world):
    """Real paths of the credentials files that are there, and of what they include."""
    return list(dict.fromkeys(real(world, read) for path in credentials_paths(world) for read in with_includes(world, path)))


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
    return json.dumps(value) if isinstance(value, (str, int, float)) else str(value)


def without(value, name):
    """Returns the TOML value without what a logout of this registry removes."""
    table = table_of(value, name)
    for key in KEYS:
        table.pop(key, None)
    if name == "crates-io" and isinstance(value.get("token"), str):
        value.pop("token")
    return "".join(f"{json.dumps(key)} = {_toml(inner)}\n" for key, inner in value.items()).encode()


def _config_files(world):
    """Those that cargo finds by itself, nearest first, then those of --config, and what they include."""
    parents = ["/".join(world.cwd.split("/")[:count]) for count in range(world.cwd.count("/") + 1, 0, -1)]
    places = dict.fromkeys([*(f"{parent}/.cargo/config" for parent in parents), f"{home_of(world) or CARGO_HOME}/config"])
    found = [path if real(world, path) else f"{path}.toml" for path in places]
    words = [value for option, value in zip(world.args, world.args[1:]) if option == "--config"]
    given = [value if value.startswith("{ROOT}/") else f"{{ROOT}}/{world.cwd}/{value}" for value in words]
    every = [*found, *(os.path.normpath(path).removeprefix("{ROOT}/") for path in given)]
    return [read for path in every for read in with_includes(world, path)]


def has_token_elsewhere(world, name):
    """Whether a variable or a config file has a credential under this name."""
    prefix = "CARGO_REGISTRY_" if name == "crates-io" else f"CARGO_REGISTRIES_{name.upper().replace('-', '_')}_"
    in_variable = any(isinstance(world.env.get(prefix + kind), str) for kind in ("TOKEN", "SECRET_KEY"))
    return in_variable or any(kind in table_of(value_of(world, path), name) for path in _config_files(world) for kind in ("token", "secret-key"))


def asked_name(world):
    """Returns the name of the registry of a run, if the options or settings name it directly."""
    pairs = list(zip(world.args, (*world.args[1:], "")))
    for word, value in pairs:
        if word.partition("=")[0] == "--registry":
            return word.partition("=")[2] if "=" in word else value
    for word, value in reversed(pairs):
        if word == "--config" and value.startswith("registry.default="):
            return value.partition("=")[2].strip("'\"")
    if "CARGO_REGISTRY_DEFAULT" in world.env:
        return os.fsdecode(world.env["CARGO_REGISTRY_DEFAULT"])
    for path in _config_files(world):
        default = table_of(value_of(world, path), "crates-io").get("default")
        if isinstance(default, str):
            return default
    return "crates-io"
