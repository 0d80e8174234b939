"""Splits standard error into messages: a first line with a keyword or a verb, and the lines that belong to it."""

import difflib
import re

_PAINT = re.compile(r"\x1b\[[0-9;]*m")
_START = re.compile(r"(warning|note|error): ")
_VERB = re.compile(r" +[A-Z][a-z]+ $")  # of a status line, right-aligned to 12 columns


def plain(text):
    return _PAINT.sub("", text)


def messages(stderr):
    """Each message as a text, in order. A line of its own between two messages is a provider's."""
    found = []
    for line in re.findall(r"[^\n]*\n|[^\n]+", stderr.decode("utf-8", "backslashreplace")):
        shown = plain(line)
        start = _START.match(shown) or _VERB.match(shown[:13])
        head = plain(found[-1]) if found else ""
        belongs = line[:1] in " \t\n" or head.startswith("error") or "is deprecated" in head
        if found and not start and belongs:
            found[-1] += line
        else:
            found.append(line)
    return found


def only_in_one(theirs, ours):
    """(messages that only the first has, messages that only the second has); the rest is the same, in the same order."""
    missing, extra = [], []
    for kind, start, end, our_start, our_end in difflib.SequenceMatcher(None, theirs, ours, autojunk=False).get_opcodes():
        if kind != "equal":
            missing += theirs[start:end]
            extra += ours[our_start:our_end]
    return missing, extra
