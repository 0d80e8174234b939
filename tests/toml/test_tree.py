"""The tree against tomllib's, on generated documents."""

import itertools
import os
import tomllib

import generate
import reader

DOCUMENTS = int(os.environ.get("TOML_DOCUMENTS", "1500"))


def test_the_tree_is_tomllibs(toml):
    taken = 0
    for seed in range(DOCUMENTS):
        text, plain, _ = generate.document(seed)
        try:
            expected = reader.comparable(tomllib.loads(plain))
        except tomllib.TOMLDecodeError:
            continue
        tree = toml.tree(text)
        assert tree, (seed, text.decode(), toml.message(text))
        assert reader.value_of(tree) == expected, (seed, text.decode())
        taken += 1
    assert taken > DOCUMENTS / 2


def test_bytes_that_are_no_utf_8_are_refused(toml):
    """With bytes at the edges of ranges. Because of the digits, eight bytes are read at once."""
    edges = (0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0)
    for text in itertools.product(range(0x80, 0x100), edges, edges, (0x7F, 0x80)):
        for length in range(1, 5):
            document = b"1234567" + bytes(text[:length])
            try:
                document.decode()
            except UnicodeDecodeError:
                assert toml.message(document) == b"not UTF-8", document
            else:
                assert toml.message(document) != b"not UTF-8", document


def test_spans_are_exact(toml):
    """Reading the bytes of a key or value alone gives the key or value again."""
    for seed in range(0, DOCUMENTS, 4):
        text = generate.document(seed)[0]
        tree = toml.tree(text)
        for _, node in reader.walk(tree) if tree else ():
            key = text[slice(*node["key_span"])]
            value = text[slice(*node["value"])]
            if key:
                assert toml.tree(key + b" = 1")["children"][0]["key"] == node["key"], (seed, key)
            if node["origin"] in ("header", "element") and node["type"] != "array":
                assert value[:1] == b"[" and value[-1:] == b"]"
            elif value and not (node["type"] == "array" and node["origin"] == "element"):
                alone = toml.tree(b"x = " + value)
                assert reader.value_of(alone["children"][0]) == reader.value_of(node), (seed, value)
            if node["pair"]:
                line = text[node["pair"]:node["value"][1]]
                assert reader.value_of(toml.tree(line)), (seed, line)


def test_mutated_documents_are_refused_or_read_as_tomllib_reads_them(toml):
    """What tomllib takes and has no 1.1 in it, ours takes; nothing crashes on the rest."""
    for seed in range(DOCUMENTS):
        text = generate.mutated(seed)
        tree = toml.tree(text)
        message = toml.message(text)
        assert (tree is None) != (message is None)
        try:
            expected = reader.comparable(tomllib.loads(text.decode()))
        except (tomllib.TOMLDecodeError, ValueError):
            continue
        if tree is None:
            assert b"overflowed" in message or b"invalid type: integer" in message or b"too large" in message, (seed, text)
        else:
            assert reader.value_of(tree) == expected, (seed, text.decode())
