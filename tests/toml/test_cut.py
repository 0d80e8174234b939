"""Cutting pairs: all other bytes stay, and the result parses as the old tree without these pairs."""

import os
import random
import tomllib

import pytest

import generate
import reader

DOCUMENTS = int(os.environ.get("TOML_DOCUMENTS", "1500"))

# What goes with a pair, by hand: text, the paths cut, what is left.
CASES = [
    ('token = "x" # mine\n', ["0"], ""),
    ('# keep\n[r] # me\n\ttoken\t=\t"x"\t# not me\r\na = 1', ["0/0"], "# keep\n[r] # me\na = 1"),
    ('a = 1\ntoken = "x"', ["1"], "a = 1\n"),
    ("[r]\n  \t token = 1\na = 1\n", ["0/0"], "[r]\na = 1\n"),
    ('\ufefftoken = "x"\na = 1\n', ["0"], "\ufeffa = 1\n"),
    ('t = """\n# no\n""" # c\na = 1\n', ["0"], "a = 1\n"),
    ("t = [ # c\n1 ]\na = 1\n", ["0"], "a = 1\n"),
    ("'t' . \"u\" = 1\na = 1\n", ["0/0"], "a = 1\n"),
    ("r.token = 1\nr.index = 2\n", ["0/0"], "r.index = 2\n"),
    ("r.token = 1\na = 1\nr.index = 2\n", ["0"], "a = 1\n"),
    ('registry = { token = "t" }', ["0/0"], "registry = {}"),
    ('registry = {token = "x", b = 1}', ["0/0"], "registry = {b = 1}"),
    ('registry = { b = 1, token = "x" } # c', ["0/1"], "registry = { b = 1 } # c"),
    ('registry = { b = 1, token = "x", }', ["0/1"], "registry = { b = 1, }"),
    ("r = { a = 1, b = 2, c = 3 }", ["0/1"], "r = { a = 1, c = 3 }"),
    ("r = { a = 1, b = 2, c = 3 }", ["0/1", "0/2"], "r = { a = 1 }"),
    ("r = { a = 1, b = 2, c = 3 }", ["0/2", "0/0"], "r = { b = 2 }"),
    ("r = { a.b = 1, c = 2, a.d = 3 }", ["0/0"], "r = { c = 2 }"),
    ("r = { a.b = 1, c = 2, a.d = 3 }", ["0/0/1"], "r = { a.b = 1, c = 2 }"),
    ("r = {\n  # about a\n  a = 1, # a\n  # about b\n  b = 2, # b\n}\n", ["0/0"], "r = {\n  # about a\n  # about b\n  b = 2, # b\n}\n"),
    ("r = {\n  a = 1, # a\n  b = 2 # b\n}\n", ["0/1"], "r = {\n  a = 1 # a\n}\n"),
    ("r = {\n  a = 1, # a\n  b = 2 # b\n}\n", ["0/0", "0/1"], "r = {\n}\n"),
    ("r = {\n  a = 1, # a\n  b = 2, # b\n  c = 3 # c\n}\n", ["0/1", "0/2"], "r = {\n  a = 1 # a\n}\n"),
    ("r = { a = 1, # c\n  b = 2 }\n", ["0/0"], "r = { # c\n  b = 2 }\n"),
    ("r = {\n  a = 1, b = 2, # c\n  d = 3 }\n", ["0/0", "0/1"], "r = {\n   # c\n  d = 3 }\n"),
    ("r = { a = 1\n    , b = 2\n    , c = 3\n    }\n", ["0/1"], "r = { a = 1\n    ,\n     c = 3\n    }\n"),
    ("r = { a = 1\n    , b = 2\n    , c = 3\n    }\n", ["0/0"], "r = {\n     b = 2\n    , c = 3\n    }\n"),
    ("r = { a = 1\n    , b = 2\n    , c = 3\n    }\n", ["0/0", "0/1"], "r = {\n    \n     c = 3\n    }\n"),
    ("r = { a = 1\n    , b = 2\n    , c = 3\n    }\n", ["0/1", "0/2"], "r = { a = 1\n    \n    \n    }\n"),
    ("r = { a = 1\n    , b = 2\n    , c = 3, d = 4 }\n", ["0/1", "0/2"], "r = { a = 1\n    ,\n     d = 4 }\n"),
    ("r = { " + ", ".join(f"k{number} = 1" for number in range(20)) + " }", [f"0/{number}" for number in range(1, 20)], "r = { k0 = 1 }"),
    ("r = { a = { token = 1, b = 2 }, c = [{ token = 3 }] }", ["0/0/0", "0/1/0/0"], "r = { a = { b = 2 }, c = [{}] }"),
    ("a = { b = 1 }\nc = 2\n", ["0", "0/0"], "c = 2\n"),
    ("[a] # c\nx = 1\n# keep\n[b]\n[a.c]\ny = 1\n", ["0"], "# keep\n[b]\n"),
    ("[[a]]\nx = 1\n[b]\n[[a]]\n[a.c]\n", ["0"], "[b]\n"),
]


