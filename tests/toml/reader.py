"""Our TOML parser as Python sees it: toml_dump, kept running, one document after the other."""

import json
import re
import subprocess
import tomllib

# A time without seconds, which tomllib does not know.
TIME = re.compile(r"^((?:.{10}[Tt ])?\d\d:\d\d)([Zz+-].*)?$")


class Reader:
    def __init__(self, program):
        self._process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def close(self):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def ask(self, document, *words):
        """(True, answer) or (False, message)"""
        self._process.stdin.write(b"%d %s\n" % (len(document), " ".join(words).encode()) + document)
        self._process.stdin.flush()
        size, status = self._process.stdout.readline().split()
        return status == b"ok", self._process.stdout.read(int(size))

    def tree(self, document):
        """The tree, or None for a document that is refused."""
        taken, answer = self.ask(document)
        return json.loads(answer) if taken else None

    def message(self, document, *words):
        """The message, or None for a document that is taken."""
        taken, answer = self.ask(document, *words)
        return None if taken else answer

    def cut(self, document, paths):
        return self.ask(document, "cut", *("/".join(map(str, path)) for path in paths))


def value_of(node):
    """A node as tomllib would give it; floats as their shortest text, so that nan equals nan."""
    kind = node["type"]
    if kind == "table":
        return {child["key"]: value_of(child) for child in node["children"]}
    if kind == "array":
        return [value_of(child) for child in node["children"]]
    if kind == "integer":
        return int(node["integer"])
    if kind == "number or date":
        try:
            return comparable(tomllib.loads("x = " + TIME.sub(r"\1:00\2", node[kind]))["x"])
        except tomllib.TOMLDecodeError:
            return node[kind]
    if kind == "string":
        return node["string"].replace("\r\n", "\n")  # tomllib does that to the whole document, the toml crate does not
    return node[kind]


def comparable(value):
    """tomllib's values in the form that value_of has."""
    if isinstance(value, dict):
        return {key: comparable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [comparable(inner) for inner in value]
    return repr(value) if isinstance(value, float) else value


def walk(node, path=()):
    """Every node below this one with its path of child numbers."""
    for number, child in enumerate(node.get("children", ())):
        yield (*path, number), child
        yield from walk(child, (*path, number))
