"""A masked message has the place and the reason of the shown one, and nothing of a secret, however the document is broken."""

import os
import random

import generate

DOCUMENTS = int(os.environ.get("TOML_DOCUMENTS", "1500"))
SECRETS = ["cioAbC3dEfG7hIjK9LmNoPqR5tUvWxY1zQ", "cio_tp_7f3A-x9", "pa55 gribble Frotz", "eyJhbGciOi.J9eyJzdWI.x_Yz-09", "99999999999999999999999", "tulip zebra quartz"]


def fragments(secret):
    return {secret[at:at + 5].encode() for at in range(len(secret) - 4)}


def broken(seed):
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
            text[at:at] = rng.choice(generate.PIECES)
        else:
            del text[at:at + rng.randint(1, 3)]
    return bytes(text).decode("utf-8", "ignore").encode(), secret


def test_no_secret_is_shown(toml):
    refused = 0
    for seed in range(DOCUMENTS):
        text, secret = broken(seed)
        masked = toml.message(text, "mask")
        if masked is None:
            continue
        refused += 1
        leaked = [fragment for fragment in fragments(secret) if fragment in masked]
        assert not leaked, (seed, text.decode(), masked.decode())
    assert refused > DOCUMENTS / 2


def test_place_and_reason_stay(toml):
    for seed in range(DOCUMENTS):
        text = broken(seed)[0]
        shown, masked = toml.message(text), toml.message(text, "mask")
        assert (shown is None) == (masked is None)
        if shown is None or b"\n" not in shown:
            continue
        was, now = shown.split(b"\n"), masked.split(b"\n")
        assert len(now) == 5, masked
        assert now[:2] == was[:2] and now[3] == was[-2], (seed, text, masked)
        assert now[4] == was[-1] or b"integer `*`" in now[4]
        assert len(now[2].decode()) == len(was[2].decode())