@pytest.mark.parametrize("text, paths, left", CASES)
def test_what_goes_with_a_pair(toml, text, paths, left):
    taken, answer = toml.ask(text.encode(), "cut", *paths)
    assert taken, answer
    assert answer.decode() == left


def is_part(part, whole):
    """Whether `part` is `whole` with some bytes left out."""
    rest = iter(whole)
    return all(byte in rest for byte in part)


def without(node, victims, path=()):
    """The value of a tree without the nodes at these paths; None where nothing is left of a table that only dotted keys
    or longer headers made."""
    if path in victims:
        return None
    if node["type"] != "table":
        if node["type"] == "array":
            return [without(child, victims, (*path, n)) for n, child in enumerate(node["children"])]
        return reader.value_of(node)
    left = {}
    for number, child in enumerate(node["children"]):
        value = without(child, victims, (*path, number))
        if value is not None:
            left[child["key"]] = value
    return None if not left and node["origin"] in ("dotted", "implicit") else left


def pieces(text, tree, victims):
    """The bytes of each key and value that is not below a victim, in the order of the text."""
    found = []

    def visit(node, path):
        if path in victims:
            return
        if node["type"] in ("table", "array"):
            for number, child in enumerate(node["children"]):
                visit(child, (*path, number))
        else:
            found.append((node["value"][0], text[slice(*node["key_span"])], text[slice(*node["value"])]))

    visit(tree, ())
    return [piece[1:] for piece in sorted(found)]


def check(toml, seed, text, comments, rng):
    tree = toml.tree(text)
    nodes = [path for path, node in reader.walk(tree) if node["key_span"] != [0, 0]] if tree else []
    if not nodes:
        return 0
    victims = set(rng.sample(nodes, rng.choice([1, 1, 2, 3, min(8, len(nodes))]) if len(nodes) > 8 else 1))
    told = (seed, victims, text.decode())
    taken, left = toml.cut(text, sorted(victims))
    assert taken, (told, left)
    after = toml.tree(left)
    assert reader.value_of(after) == (without(tree, victims) or {}), (told, left.decode())
    assert is_part(left, text), (told, left.decode())
    assert pieces(left, after, ()) == pieces(text, tree, victims), (told, left.decode())
    inside = [text[slice(*node["value"])] for path, node in reader.walk(tree)
              if any(path[:depth] in victims for depth in range(1, len(path) + 1))]
    for comment in comments:
        gone = any(comment.encode() in value for value in inside)
        assert gone or comment.encode() in left, (told, comment, left.decode())
    return 1


def test_cutting_any_pairs_leaves_all_the_rest(toml):
    done = 0
    for seed in range(DOCUMENTS):
        text, _, comments = generate.document(seed)
        done += check(toml, seed, text, comments, random.Random(seed))
    assert done > DOCUMENTS / 2


def test_cutting_from_mutated_documents(toml):
    for seed in range(DOCUMENTS):
        check(toml, seed, generate.mutated(seed), [], random.Random(seed))


def test_a_toml_1_0_document_stays_one(toml):
    for seed in range(DOCUMENTS):
        plain = generate.document(seed)[1]
        try:
            tomllib.loads(plain)
        except tomllib.TOMLDecodeError:
            continue
        tree = toml.tree(plain.encode())
        paths = [path for path, node in reader.walk(tree) if node["key_span"] != [0, 0]]
        if paths:
            victim = random.Random(seed).choice(paths)
            left = toml.cut(plain.encode(), [victim])[1].decode()
            assert reader.comparable(tomllib.loads(left)) == (without(tree, {victim}) or {}), (seed, plain, left)
