"""What a world's files and variables hold of a registry, by what they say: no program is asked."""

import dataclasses
import json
import os.path
import re

import compare
from world import CARGO_HOME, Dir, File, HardLink, Link

KEYS = ("token", "secret-key", "secret-key-subject")
CRATES_IO = ("https://github.com/rust-lang/crates.io-index", "sparse+https://index.crates.io/")


def home_of(world):
    """The cargo home's path in the world; None if it is not told in a plain way."""
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
    """Where cargo looks for credentials, its first choice first."""
    home = home_of(world)
    return [f"{home}/credentials", f"{home}/credentials.toml"] if home else []


def _has_float_or_date(value):
    if isinstance(value, (dict, list)):
        return any(map(_has_float_or_date, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, (str, int))


def with_includes(world, path):
    """The path of a config file and of those it includes, in the order in which they are read."""
    found, pending = [], [path]
    while pending:
        path = pending.pop(0)
        value = value_of(world, path)
        if path in found or not real(world, path) or _has_float_or_date(value):
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
    return json.dumps(value)


def without(value, name):
    """The value as TOML without what a logout of this registry removes."""
    table = table_of(value, name)
    for key in KEYS:
        table.pop(key, None)
    if name == "crates-io" and isinstance(value.get("token"), str):
        value.pop("token")
    return "".join(f"{json.dumps(key)} = {_toml(inner)}\n" for key, inner in value.items()).encode()


def _line_of(text, name, key):
    """The line that gives this registry this key."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines, 1):
        if key.encode() in line and key not in table_of(_value(b"".join(lines[: number - 1] + lines[number:])), name):
            return number
    return 0


def _read(world, names):
    """(path, as it is shown) of config files and of what they include."""
    found = {}
    for name in names:
        path = os.path.normpath(name).removeprefix("{ROOT}/")
        for read in with_includes(world, path):
            beside = os.path.relpath(read, path.rpartition("/")[0] or ".")
            found.setdefault(read, name if read == path else f"{name.rpartition('/')[0]}/{beside}")
    return list(found.items())


def _found_configs(world):
    """Those that cargo finds by itself, nearest first."""
    parents = ["/".join(world.cwd.split("/")[:count]) for count in range(world.cwd.count("/") + 1, 0, -1)]
    places = [*(f"{parent}/.cargo/config" for parent in parents), f"{home_of(world) or CARGO_HOME}/config"]
    return _read(world, [f"{{ROOT}}/{path}{'' if real(world, path) else '.toml'}" for path in dict.fromkeys(places)])


def _given_configs(world):
    """Those of --config."""
    words = [value for option, value in zip(world.args, world.args[1:]) if option == "--config"]
    return _read(world, [value if value.startswith("{ROOT}/") else f"{{ROOT}}/{world.cwd}/{value}" for value in words])


def _strongest_first(world):
    return [path for path, _ in [*reversed(_given_configs(world)), *_found_configs(world)]]


def in_files(world, name):
    """(kind, place, whether it is a credentials file) of all that the files have of this name."""
    files = [(path, shown, False) for path, shown in dict([*_found_configs(world), *_given_configs(world)]).items()]
    files += [(read, f"{{ROOT}}/{read}", True) for path in credentials_paths(world) for read in with_includes(world, path)]
    for path, shown, is_credentials in files:
        for kind in ("token", "secret-key"):
            if kind in table_of(value_of(world, path), name):
                yield kind, f"{shown}:{_line_of(text_of(world, real(world, path)), name, kind)}", is_credentials


def in_variables(world, name):
    prefix = "CARGO_REGISTRY_" if name == "crates-io" else f"CARGO_REGISTRIES_{name.upper().replace('-', '_')}_"
    for kind in ("token", "secret-key"):
        variable = prefix + kind.upper().replace("-", "_")
        if isinstance(world.env.get(variable), str):
            yield kind, f"environment variable `{variable}`", f"to end it, run `unset {variable}`"


def has_token_elsewhere(world, name):
    """Whether a variable or a config file has a credential under this name."""
    return any(not is_credentials for *_, is_credentials in in_files(world, name)) or any(in_variables(world, name))


def indexes(world):
    """The index of each name that a config file or --config gives one."""
    found = {}
    for word, value in zip(world.args, world.args[1:]):
        told = re.fullmatch(r"registries\.([^.]*)\.index\s*=\s*['\"](.*)['\"]", value) if word == "--config" else None
        if told:
            found[told[1].strip("'\"")] = told[2]
    for path in _strongest_first(world):
        registries = value_of(world, path).get("registries")
        for name, table in registries.items() if isinstance(registries, dict) else ():
            if isinstance(table, dict) and isinstance(table.get("index"), str):
                found.setdefault(name, table["index"])
    return found


def others_of_index(world, name, cargo):
    """Other names whose index is that of this one, for cargo: in the configuration, or crates.io."""
    every = indexes(world)
    own = world.env.get(f"CARGO_REGISTRIES_{name.upper().replace('-', '_')}_INDEX", every.get(name))
    if name == "crates-io" or not isinstance(own, str):
        return []
    others = [other for other, index in every.items() if other != name and cargo.same_index(own, index)]
    return sorted([*others, *(["crates-io"] if own in CRATES_IO else [])])


def asked_name(world):
    """The name of the registry that a run is about, where it is told in a plain way."""
    pairs = list(zip(world.args, (*world.args[1:], "")))
    for word, value in pairs:
        if word.partition("=")[0] == "--registry":
            return word.partition("=")[2] if "=" in word else value
    for word, value in reversed(pairs):
        if word == "--config" and value.startswith("registry.default="):
            return value.partition("=")[2].strip("'\"")
    if "CARGO_REGISTRY_DEFAULT" in world.env:
        return world.env["CARGO_REGISTRY_DEFAULT"]
    for path in _strongest_first(world):
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
