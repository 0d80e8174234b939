"""Splits standard error into messages: a first line with a keyword or a verb, and the lines that belong to it."""

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
    # the longest common sequence, so that a different order is noticed
    lengths = [[0] * (len(ours) + 1) for _ in range(len(theirs) + 1)]
    for i in range(len(theirs) - 1, -1, -1):
        for j in range(len(ours) - 1, -1, -1):
            lengths[i][j] = lengths[i + 1][j + 1] + 1 if theirs[i] == ours[j] else max(lengths[i + 1][j], lengths[i][j + 1])
    i = j = 0
    missing, extra = [], []
    while i < len(theirs) or j < len(ours):
        if i < len(theirs) and j < len(ours) and theirs[i] == ours[j]:
            i, j = i + 1, j + 1
        elif j == len(ours) or (i < len(theirs) and lengths[i + 1][j] >= lengths[i][j + 1]):
            missing.append(theirs[i])
            i += 1
        else:
            extra.append(ours[j])
            j += 1
    return missing, extra
