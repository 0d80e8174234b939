"""Where we do not do as cargo does: each has a name, which README's section on differences uses too.

Each difference turns what is expected of us in a world, at first what cargo did, into what is expected with it; None where
it does not apply. It does so in one of three ways: of_world changes the world into one where cargo does what we do; of_outcome
changes what was removed, what is still in force, and the files (outcome.py takes cargo's result apart, and makes one of it
again); of_result changes texts, status or files. `cargo` is what can be asked for more (cargo_says.py). What is left unexpected after all is a bug, in cargo-logout or in this list.
"""

import dataclasses
import re
import typing

import contents
import outcome as outcomes
from compare import NotToml, toml_value
from whole_chain import gone_through
from world import CREDENTIALS


def _nothing(*_):
    return None


@dataclasses.dataclass(frozen=True)
class Difference:
    name: str
    of_world: typing.Callable = _nothing  # (world, outcome or None, result) -> world or None
    of_outcome: typing.Callable = _nothing  # (world, outcome, cargo) -> outcome or None
    of_result: typing.Callable = _nothing  # (world, result, ours) -> result or None


_BY_INDEX = re.compile(
    rb"error(\x1b\[0m)?: (multiple registries are configured with the same index url '"
    rb"|invalid url `.*`: |sparse registry url must end in a slash"
    rb"|expected a (table|string), but found a \w+ for `registries\.)"
    rb"|note(\x1b\[0m)?: name of alternative registry `"
)


def _by_name(world, outcome, result):
    """cargo looks a token up by the index, in variables first, so that other registries come in the way; and removes by name.

    The cure: each other registry gets an index of its own, and the one asked for gets its index from --config, not by variable.
    """
    name = outcome.name if outcome else contents.asked_name(world)
    wrong = False
    if outcome:
        has_token = any("token" in keys for keys in contents.stored(world, name).values())
        wrong = outcome.token_was_asked and has_token != bool(outcome.removed) and not contents.has_token_elsewhere(world, name)
    if not wrong and not _BY_INDEX.search(result.stderr):
        return None
    return contents.with_indexes_apart(world, name)


def _secret_key(world, outcome, _cargo):
    """cargo does not see a secret-key without token, and tells of the token alone."""
    keys = set().union(*contents.stored(world, outcome.name).values())
    return outcomes.removed_by_name(world, outcome) if "secret-key" in keys else None


def _old_token_table(world, _outcome, result):
    """cargo takes any `token` above all tables for registry.token, even a table; the cure: that table has another name."""
    if b": could not load config key `registry.token`" not in result.stderr:
        return None
    files = dict(world.files)
    for path in contents.credentials_files(world):
        if isinstance(contents.value_of(world, path).get("token"), dict):
            files[path] = contents.text_of(world, path).replace(b"[token", b"[cured-token")
    return dataclasses.replace(world, files=files)


def _old_token(world, outcome, _cargo):
    """A `token` above all tables: cargo lets it replace [registry], or leaves it alone; we take it out, and only it."""
    old = any("token" in contents.value_of(world, path) for path in contents.credentials_files(world))
    return outcomes.removed_by_name(world, outcome) if old else None


def _both_files(world, outcome, _cargo):
    """cargo cleans only `credentials` where `credentials.toml` is there too."""
    return outcomes.removed_by_name(world, outcome) if len(contents.credentials_files(world)) > 1 else None


def _still_in_force(world, outcome, cargo):
    """cargo says removed of a token in a variable or a config file, which it does not touch; one by another name it does not see."""
    remaining = outcomes.in_force(world, outcome, cargo)
    return dataclasses.replace(outcomes.removed_by_name(world, outcome), remaining=remaining) if remaining else None


def _whole_chain(world, outcome, cargo):
    """cargo stops at the first provider that answers or fails, or at a broken credentials file; what a provider removed it does not tell.

    We ask all of them, and clear the credentials files whichever they are.
    """
    if outcome.is_orphan or outcome.is_stopped or (outcome.chain == (("cargo:token",),) and not outcome.fault):
        return None
    cleared = outcome if outcome.token_was_asked else outcomes.removed_by_name(world, dataclasses.replace(outcome, removed=()))
    return gone_through(world, cleared, cargo)


_UNASKED = re.compile(
    rb"(?P<error>\A(?:\x1b\S+?)?error(?:\x1b\[0m)?: )(?P<cause>credential provider produced unexpected response for `logout` request: \w+).*", re.DOTALL
)


# What the provider `two-lines` answers.
_MALFORMED = re.compile(rb"(  failed to deserialize response\n\nCaused by:\n  )control character .* while parsing a string at line 2 column 0\n")


