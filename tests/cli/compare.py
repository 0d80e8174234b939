"""Compares two Results of one World, and describes the differences."""

import dataclasses
import difflib
import tomllib

from world import command_line


class NotToml(Exception):
    """The text is not TOML 1.0, which is all that tomllib reads."""


def toml_value(raw):
    """The value of a TOML text; raises NotToml."""
    try:
        return tomllib.loads(raw.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n"))
    except ValueError as error:
        raise NotToml(str(error)) from error


def _typed(value):
    """Returns whether values and types are equal: 1, 1.0 and true differ."""
    if isinstance(value, dict):
        return {key: _typed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_typed(inner) for inner in value]
    return type(value).__name__, value


def same_toml(left, right):
    if left == right:
        return True
    try:
        return _typed(toml_value(left)) == _typed(toml_value(right))
    except NotToml:
        return False


def _same_node(name, left, right):
    if name.rpartition("/")[2] not in ("credentials", "credentials.toml", "c.toml") or left.kind != "file" or right.kind != "file":
        return left == right
    return left.mode == right.mode and same_toml(left.content, right.content)


def _text_difference(what, left, right):
    lines = difflib.unified_diff(
        left.decode("utf-8", "backslashreplace").splitlines(),
        right.decode("utf-8", "backslashreplace").splitlines(),
        f"cargo's {what}",
        f"our {what}",
        lineterm="",
        n=99,
    )
    text = "\n".join(lines)
    return text or f"{what} differs in its line ends:\n  {left!r}\n  {right!r}"


def differences(expected, ours):
    """Returns the differences between cargo's result and ours as a list of texts, which is empty if they are equal."""
    found = []
    if expected.status != ours.status:
        found.append(f"exit status: cargo {expected.status}, ours {ours.status}")
    for what in ("stdout", "stderr"):
        left, right = getattr(expected, what), getattr(ours, what)
        if left != right:
            found.append(_text_difference(what, left, right))
    for name in sorted(expected.tree.keys() | ours.tree.keys()):
        left, right = expected.tree.get(name), ours.tree.get(name)
        if left is None or right is None:
            found.append(f"{name}: cargo {left}, ours {right}")
        elif not _same_node(name, left, right):
            found.append(f"{name}:\n  cargo {left}\n  ours  {right}")
    return found


def without_cache_tag(world, result):
    """Ignores the files that cargo leaves in the cargo home on every run."""
    tree = dict(result.tree)
    for tag in [name for name in tree if name.endswith("/registry/CACHEDIR.TAG") and name not in world.files]:
        while tag and not any(name.startswith(tag + "/") for name in [*tree, *world.files, "home/x", world.cwd + "/x"]):
            tree.pop(tag, None)
            tag = tag.rpartition("/")[0]
    return dataclasses.replace(result, tree=tree)


def kept_bytes_in_order(before, after):
    """Returns whether `after` is `before` with pieces removed or blanked, and nothing added."""
    rest = iter(before.translate(None, b" \n"))
    return all(byte in rest for byte in after.translate(None, b" \n"))


def secrets_shown(world, result):
    """Tokens in the worlds begin with `s3cret`. None may be printed."""
    if any("s3cret" in str(arg) for arg in world.args):
        return False
    return b"s3cret" in result.stdout + result.stderr


def report(world, found):
    text = "\n".join([command_line(world), *found])
    return text.encode("utf-8", "backslashreplace").decode()  # names that are not UTF-8
