"""The differences between cargo-logout and cargo. docs/differences.md explains each difference under its name.

The outputs are split into messages, and equal messages are removed. A difference explains some of the others: messages that only cargo prints,
messages that only cargo-logout prints, and files. What no difference explains is a bug in cargo-logout or in this list. contest.py and tests/places
check that our messages are true.
"""

import dataclasses
import re

import contents
from compare import NotToml, same_toml, toml_value
from messages import plain
from world import CREDENTIALS, Node

REMOVED = r" +Logout (token|secret-key) for `[^`]*` has been removed from local storage\n"
BY_PROVIDER = r" +Logout token for `[^`]*` has been removed (by credential provider|from the Secret Service)"
ABSENT = r" +Logout not currently logged in to "
NOTE = r"note: This does not revoke the token"
USABLE = r"(warning: cargo can (still )?use a |note: no startup file sets )"
UNUSED = r"note: \S+ has a (token|secret-key) for `[^`]*` that cargo does not use"
DEPRECATED = r"warning: (both `[^\n]*/(config|credentials)` and|`[^\n]*/(config|credentials)` is deprecated)"
ERROR = r"error: "


@dataclasses.dataclass
class Case:
    """One world, both results, and the messages that only one of them has."""

    world: object
    theirs: object
    ours: object
    missing: list  # cargo's messages that we do not print
    extra: list  # our messages that cargo does not print
    tree: dict  # what the files are expected to be: at first cargo's

    def take(self, messages, *patterns):
        """Removes the messages that match one of the patterns; true if there were any."""
        taken = [text for text in messages if any(re.match(pattern, plain(text), re.DOTALL) for pattern in patterns)]
        for text in taken:
            messages.remove(text)
        return bool(taken)

    def pair(self, same):
        """Removes pairs of a message of cargo's and one of ours for which `same` is true; true if there were any."""
        found = False
        for one in list(self.missing):
            other = next((text for text in self.extra if same(one, text)), None)
            if other is not None:
                self.missing.remove(one)
                self.extra.remove(other)
                found = True
        return found

    @property
    def name(self):
        """The registry that ours is about."""
        text = plain((self.ours.stderr + self.theirs.stderr).decode("utf-8", "replace"))
        told = re.search(r"Logout .*? (?:for|to) `(.*?)`|registry index was not found in any configuration: `(.*?)`", text)
        return (told[1] or told[2]) if told else contents.asked_name(self.world)

    @property
    def stopped(self):
        """cargo's error, if it ended with one."""
        found = re.search(r"^error: .*", plain(self.theirs.stderr.decode("utf-8", "replace")), re.MULTILINE | re.DOTALL)
        return found[0] if found and self.theirs.status == 101 else None

    def says(self, result, pattern):
        return re.search(rf"^{pattern}", plain(result.stderr.decode("utf-8", "replace")), re.MULTILINE) is not None

    def stored(self, kind):
        """Whether a credentials file has one of our registry."""
        return any(kind in keys for keys in contents.stored(self.world, self.name).values())

    def changed(self):
        """Whether one of the credentials files has another value than is expected."""
        return any(not same(self.tree.get(path), self.ours.tree.get(path)) for path in contents.credentials_files(self.world))

    def cleared(self):
        """The credentials files are expected without anything of our registry; all of them."""
        self.take(self.extra, REMOVED, NOTE)
        self.take(self.missing, ABSENT)
        if not self.changed():
            return
        found = contents.stored(self.world, self.name)
        for path in contents.credentials_files(self.world):
            what = self.world.files[path]
            if path in found:
                self.tree[path] = Node("file", 0o600, contents.without(contents.value_of(self.world, path), self.name))
            else:
                self.tree[path] = Node("file", getattr(what, "mode", 0o644), contents.text_of(self.world, path))
            for link, target in self.world.files.items():
                if getattr(target, "target", None) == path and self.tree.get(link) and self.tree[link].kind == "file":
                    self.tree[link] = self.tree[path]


def same(left, right):
    return left == right or (left and right and left.mode == right.mode and same_toml(left.content, right.content))


def _keeps_text(case):
    """If a table existed only because of dotted keys that are removed, it disappears. cargo writes an empty one."""
    for path in contents.credentials_files(case.world):
        theirs, mine = case.tree.get(path), case.ours.tree.get(path)
        if theirs and mine and not same_toml(theirs.content, mine.content) and _without_empty(theirs.content) == _without_empty(mine.content):
            headers = re.findall(rb"^[ \t]*\[.*?\]", contents.text_of(case.world, path), re.MULTILINE)
            if all(header in mine.content for header in headers):
                case.tree[path] = dataclasses.replace(theirs, content=mine.content)


