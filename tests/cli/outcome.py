"""The end of a logout, taken apart: what is told as removed, what is still in force, what failed, and the credentials files."""

import dataclasses
import re

import contents
from cargo_says import louder
from world import File, HardLink, Node

BUILT_IN = ("cargo:token", "cargo:paseto", "cargo:token-from-stdout", "cargo:wincred", "cargo:macos-keychain")
OTHER_SYSTEMS = ("cargo:wincred", "cargo:macos-keychain")
FROM_STDOUT = "cargo:token-from-stdout"
LOCAL = "from local storage"

_PAINT = rb"(?:\x1b\[[0-9;]*m)*"
_LOGOUT = rb"(?P<paint>\x1b\[1m\x1b\[92m)? {6}Logout(?:\x1b\[0m)? "
_NOTE = rb"note: This does not revoke the token on the registry server\.\n    If you need to revoke the token, visit .*\n"
_REMOVED = re.compile(_LOGOUT + rb"token for `(?P<name>.*)` has been removed from local storage\n" + _NOTE + rb"\Z")
_NOT_LOGGED_IN = re.compile(_LOGOUT + rb"not currently logged in to `(?P<name>.*)`\n\Z")
_ASKED = re.compile(_PAINT + rb"  Credential" + _PAINT + rb" .* logout (?P<name>\S+)\n")
_ERROR = rb"^" + _PAINT + rb"error" + _PAINT + rb": "
_OF_A_PROVIDER = re.compile(
    _ERROR
    + rb"(?:credential provider `.*` failed action `logout`\n|credential provider produced unexpected response"
    + rb"|cargo:paseto requires|no credential providers could)",
    re.MULTILINE,
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
_BEHIND_THE_NAME = re.compile(
    rb"\A(?!.*could not load Cargo configuration)"
    rb".*(?:credential-|at least one element|/credentials\S*: could not load config key)",
    re.DOTALL,
)
_BAD_CONFIG = re.compile(_ERROR + rb"[^`]*(?:.*\n)+\Z", re.MULTILINE)


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
    is_stopped: bool = False  # the configuration is broken: cargo came to no provider
    token_was_asked: bool = True
    token_failed: bool = False  # a credentials file could not be changed


def _shell_of(world, cargo, name, text):
    """(quiet, verbose, painted), by what cargo does with cargo:token alone; else by what the command line says."""
    told = cargo.shell(world, name)
    texts = [getattr(what, "text", what) for what in world.files.values()]
    by_config = b"could not load Cargo configuration" not in text and any(isinstance(t, str) and re.search(r"quiet\s*=\s*true", t) for t in texts)
    quiet = by_config or "-q" in world.args or "--quiet" in world.args
    return told or (quiet, any(word in ("-v", "-vv") for word in world.args), b"\x1b[" in text)


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
    name = asked["name"].decode() if asked else contents.asked_name(world)
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


def _about_crates_io(world):
    """The same world, asked to log out of the registry that is always known."""
    words = [word if before != "--registry" else "crates-io" for before, word in zip(("", *world.args), world.args)]
    return dataclasses.replace(world, args=tuple("--registry=crates-io" if word.startswith("--registry=") else word for word in words))


def _of_orphan(world, result, found, cargo):
    """A name that cargo does not know, or does not take. If told by --registry, it may still have something in the files.

    Their warnings are those that crates.io would have.
    """
    name = contents.asked_name(world)
    if not _is_told_by_option(world) or name in contents.indexes(world):
        return None
    known = _about_crates_io(world)
    quiet, verbose, painted = _shell_of(known, cargo, "crates-io", found[0])
    error, before = result.stderr[found.start() :], result.stderr[: found.start()]
    warnings = b"".join(warning[0] for warning in _OF_CREDENTIALS.finditer(cargo.run(known).stderr))
    base = Outcome(result, known, before + warnings, (), name, (), (), (), (error,), result.tree, quiet, verbose, painted)
    return dataclasses.replace(base, is_orphan=True, token_was_asked=False)


def _is_told_by_option(world):
    return any(word.partition("=")[0] == "--registry" for word in world.args)


def _of_bad_config(world, result, found, cargo):
    """The configuration is broken, maybe only for this registry: what the files hold under a name that was told can go all the same.

    Where the name is good, one that was not told is known as well: then it is the providers that are not.
    """
    name = contents.asked_name(world)
    old_index = b"registry.index" in found[0] and any("index" in contents.table_of(contents.value_of(world, path), "crates-io") for path in contents.credentials_files(world))
    of_color = b"argument for --color" in found[0] and any(word.startswith("--color") for word in world.args)
    if of_color or re.search(rb"--config(?! cli option)", found[0]) or b"--verbose and --quiet" in found[0]:
        return None  # the command line's, not the configuration's
    if not _is_told_by_option(world) and not _BEHIND_THE_NAME.search(found[0]) and not old_index:
        return None
    bare = dataclasses.replace(world, files={path: what for path, what in world.files.items() if path in contents.credentials_paths(world)})
    quiet, verbose, painted = _shell_of(_about_crates_io(world), cargo, "crates-io", found[0])
    args = ("--registry=crates-io", "--color", "always" if painted else "never")
    bare = dataclasses.replace(bare, args=args, env={"CARGO_HOME": world.env["CARGO_HOME"]} if "CARGO_HOME" in world.env else {})
    warnings = b"".join(warning[0] for warning in _OF_CREDENTIALS.finditer(cargo.run(bare).stderr))
    error, before = result.stderr[found.start() :], result.stderr[: found.start()]
    said = before + (b"" if quiet else warnings)
    base = Outcome(result, world, said, (), name, (), (), (), (error,), result.tree, quiet, verbose, painted)
    return dataclasses.replace(base, is_stopped=True, token_was_asked=False)


def _of_bad_credentials(world, result, found, cargo):
    """As the world is without credentials files; but for the error."""
    bare = dataclasses.replace(world, files={path: what for path, what in world.files.items() if path not in contents.credentials_paths(world)})
    bare = contents.with_indexes_apart(bare, contents.asked_name(world))
    base = outcome_of(bare, cargo.run(bare), cargo)
    error, before = result.stderr[found.start() :], result.stderr[: found.start()]
    if base:
        base = dataclasses.replace(base, before=before + base.before, steps=(), removed=(), errors=())
    else:
        base = Outcome(bare, bare, before, (), contents.asked_name(world), (), (), (), (), {}, *_shell_of(bare, cargo, contents.asked_name(world), error))
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
    for pattern, read in ((_OF_A_PROVIDER, _of_failure), (_NO_REGISTRY, _of_orphan), (_BAD_CREDENTIALS, _of_bad_credentials), (_BAD_CONFIG, _of_bad_config)):
        found = pattern.search(text)
        if found and contents.credentials_paths(world):
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


def removed_by_name(world, outcome):
    """The outcome if all that the credentials files hold under this name is removed, and nothing else is touched."""
    if outcome.token_failed:
        return outcome
    found = contents.stored(world, outcome.name)
    tree = dict(outcome.tree)
    kinds = []
    for path in contents.credentials_files(world):
        what = world.files[path]
        if path in found:
            kinds += [(kind, LOCAL) for kind in ("token", "secret-key") if kind in found[path]]
            tree[path] = Node("file", 0o600, contents.without(contents.value_of(world, path), outcome.name))
        else:
            tree[path] = Node("file", what.mode if isinstance(what, File) else 0o644, contents.text_of(world, path))
    for path, what in world.files.items():
        if isinstance(what, HardLink) and what.target in tree:
            tree[path] = tree[what.target]
    others = [(kind, where) for kind, where in outcome.removed if where != LOCAL]
    return dataclasses.replace(outcome, removed=tuple(dict.fromkeys([*kinds, *others])), tree=tree)


def in_force(world, outcome, cargo):
    """(kind, other name, place, cure) of each credential that a logout of this registry does not take away."""
    name, found = outcome.name, []
    has_token = any(words[0] == "cargo:token" for words in outcome.chain)
    if has_token:
        found += [(kind, None, place, _cure(name, False)) for kind, place, is_credentials in contents.in_files(world, name) if not is_credentials]
        found += [(kind, None, place, cure) for kind, place, cure in contents.in_variables(world, name)]
    for words in outcome.chain:
        if words[0] == FROM_STDOUT:
            cure = "to end it, take the provider out of cargo's configuration, or the token from where the provider has it"
            found.append(("token", None, f"credential provider `{' '.join(words)}`", cure))
    for other in contents.others_of_index(world, name, cargo) if has_token else ():
        found += [(kind, other, place, _cure(other, is_credentials)) for kind, place, is_credentials in contents.in_files(world, other)]
        found += [(kind, other, place, cure) for kind, place, cure in contents.in_variables(world, other)]
    return tuple(found)


def _cure(name, is_credentials):
    return f"to end it, run `cargo-logout --registry {name}{'' if is_credentials else ' --everywhere'}`"
