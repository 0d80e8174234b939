"""The values against the real cargo's, which reads each document as its config file and prints it as JSON.

`cargo config get` is for its nightly channel only; RUSTC_BOOTSTRAP opens that. A configuration has no floats and no dates, so
neither have these documents; their values are compared with tomllib's (test_tree.py).
"""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import tempfile

import generate
import oracle

DOCUMENTS = int(os.environ.get("TOML_CARGO_DOCUMENTS", "100"))


def cargos(document):
    """The values as cargo has them, or what it says instead."""
    with tempfile.TemporaryDirectory() as home:
        pathlib.Path(home, "config.toml").write_bytes(document)
        environment = {"CARGO_HOME": home, "HOME": home, "PATH": "/usr/bin:/bin", "RUSTC_BOOTSTRAP": "1"}
        command = [oracle.cargo_path(), "config", "get", "-Zunstable-options", "--format", "json-value"]
        done = subprocess.run(command, cwd=home, env=environment, capture_output=True, timeout=60, check=False)
        return json.loads(done.stdout) if done.returncode == 0 else done.stderr.decode()


def exact(node):
    """A node as JSON would give it, a carriage return in a string too."""
    kind = node["type"]
    if kind == "table":
        return {child["key"]: exact(child) for child in node["children"]}
    if kind == "array":
        return [exact(child) for child in node["children"]]
    return int(node["integer"]) if kind == "integer" else node[kind]


def test_the_values_are_cargos(toml):
    documents = [generate.document(seed, configuration=True)[0] for seed in range(DOCUMENTS)]
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        answers = list(pool.map(cargos, documents))
    taken = 0
    for document, answer in zip(documents, answers, strict=True):
        tree = toml.tree(document)
        if isinstance(answer, str):
            # a key that cargo itself needs may have the wrong type; test_errors.py is about TOML's own faults
            assert tree is not None or "TOML" in answer, (document, answer)
            continue
        assert tree is not None and exact(tree) == answer, document
        taken += 1
    assert taken > DOCUMENTS / 2