def _without_empty(content):
    """The value without [registry], [registries] and [registries.X] that are empty; None if it cannot be read."""
    try:
        value = toml_value(content)
    except NotToml:
        return None
    registries = value.get("registries")
    if isinstance(registries, dict):
        value["registries"] = {name: table for name, table in registries.items() if table != {}}
    return {key: inner for key, inner in value.items() if key not in ("registry", "registries") or inner != {}}


def _creates_nothing(case):
    """If only a variable or a config file has a token, cargo creates an empty credentials file and its directories."""
    node = case.tree.get(CREDENTIALS)
    if CREDENTIALS in case.world.files or node is None or node.content:
        return
    del case.tree[CREDENTIALS]
    home = CREDENTIALS.rpartition("/")[0]
    if not any(path.startswith(home + "/") for path in [*case.tree, *case.world.files]):
        case.tree.pop(home, None)


def _own_help(case):
    """The help is our own text, with colors if cargo's has them. If it cannot be written, the exit status is 101. Usage errors name
    cargo-logout."""
    if case.theirs.status == 1:
        case.pair(lambda theirs, ours: theirs.replace("cargo logout", "cargo-logout") == ours)
    if case.theirs.stdout.startswith(b"Remove an API token") and b"cargo-logout [OPTIONS]" in case.ours.stdout:
        if (b"\x1b" in case.ours.stdout) == (b"\x1b" in case.theirs.stdout):
            case.theirs.stdout = case.ours.stdout
    if case.world.stdout == "full":
        case.theirs.status = 101
    if case.theirs.stdout.startswith(b"Available unstable (nightly-only) flags:"):
        case.theirs.status, case.theirs.stdout = 101, b""
        case.take(case.extra, ERROR + "the `-Z` flag is only accepted on the nightly channel")


def _masked(case):
    """cargo prints the faulty line. cargo-logout prints stars for everything except white space, a header and a key before `=`."""
    case.pair(lambda theirs, ours: len(theirs) == len(ours) and all(map(_is_masked, theirs.split("\n"), ours.split("\n"))))


def _is_masked(line, masked):
    """Whether the second is the first, perhaps with stars for some of its characters."""
    if line == masked:
        return True
    stars = len(line) == len(masked) and all(one == other or other == "*" for one, other in zip(line, masked))
    return stars and re.match(r" *\d+ \| ", line) is not None


def _hidden(case):
    """Provider arguments are `…`, control characters are escaped."""

    def same(theirs, ours):
        if re.search(r"\\(u\{|t)", ours) and plain(theirs).split()[:2] == plain(ours).split()[:2]:
            return True  # cargo prints them or leaves them out, depending on colors
        return re.fullmatch(re.escape(ours).replace("…", "[^\n]*?"), theirs) is not None

    case.pair(same)


def _told_once(case):
    """cargo prints some warnings twice or seven times, and the unused keys of a table in the order of a hash table."""
    case.pair(lambda theirs, ours: theirs == ours and plain(ours).startswith("warning: unused config key"))
    told = case.ours.stderr.decode("utf-8", "backslashreplace")
    for text in list(case.missing):
        if plain(text).startswith("warning: ") and text in told:
            case.missing.remove(text)
    case.take(case.extra, "warning: environment variables are expected to use uppercase letters")


def _quiet(case):
    """With -q cargo prints the note on a removal, but not the removal."""
    if not case.says(case.ours, " +Logout"):
        case.take(case.missing, NOTE)


def _still_usable(case):
    """cargo prints "removed" or nothing about a token in a variable or a config file, or about one of another name with the same index."""
    if not case.stored("token") and contents.has_token_elsewhere(case.world, case.name) and case.take(case.missing, REMOVED, NOTE):
        case.take(case.extra, ABSENT)
    if case.take(case.extra, USABLE, UNUSED):
        case.take(case.extra, " +Finished removed")
        case.take(case.missing, ABSENT)
        stored = case.says(case.ours, REMOVED)
        if not stored:
            case.take(case.missing, REMOVED, NOTE)


_BY_INDEX = (
    ERROR + r"multiple registries are configured with the same index url '",
    ERROR + r"invalid url `.*`: ",
    ERROR + r"sparse registry url must end in a slash",
    ERROR + r"expected a (table|string), but found a \w+ for `registries\.",
    r"note: name of alternative registry `",
)


_FOREIGN = r" +Credential cargo:(wincred|macos-keychain|token-from-stdout)"
_UNREAD = (
    ERROR + r".*(`?source`?|\[source|`source\.)",
    ERROR + r".*: could not load config key `(registry|registries\..*)\.(token|secret-key)`",
    ERROR + r"expected table for configuration key `registr",
    ERROR + r"crates-io is replaced with remote registry crates-io;",
    r"note: Sources are not allowed to be defined multiple times",
    ERROR + r"--config argument `.*` includes non-whitespace decoration",
    r"warning: unused config key `(source|term|http|net)\.",
    ERROR + r"error in .*: `registry\.default` expected a string",
    r"warning: user-defined alias `logout` is ignored",
)


