"""The end of a logout, taken apart: what is told as removed, what is still in force, and the credentials files."""

import dataclasses
import json
import os.path
import re

import compare
from cargo_says import louder
from world import CARGO_HOME, Dir, File, HardLink, Link, Node

BUILT_IN = ("cargo:token", "cargo:paseto", "cargo:token-from-stdout", "cargo:wincred", "cargo:macos-keychain")
KEYS = ("token", "secret-key", "secret-key-subject")
OTHER_SYSTEMS = ("cargo:wincred", "cargo:macos-keychain")
FROM_STDOUT = "cargo:token-from-stdout"
CRATES_IO = ("https://github.com/rust-lang/crates.io-index", "sparse+https://index.crates.io/")
LOCAL = "from local storage"

_PAINT = rb"(?:\x1b\[[0-9;]*m)*"
_LOGOUT = rb"(?P<paint>\x1b\[1m\x1b\[92m)? {6}Logout(?:\x1b\[0m)? "
_NOTE = rb"note: This does not revoke the token on the registry server\.\n    If you need to revoke the token, visit .*\n"
_REMOVED = re.compile(_LOGOUT + rb"token for `(?P<name>.*)` has been removed from local storage\n" + _NOTE + rb"\Z")
_NOT_LOGGED_IN = re.compile(_LOGOUT + rb"not currently logged in to `(?P<name>.*)`\n\Z")
_ASKED = re.compile(_PAINT + rb"  Credential" + _PAINT + rb" .* logout (?P<name>\S+)\n")
_ERROR = rb"^" + _PAINT + rb"error" + _PAINT + rb": "
_OF_A_PROVIDER = re.compile(
    _ERROR + rb"(?:credential provider `.*` failed action `logout`\n|credential provider produced unexpected response|cargo:paseto requires|no credential providers could)", re.MULTILINE
)
_NO_REGISTRY = re.compile(
    _ERROR + rb"(?:registry index was not found in any configuration: |invalid character `|registry name cannot be empty)", re.MULTILINE
)
_OF_CREDENTIALS = re.compile(
    _PAINT + rb"warning" + _PAINT + rb": (?:both `[^\n]*/credentials` and [^\n]*|`[^\n]*/credentials` is deprecated [^\n]*(?:\n  [^\n]*){2})\n"
)
_BAD_CREDENTIALS = re.compile(
    _ERROR
    + rb"(?:could not parse TOML configuration in|failed to read configuration file|failed to load TOML configuration from"
    + rb"|failed to load config include|expected a list of strings or a list of tables|expected a config include path"
    + rb"|failed to merge key `\S+` between|failed to merge config value from)(?=[^\n]*/credentials)",
    re.MULTILINE,
)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a run came to. Where cargo stops, the rules of differences.py go on."""

    result: object  # what it was taken from
    world: object  # in which cargo can be asked about the providers
    before: bytes  # of stderr: what was said before the first provider was asked
    steps: tuple  # of stderr: what was said while each was asked
    name: str  # of the registry
    chain: tuple  # its providers
    removed: tuple  # (kind, "from local storage" or "by ...")
    remaining: tuple  # (kind, other name or None, place, cure)
    errors: tuple
    tree: dict
    quiet: bool
    verbose: bool
    painted: bool
    note_with_quiet: bool = True
    failed_by: tuple = ()  # for each error, the provider's words, or None
    fault: bytes = b""  # of the credentials file
    is_orphan: bool = False  # cargo knows no index for the name
    token_was_asked: bool = True
    token_failed: bool = False  # a credentials file could not be changed


def _shell_of(world, cargo, name, text):
    """(quiet, verbose, painted), by what cargo does with cargo:token alone; else by what the command line says."""
    told = cargo.shell(world, name)
    return told or ("-q" in world.args or "--quiet" in world.args, any(word in ("-v", "-vv") for word in world.args), b"\x1b[" in text)


def _without_steps(before, cargo, world, name, chain):
    """What was said before a provider was asked, where no -v tells when that was."""
    said = []
    for words in chain:
        said.append(b"" if words[0] in BUILT_IN else cargo.answer(world, name, words).said)
    while said and not before.endswith(b"".join(said)):
        said.pop()
    return before.removesuffix(b"".join(said))


def _of_classic(world, result, found, cargo, loud):
    """cargo's own words: removed, or not logged in."""
    before = re.sub(_NOTE + rb"\Z", b"", result.stderr) if loud else result.stderr[: found.start()]
    asked = _ASKED.search(before)
    chain = cargo.chain(world)
    name = found["name"].decode()
    steps = (before[asked.start() :],) if asked else ()
    before = before[: asked.start()] if asked else _without_steps(before, cargo, world, name, chain)
    removed = (("token", LOCAL),) if found.re is _REMOVED else ()
    base = Outcome(result, world, before, steps, name, chain, removed, (), (), result.tree, loud, bool(asked), found["paint"] is not None)
    return dataclasses.replace(base, token_was_asked=("cargo:token",) in [words[:1] for words in chain])


