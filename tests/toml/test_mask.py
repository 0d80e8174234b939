"""A message shows no part of a value, however the document is malformed."""

import os
import random
import re

import generate
import pytest

DOCUMENTS = int(os.environ.get("TOML_DOCUMENTS", "1500"))
SECRETS = ["cioAbC3dEfG7hIjK9LmNoPqR5tUvWxY1zQ", "cio_tp_7f3A-x9", "pa55 gribble Frotz", "eyJhbGciOi.J9eyJzdWI.x_Yz-09", "99999999999999999999999", "tulip zebra quartz",
           "c2VjcmV0IHNlY3JldA==", "c2VjcmV0IHNlY3JldGE="]
# What can make a key or a header of a part of the secret: keys and headers are shown.
NAMES_A_KEY = [b"=", b".", b"[", b"]", b"token = x", b"[[a]]", b"[a]", b"a.b = 1", b"a = 1", b"'", b'"', b"\\u12"]
PIECES = [piece for piece in generate.PIECES if piece not in NAMES_A_KEY]

PART = rb"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
KEY = rb"[ \t]*" + PART + rb"(?:[ \t]*\.[ \t]*" + PART + rb")*[ \t]*"
READABLE = re.compile(rb"[ \t*]*(?:" + KEY + rb"=|\[" + KEY + rb"\]|\[\[" + KEY + rb"\]\])?[ \t*]*")


def fragments(secret):
    return {secret[at:at + 5].encode() for at in range(len(secret) - 4)}


def broken(seed, pieces):
    """A credentials file with a secret in it, after accidents near the secret."""
    rng = random.Random(f"masked {seed}")
    secret = rng.choice(SECRETS)
    quote = rng.choice(['"', "'", '"""', "'''", ""])
    value = rng.choice(["{q}{s}{q}", "{{ token = {q}{s}{q}, index = 1 }}", "[ {q}{s}{q},\n{q}{s}{q} ]", "[{q}{s}{q}]"]).format(q=quote, s=secret)
    lines = ["# mine", "[registry]", f"token = {value}", "", "[registries.my-reg]", "index = 'https://x'", f"token={value} # c", value]
    text = bytearray("\n".join(lines).encode())
    for _ in range(rng.randint(1, 3)):
        at = rng.randint(0, len(text))
        if rng.random() < 0.6:
            text[at:at] = rng.choice(pieces)
        else:
            del text[at:at + rng.randint(1, 3)]
    return bytes(text).decode("utf-8", "ignore").encode(), secret


def test_no_secret_is_shown(toml):
    refused = 0
    for seed in range(DOCUMENTS):
        text, secret = broken(seed, PIECES)
        message = toml.message(text)
        if message is None:
            continue
        refused += 1
        leaked = [fragment for fragment in fragments(secret) if fragment in message]
        assert not leaked, (seed, text.decode(), message.decode())
    assert refused > DOCUMENTS / 2


def test_only_keys_and_headers_are_readable(toml):
    """The line is the document's, with stars for all that is no key, no header and no white space."""
    refused = 0
    for seed in range(DOCUMENTS):
        text = broken(seed, generate.PIECES)[0]
        message = toml.message(text)
        if message is None:
            continue
        refused += 1
        place, _, shown, carets, reason = message.split(b"\n")
        number, _, line = shown.partition(b" | ")
        was = text.split(b"\n")[int(number) - 1].removesuffix(b"\r").decode()
        assert place.startswith(b"TOML parse error at line %s, column " % number) and b"^" in carets and reason
        assert READABLE.fullmatch(line), (seed, text, line)
        assert len(line.decode()) == len(was) and all(now in (then, "*") for now, then in zip(line.decode(), was)), (seed, text, line)
        assert all((now in " \t") == (then in " \t") for now, then in zip(line.decode(), was)), (seed, text, line)
    assert refused > DOCUMENTS / 2


# A line, and how it is shown. The message is about this line.
SHOWN = [
    ("token = cio123", "token = ******"),
    ('\ttoken = "cio\xe9 1\r', "\ttoken = ***** *"),
    ('token "cio123"', "***** ********"),
    ("token: cio123", "****** ******"),
    ("cioA1", "*****"),
    ("a . \"b\\u0063\".'d e' = x", "a . \"b\\u0063\".'d e' = *"),
    ("CARGO_TOKEN=cio # c", "CARGO_TOKEN=*** * *"),
    ('"a\x01" = 1', "**** * *"),
    ("\ufeff\ta = x", "*\ta = *"),
    ("[registry] token", "[registry] *****"),
    ("[[ a . 'b' ]]x", "[[ a . 'b' ]]*"),
    ("[[a]", "****"),
    ("[a$]", "****"),
    ("r = { token = cio }", "r = * ***** * *** *"),
    ("c2VjcmV0== # c", "********** * *"),
    ("token =", "token ="),
    ("a==b", "a=**"),
    ("# \x7f", "* *"),
]
# What is open at the end of the line before.
OPEN = [
    ("r = {\n", "  token = cio", "  ***** * ***"),
    ("r = [\n", "  [cio]", "  *****"),
    ("t = \'\'\'\n[a]\n", "b = 1", "* * *"),
    ('t = ["""\n', 'a = secret""", """\\q', "* * ********** *****"),
]


@pytest.mark.parametrize("before, line, shown", [("", *case) for case in SHOWN] + OPEN)
def test_how_a_line_is_shown(toml, before, line, shown):
    assert toml.message((before + line).encode()).split(b"\n")[2].decode().partition(" | ")[2] == shown