def _provider_error(_world, outcome, _cargo):
    """cargo prints an answer to another request for debugging, without a word of whose it is; has a back-quote too many elsewhere; and
    describes malformed JSON in the words of its library, ours of the other one."""
    errors = []
    for error, words in zip(outcome.errors, outcome.failed_by):
        unasked = _UNASKED.match(error)
        if unasked:
            told = f"credential provider `{' '.join(words)}` failed action `logout`\n\nCaused by:\n  ".encode()
            error = unasked["error"] + told + unasked["cause"] + b"\n"
        error = _MALFORMED.sub(rb"\1malformed JSON at line 1 column 36\n", error)
        errors.append(re.sub(rb"(\n  credential process `.*` failed with status .*)`\n\Z", rb"\1\n", error))
    return dataclasses.replace(outcome, errors=tuple(errors)) if errors else None


def _orphan(world, outcome, _cargo):
    """cargo does not go on with a name that has no index. Nor do we, if it is registry.default."""
    if not outcome.is_orphan or not contents.stored(world, outcome.name):
        return None
    return outcomes.removed_by_name(world, dataclasses.replace(outcome, errors=()))


def _goes_on(world, outcome, _cargo):
    """A fault of the configuration does not keep the credentials files from being cleared of a name that is known. cargo stops."""
    return outcomes.removed_by_name(world, outcome) if outcome.is_stopped and contents.stored(world, outcome.name) else None


def _creates_nothing(world, result, _ours):
    """cargo makes an empty credentials file, and the folders above it, when only a variable or a config has a token."""
    node = result.tree.get(CREDENTIALS)
    if CREDENTIALS in world.files or node is None or node.content:
        return None
    tree = {path: what for path, what in result.tree.items() if path != CREDENTIALS}
    home = CREDENTIALS.rpartition("/")[0]
    if not any(path.startswith(home + "/") for path in [*tree, *world.files]):
        tree.pop(home, None)
    return dataclasses.replace(result, tree=tree)


def _dotted(world, result, ours):
    """Where a table was there only by the dotted names of what is removed, nothing of it stays; cargo writes an empty one."""
    tree = dict(result.tree)
    for path in contents.credentials_files(world):
        theirs, mine, text = tree.get(path), ours.tree.get(path), contents.text_of(world, path)
        if theirs is None or mine is None or theirs == mine:
            continue
        headers = re.findall(rb"^[ \t]*\[.*?\]", text, re.MULTILINE)
        if all(header in mine.content for header in headers) and _without_empty(theirs.content) == _without_empty(mine.content):
            tree[path] = dataclasses.replace(theirs, content=mine.content)
    return dataclasses.replace(result, tree=tree)


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


def _plain(line):
    return re.sub(rb"\x1b\[[0-9;]*m", b"", line)


def _told_once(_world, result, ours):
    """cargo tells some warnings twice or seven times, and those of one table in the order of a hash table."""
    blocks = re.findall(rb"[^\n]*\n(?:  (?:\x1b\[1m\x1b\[94m)?[|=][^\n]*\n)*|[^\n]+\Z", result.stderr)
    told, seen = [], set()
    for block in blocks:
        plain = _plain(block)
        if not plain.startswith(b"warning: ") or plain not in seen:
            told.append(block)
        seen.add(plain)
    unused = [block for block in told if _plain(block).startswith(b"warning: unused config key")]
    in_our_order = sorted(unused, key=ours.stderr.find)
    order = iter(in_our_order)
    told = [next(order) if block in unused else block for block in told]
    return dataclasses.replace(result, stderr=b"".join(told))


def _own_help(_world, result, ours):
    """The help is our own text, with colors where cargo's has them."""
    same_colors = (b"\x1b" in ours.stdout) == (b"\x1b" in result.stdout)
    is_help = result.stdout.startswith(b"Remove an API token") and b"cargo-logout [OPTIONS]" in ours.stdout
    return dataclasses.replace(result, stdout=ours.stdout) if is_help and same_colors else None


def _own_name(_world, result, _ours):
    """Usage errors name cargo-logout."""
    return dataclasses.replace(result, stderr=result.stderr.replace(b"cargo logout", b"cargo-logout")) if result.status == 1 else None


def _z_help(_world, result, _ours):
    """cargo lists its own unstable flags; we refuse the option as any other -Z."""
    if not result.stdout.startswith(b"Available unstable (nightly-only) flags:"):
        return None
    refusal = (
        b"error: the `-Z` flag is only accepted on the nightly channel of Cargo, but this is the `stable` channel\n"
        b"See https://doc.rust-lang.org/book/appendix-07-nightly-rust.html for more information about Rust release channels.\n"
    )
    return dataclasses.replace(result, status=101, stdout=b"", stderr=refusal)