def _of_failure(world, result, found, cargo):
    """A provider failed, or none could do it, or one did it in silence (found is None)."""
    loud = result if _ASKED.search(result.stderr) else cargo.run(louder(world))
    asked = _ASKED.search(loud.stderr)
    name = asked["name"].decode() if asked else asked_name(world)
    error = result.stderr[found.start() :] if found else b""
    before = result.stderr[: found.start()] if found else result.stderr
    quiet, verbose, painted = _shell_of(world, cargo, name, error)
    chain = cargo.chain(world)
    own = _ASKED.search(before)
    steps = (before[own.start() :],) if own else ()
    before = before[: own.start()] if own else _without_steps(before, cargo, world, name, chain)
    failing = [words[0] for words in chain if f"credential provider `{' '.join(words)}` failed".encode() in error]
    failed = failing[:1] == ["cargo:token"]
    base = Outcome(result, world, before, steps, name, chain, (), (), (error,) if error else (), result.tree, quiet, verbose, painted)
    return dataclasses.replace(base, token_was_asked=failed, token_failed=failed)


def _of_orphan(world, result, found, cargo):
    """A name that cargo does not know, or does not take. If told by --registry, it may still have something in the files.

    Their warnings are those that crates.io would have.
    """
    name = asked_name(world)
    if not _is_told_by_option(world) or name in _indexes(world):
        return None
    words = [word if before != "--registry" else "crates-io" for before, word in zip(("", *world.args), world.args)]
    known = dataclasses.replace(world, args=tuple("--registry=crates-io" if word.startswith("--registry=") else word for word in words))
    quiet, verbose, painted = _shell_of(known, cargo, "crates-io", found[0])
    error, before = result.stderr[found.start() :], result.stderr[: found.start()]
    warnings = b"".join(warning[0] for warning in _OF_CREDENTIALS.finditer(cargo.run(known).stderr))
    base = Outcome(result, known, before + warnings, (), name, (), (), (), (error,), result.tree, quiet, verbose, painted)
    return dataclasses.replace(base, is_orphan=True, token_was_asked=False)


def _is_told_by_option(world):
    return any(word.partition("=")[0] == "--registry" for word in world.args)


def _of_bad_credentials(world, result, found, cargo):
    """As the world is without credentials files; but for the error."""
    bare = dataclasses.replace(world, files={path: what for path, what in world.files.items() if path not in credentials_paths(world)})
    bare = with_indexes_apart(bare, asked_name(world))
    base = outcome_of(bare, cargo.run(bare), cargo)
    error, before = result.stderr[found.start() :], result.stderr[: found.start()]
    if base:
        base = dataclasses.replace(base, before=before + base.before, steps=(), removed=(), errors=())
    else:
        base = Outcome(bare, bare, before, (), asked_name(world), (), (), (), (), {}, *_shell_of(bare, cargo, asked_name(world), error))
    return dataclasses.replace(base, result=result, tree=result.tree, fault=error, token_was_asked=False)