def _unread(case):
    """Settings that a logout does not need are not checked: [source], unknown keys of [term], comments in a --config argument, and the type of a
    token that is not a string."""
    if case.take(case.missing, *_UNREAD):
        case.take(case.extra, ABSENT, " +Credential", "warning: unused config key")
        case.cleared()
    if "progress" in str(case.world.files):
        case.take(case.extra, " +Credential")


def _by_name(case):
    """cargo looks a token up by the index, in variables first, so it can find another registry. It removes the token by name."""
    error = case.take(case.missing, *_BY_INDEX)
    if error or (case.theirs.status == 0 and case.says(case.theirs, " +Logout") and case.changed()):
        case.cleared()
        case.take(case.missing, REMOVED, NOTE, ABSENT)
        case.take(case.extra, ABSENT, USABLE, " +Credential", " +Finished removed", DEPRECATED)


def _orphan(case):
    """cargo stops at a name without an index. cargo-logout stops only if the name is registry.default."""
    if case.stopped and re.search("registry index was not found|in registry name", case.stopped) and contents.stored(case.world, case.name):
        case.take(case.missing, ERROR + "registry index was not found", ERROR + "invalid character `.*` in registry name")
        case.cleared()
        case.take(case.extra, DEPRECATED, " +Credential")


def _plain_urls(case):
    """Some index URLs are rejected, for example with a backslash or a percent-encoded host. cargo accepts them."""
    reason = "(it has a control character, a backslash, `[?]` or `#`|cannot-be-a-base-URLs are not supported|invalid international domain name)"
    if case.theirs.status == 0 and case.take(case.extra, ERROR + f"invalid index URL for registry `[^`]*` defined in .* {reason}"):
        case.theirs.status = 101
        case.cleared()
        case.take(case.missing, REMOVED, NOTE, ABSENT, r"note: name of alternative registry `")


_FILE = ERROR + "(could not load Cargo configuration|could not parse TOML|failed to (load|read))"


def _newer_cargo(case):
    """A path of an `include` is normalized before it is used, as in cargo since 1.97."""
    texts = [*(str(getattr(what, "text", what)) for what in case.world.files.values()), f"include {case.world.args}"]
    if any(re.search(r"include.*(\./|/['\"]|/\.)", text) for text in texts):
        if case.take(case.missing, ERROR + "(could not load Cargo configuration|failed to load config from)"):
            case.take(case.extra, ERROR)
            case.cleared()


def _mends_nuls(case):
    """NULs at the end of a file, which a power cut during a truncation leaves, are read as line ends. cargo cannot read the file."""
    texts = [getattr(what, "text", what) for what in case.world.files.values()]
    if any(re.search(rb"[^\0]\0+$", text) for text in texts if isinstance(text, bytes)):
        if case.take(case.missing, ERROR + "could not load Cargo configuration"):
            case.take(case.extra, "warning: `[^`]*` ends in NUL bytes")
            case.cleared()


def _goes_on(case):
    """If the configuration has a fault and the name is known, the credentials files are still cleared. cargo stops."""
    if case.stopped and case.ours.status == 101:
        case.cleared()
        case.take(case.extra, DEPRECATED, USABLE, UNUSED, " +Finished removed", "warning: (unused config key|user-defined alias)")
        if not re.search("registry name|registry index was not found", case.stopped):
            case.take(case.extra, " +Credential")
        if any(re.match(_FILE, plain(text)) for text in case.extra):
            case.take(case.missing, ERROR + ".* in registry name", ERROR + "registry name cannot be empty", ERROR + "registry index was not found")
        if not any(plain(text).startswith("error") for text in case.missing):
            case.take(case.extra, ERROR)


def _every_secret(case):
    """cargo-logout also removes a secret-key without a token, a `token` above all tables, and credentials in both `credentials` and
    `credentials.toml`.

    cargo does not see the first, lets the second replace [registry] or ignores it, and edits only one of the files.
    """
    files = contents.credentials_files(case.world)
    if case.take(case.extra, " +Logout secret-key for `[^`]*` has been removed from local storage") or case.stored("secret-key"):
        if not case.stored("token"):
            case.take(case.missing, NOTE, ABSENT)
        case.cleared()
    if any("token" in contents.value_of(case.world, path) for path in files):
        case.take(case.extra, ABSENT)
        case.take(case.missing, ERROR + r"error in \S+: could not load config key `registry.token`")
        case.cleared()
    if len(files) > 1 and case.theirs.status == 0:
        case.cleared()


_OF_PROVIDER = (
    ERROR + r"credential provider `[^\n]*` failed action `logout`",
    ERROR + r"no credential providers could handle the request",
    ERROR + r"credential provider produced unexpected response",
    r"[a-z]",  # what a provider prints itself
)