def _full_stdout(world, result, _ours):
    """cargo does not see that its help could not be written."""
    full = world.stdout == "full" and result.status == 0 and any(word in ("-h", "--help") for word in world.args)
    return dataclasses.replace(result, status=101) if full else None


def _quiet(_world, outcome, _cargo):
    """With -q cargo prints the note on a removal, but not the removal."""
    return dataclasses.replace(outcome, note_with_quiet=False) if outcome.quiet else None


def _masked(_world, result, ours):
    """cargo shows the faulty line; we show stars for all but white space, a header and a key before `=`."""
    theirs, mine = (text.split(b"\n") for text in (result.stderr, ours.stderr))
    if len(theirs) != len(mine):
        return None
    lines = [ours_line if _is_masked(line, ours_line) else line for line, ours_line in zip(theirs, mine)]
    return dataclasses.replace(result, stderr=b"\n".join(lines))


def _is_masked(line, masked):
    """Whether the second is the first with stars for some of its characters, also for those that cargo does not print."""
    line, masked = line.decode(errors="replace"), masked.decode(errors="replace")
    return re.match(r" *\d+ \| ", line) is not None and re.fullmatch(re.escape(masked).replace(r"\*", ".?"), line) is not None


TOML_FAULT = re.compile(
    rb"^ *TOML parse error at line (?P<line>\d+), column (?P<column>\d+)\n *\|\n *\d+ \| .*\n(?P<carets> *\| *\^+)\n *(?P<reason>.+)$", re.MULTILINE
)
_OUR_NUMBER = (b"invalid number", b"invalid date or time", b"integer out of range")
_CARGO_NUMBER = re.compile(
    rb"invalid (float|mantissa|fraction|exponent|date|time|offset|\w+ number\b)|`_` may only|integers? |radix |redundant |unexpected (leading zero|sign)"
)


def toml_first_fault(theirs, ours):
    """cargo reports missing brackets and the like before all other faults; we report the first statement with a fault."""
    return int(ours["line"]) < int(theirs["line"])


def toml_number(theirs, ours):
    """A malformed number or date: where it begins, in our own words. The range of floats is not checked."""
    if theirs["reason"] == b"floating-point number overflowed":
        return True
    unquoted = ours["reason"].startswith(b"string values must be quoted") and _CARGO_NUMBER.match(theirs["reason"])
    return ours["line"] == theirs["line"] and (ours["reason"] in _OUR_NUMBER or unquoted)


def of_fault(applies):
    """The rule that gives the fault in our words and at our place, if the class applies to it and cargo's."""

    def rule(_world, result, ours):
        theirs, mine = TOML_FAULT.search(result.stderr), TOML_FAULT.search(ours.stderr)
        if not theirs or not mine or not applies(theirs, mine):
            return None
        return dataclasses.replace(result, stderr=result.stderr[: theirs.start()] + mine[0] + result.stderr[theirs.end() :])

    return rule


def _long_key(_world, result, ours):
    """cargo says only "recursion limit" about a key of more than 80 parts; we also say where it is."""
    mine = TOML_FAULT.search(ours.stderr)
    if not mine or mine["reason"] != b"recursion limit":
        return None
    return dataclasses.replace(result, stderr=re.sub(rb"^ *recursion limit$", lambda _: mine[0], result.stderr, flags=re.MULTILINE))


DIFFERENCES = (
    Difference("keeps-text", of_result=_dotted),  # else: credentials are compared by value, contest.py sees that nothing was put in
    Difference("by-name", of_world=_by_name),
    Difference("whole-chain", of_outcome=_whole_chain),
    Difference("provider-error", of_outcome=_provider_error),
    Difference("orphan", of_outcome=_orphan),
    Difference("goes-on", of_outcome=_goes_on),
    Difference("secret-key", of_outcome=_secret_key),
    Difference("old-token", of_world=_old_token_table, of_outcome=_old_token),
    Difference("both-files", of_outcome=_both_files),
    Difference("still-in-force", of_outcome=_still_in_force),
    Difference("creates-nothing", of_result=_creates_nothing),
    Difference("quiet", of_outcome=_quiet),
    Difference("told-once", of_result=_told_once),
    Difference("masked", of_result=_masked),
    Difference("own-help", of_result=_own_help),
    Difference("own-name", of_result=_own_name),
    Difference("z-help", of_result=_z_help),
    Difference("full-stdout", of_result=_full_stdout),
    Difference("first-fault", of_result=of_fault(toml_first_fault)),
    Difference("number", of_result=of_fault(toml_number)),
    Difference("long-key", of_result=_long_key),
)