def outcome_of(world, result, cargo):
    """The outcome that cargo's result tells; None if it came to no provider for another reason than its credentials."""
    text = result.stderr
    found = _REMOVED.search(text) or _NOT_LOGGED_IN.search(text)
    if result.status == 0 and not result.stdout:
        loud = None if found else cargo.run(louder(world)).stderr
        found = found or _REMOVED.search(loud) or _NOT_LOGGED_IN.search(loud)
        return _of_classic(world, result, found, cargo, bool(loud)) if found else _of_failure(world, result, None, cargo)
    if result.status != 101:
        return None
    for pattern, read in ((_OF_A_PROVIDER, _of_failure), (_NO_REGISTRY, _of_orphan), (_BAD_CREDENTIALS, _of_bad_credentials)):
        found = pattern.search(text)
        if found and credentials_paths(world):
            return read(world, result, found, cargo)
    return None


def _status(outcome, text):
    left, right = ("\x1b[1m\x1b[92m", "\x1b[0m") if outcome.painted else ("", "")
    return f"{left}      Logout{right} {text}\n"


def _warning(outcome, kind, other, place, cure):
    other = f" (as `{other}`, which has the same index)" if other else ""
    plain = f"warning: a {kind} for `{outcome.name}`{other} is still in force: {place}\n  |\n  = help: {cure}\n"
    if not outcome.painted:
        return plain
    bar, equals, word = "\x1b[1m\x1b[94m|\x1b[0m", "\x1b[1m\x1b[94m= \x1b[0m", "\x1b[1mhelp\x1b[0m"
    return plain.replace("warning", "\x1b[1m\x1b[33mwarning\x1b[0m", 1).replace("\n  |\n  = help", f"\n  {bar}\n  {equals}{word}")


def result_of(outcome):
    """What a run with this outcome prints and leaves."""
    where = "<https://crates.io/me>" if outcome.name == "crates-io" else f"the `{outcome.name}` website"
    note = f"note: This does not revoke the token on the registry server.\n    If you need to revoke the token, visit {where} and follow the instructions there.\n"
    errors = outcome.errors if not outcome.fault else (outcome.fault, *outcome.errors)
    text = ""
    if not outcome.quiet:
        text = "".join(_status(outcome, f"{kind} for `{outcome.name}` has been removed {where}") for kind, where in outcome.removed)
        if not outcome.removed and not outcome.remaining and not errors:
            text = _status(outcome, f"not currently logged in to `{outcome.name}`")
    if outcome.removed and (not outcome.quiet or outcome.note_with_quiet):
        text += note
    if not outcome.quiet:
        text += "".join(_warning(outcome, *what) for what in outcome.remaining)
    stderr = b"".join((outcome.before, *outcome.steps, text.encode(), *errors))
    return dataclasses.replace(outcome.result, status=101 if errors else 0, stderr=stderr, tree=outcome.tree)


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
        if path in found or not _real(world, path) or _has_float_or_date(value):
            continue
        found.append(path)
        included = value.get("include")
        beside = [entry.get("path") if isinstance(entry, dict) else entry for entry in included] if isinstance(included, list) else []
        pending[:0] = [os.path.normpath(f"{path.rpartition('/')[0]}/{name}") for name in beside if isinstance(name, str)]
    return found