def _all_providers(case):
    """cargo stops at the first provider that answers or fails, prints nothing about what the provider removed, and does not check.

    cargo-logout asks all providers, always clears the credentials files, and asks each provider for the token again.
    """
    if not any("provider" in str(getattr(what, "text", what)).lower() for what in [*case.world.files.values(), *case.world.args, *case.world.env]):
        return
    asked = case.take(case.extra, " +Credential", BY_PROVIDER, r"note: credential provider `", NOTE, *_OF_PROVIDER)
    if asked or case.changed() or case.missing:
        case.take(case.missing, ABSENT, NOTE, *(_OF_PROVIDER if case.ours.status == 101 or case.stored("token") or case.stored("secret-key") else ()))
        case.take(case.extra, ABSENT, DEPRECATED)
        case.cleared()
    case.take(case.missing, _FOREIGN)
    if any("provider" in str(what) and "proj/" in path for path, what in case.world.files.items()):
        case.take(case.missing, ERROR + "no credential providers could handle the request")  # but elsewhere one does
        case.take(case.extra, ABSENT)
    for path in case.tree.keys() | case.ours.tree.keys():
        if path == "asked" or path.endswith(".token"):
            case.tree.pop(path, None)
            if path in case.ours.tree:
                case.tree[path] = case.ours.tree[path]


_LIBRARY_ERROR = re.compile(
    r"could not load config key|failed to merge|--config arg|failed to convert|failed to parse|invalid configuration for key|unsupported TOML"
    r"|missing field|expected (a )?(table|string|list|array|config|an? )|deserialize|missing config key|invalid type|invalid length|could not parse TOML|source|invalid URL"
    r"|cannot be set through|; try using `ssh://"
)


def _own_words(case):
    """The error is in our words if a setting has the wrong type, settings contradict each other, --config is invalid, an index has the form that scp
    accepts, or a provider's answer is malformed."""
    case.pair(lambda theirs, ours: plain(ours).startswith("error: ") and plain(theirs).startswith("error") and _LIBRARY_ERROR.search(plain(theirs)) is not None)


TOML_FAULT = re.compile(
    rb"^ *TOML parse error at line (?P<line>\d+), column (?P<column>\d+)\n *\|\n *\d+ \| .*\n(?P<carets> *\| *\^+)\n *(?P<reason>.+)$", re.MULTILINE
)
_OUR_WORDS = re.compile(
    rb"(invalid (escape|character) in a string|keys cannot be multi-line strings)$"
    rb"|invalid (array|inline table),|missing comma between |cannot extend value of type number"
)
TOML_NUMBER = re.compile(
    rb"^(floating-point number overflowed|u64 value was too large|invalid (type: integer|float|mantissa|fraction|exponent|date|time|offset|\w+ number\b)|`_` may only|integers? |radix |redundant"
    rb" |unexpected (leading zero|sign))",
    re.MULTILINE,
)


def toml_first_fault(theirs, ours):
    """cargo reports missing brackets before all other faults. cargo-logout reports the first fault."""
    mine, cargos = ((int(fault["line"]), int(fault["column"])) for fault in (ours, theirs))
    return mine < cargos


def toml_own_words(theirs, ours):
    """cargo-logout reports where a malformed escape begins, in its own words. It does not check floats, dates and the range of numbers."""
    same_line = ours["line"] == theirs["line"]
    return bool(TOML_NUMBER.match(theirs["reason"]) or (same_line and _OUR_WORDS.match(ours["reason"])))


def _toml_faults(case):
    """cargo-logout reports the first of several faults, numbers, dates and escapes in its own words, and a key of too many parts with its position."""

    def same_fault(theirs, ours):
        one, other = (TOML_FAULT.search(plain(text).encode()) for text in (theirs, ours))
        return bool(one and other and (toml_first_fault(one, other) or toml_own_words(one, other)))

    case.pair(lambda theirs, ours: same_fault(theirs, ours) or all("recursion limit\n" in text for text in (theirs, ours)))


def _suggests(case):
    """We suggest names of registries, and what to do about a file that cannot be read."""
    case.take(case.extra, "note: did you mean `", r"note: `[^`]*` was not checked: correct the file")


# In the order in which they are tried; the name of one is `own-help`.
_EXPLANATIONS = (
    (_own_help, _masked, _hidden, _told_once, _quiet, _toml_faults, _own_words, _unread, _suggests, _orphan)
    + (_every_secret, _by_name, _still_usable, _all_providers, _plain_urls, _newer_cargo, _mends_nuls, _goes_on, _creates_nothing, _keeps_text)
)
DIFFERENCES = {explain.__name__[1:].replace("_", "-"): explain for explain in _EXPLANATIONS}