def credentials_files(world):
    """Real paths of the credentials files that are there, and of what they include."""
    return list(dict.fromkeys(_real(world, read) for path in credentials_paths(world) for read in with_includes(world, path)))


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
    if outcome.token_failed:
        return outcome
    found = stored(world, outcome.name)
    tree = dict(outcome.tree)
    kinds = []
    for path in credentials_files(world):
        what = world.files[path]
        if path in found:
            kinds += [(kind, LOCAL) for kind in ("token", "secret-key") if kind in found[path]]
            tree[path] = Node("file", 0o600, _without(value_of(world, path), outcome.name))
        else:
            tree[path] = Node("file", what.mode if isinstance(what, File) else 0o644, text_of(world, path))
    for path, what in world.files.items():
        if isinstance(what, HardLink) and what.target in tree:
            tree[path] = tree[what.target]
    others = [(kind, where) for kind, where in outcome.removed if where != LOCAL]
    return dataclasses.replace(outcome, removed=tuple(dict.fromkeys([*kinds, *others])), tree=tree)


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
    return _read(world, [f"{{ROOT}}/{path}{'' if _real(world, path) else '.toml'}" for path in dict.fromkeys(places)])


def _given_configs(world):
    """Those of --config."""
    words = [value for option, value in zip(world.args, world.args[1:]) if option == "--config"]
    return _read(world, [value if value.startswith("{ROOT}/") else f"{{ROOT}}/{world.cwd}/{value}" for value in words])


def _strongest_first(world):
    return [path for path, _ in [*reversed(_given_configs(world)), *_found_configs(world)]]


def _in_files(world, name):
    """(kind, place, whether it is a credentials file) of all that the files have of this name."""
    files = [(path, shown, False) for path, shown in dict([*_found_configs(world), *_given_configs(world)]).items()]
    files += [(read, f"{{ROOT}}/{read}", True) for path in credentials_paths(world) for read in with_includes(world, path)]
    for path, shown, is_credentials in files:
        for kind in ("token", "secret-key"):
            if kind in table_of(value_of(world, path), name):
                yield kind, f"{shown}:{_line_of(text_of(world, _real(world, path)), name, kind)}", is_credentials


def _in_variables(world, name):
    prefix = "CARGO_REGISTRY_" if name == "crates-io" else f"CARGO_REGISTRIES_{name.upper().replace('-', '_')}_"
    for kind in ("token", "secret-key"):
        variable = prefix + kind.upper().replace("-", "_")
        if isinstance(world.env.get(variable), str):
            yield kind, f"environment variable `{variable}`", f"to end it, run `unset {variable}`"


def has_token_elsewhere(world, name):
    """Whether a variable or a config file has a credential under this name."""
    return any(not is_credentials for *_, is_credentials in _in_files(world, name)) or any(_in_variables(world, name))


def _indexes(world):
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
    indexes = _indexes(world)
    own = world.env.get(f"CARGO_REGISTRIES_{name.upper().replace('-', '_')}_INDEX", indexes.get(name))
    if name == "crates-io" or not isinstance(own, str):
        return []
    others = [other for other, index in indexes.items() if other != name and cargo.same_index(own, index)]
    return sorted([*others, *(["crates-io"] if own in CRATES_IO else [])])


def in_force(world, outcome, cargo):
    """(kind, other name, place, cure) of each credential that a logout of this registry does not take away."""
    name, found = outcome.name, []
    has_token = any(words[0] == "cargo:token" for words in outcome.chain)
    if has_token:
        found += [(kind, None, place, _cure(name, False)) for kind, place, is_credentials in _in_files(world, name) if not is_credentials]
        found += [(kind, None, place, cure) for kind, place, cure in _in_variables(world, name)]
    for words in outcome.chain:
        if words[0] == FROM_STDOUT:
            cure = "to end it, take the provider out of cargo's configuration, or the token from where the provider has it"
            found.append(("token", None, f"credential provider `{' '.join(words)}`", cure))
    for other in others_of_index(world, name, cargo) if has_token else ():
        found += [(kind, other, place, _cure(other, is_credentials)) for kind, place, is_credentials in _in_files(world, other)]
        found += [(kind, other, place, cure) for kind, place, cure in _in_variables(world, other)]
    return tuple(found)


def _cure(name, is_credentials):
    return f"to end it, run `cargo-logout --registry {name}{'' if is_credentials else ' --everywhere'}`"


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
