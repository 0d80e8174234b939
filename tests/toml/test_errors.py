"""Compares which documents are accepted, and the text of each message, with the real cargo, which reads each document as its config file."""

import concurrent.futures
import os
import pathlib
import subprocess
import tempfile

import differences
import faults
import generate
import oracle

MUTATED = int(os.environ.get("TOML_CARGO_DOCUMENTS", "300"))
REFUSED = b"could not parse TOML configuration in `%s`\n\nCaused by:\n"


def cargo_message(document):
    """What cargo says of the document, without the indentation of causes; None if it takes it."""
    with tempfile.TemporaryDirectory() as home:
        config = pathlib.Path(home, "config.toml")
        config.write_bytes(document)
        environment = {"CARGO_HOME": home, "HOME": home, "PATH": "/usr/bin:/bin"}
        # In colour, so that cargo does not take control characters out of what it shows of the document.
        done = subprocess.run([oracle.cargo_path(), "logout", "--registry", "crates-io", "--color", "always"], cwd=home, env=environment,
                              capture_output=True, timeout=60, check=False)
        _, found, message = done.stderr.partition(REFUSED % bytes(config))
        assert found or b"TOML" not in done.stderr or b"unsupported TOML" in done.stderr, done.stderr
        if not found:
            return None
        return b"\n".join(line[2:] if line.startswith(b"  ") else line for line in message.rstrip(b"\n").split(b"\n"))


def same(ours, cargos):
    """Place, carets and reason; or one of the classes that are named differences."""
    if ours is None or cargos is None:
        return ours == cargos or (ours is None and bool(differences.TOML_NUMBER.search(cargos)))
    if cargos == b"recursion limit":
        return ours.endswith(b"\n" + cargos)
    mine, theirs = differences.TOML_FAULT.fullmatch(ours), differences.TOML_FAULT.fullmatch(cargos)
    return mine.groups() == theirs.groups() or differences.toml_first_fault(theirs, mine) or differences.toml_own_words(theirs, mine)


def compare(toml, documents):
    """The documents of which ours says something else than cargo."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        answers = list(pool.map(cargo_message, documents))
    different = []
    for document, cargos in zip(documents, answers, strict=True):
        message = toml.message(document)
        ours = message.rstrip(b"\n") if message is not None else None
        if not same(ours, cargos):
            different.append((document, ours, cargos))
    return different, sum(answer is not None for answer in answers)


def test_faulty_documents(toml):
    different, refused = compare(toml, [document.encode() for document in faults.DOCUMENTS])
    assert not different, different[0]
    assert refused >= 150


def test_mutated_documents(toml):
    different, refused = compare(toml, [generate.mutated(seed) for seed in range(MUTATED)])
    assert not different, different[0]
    assert refused > MUTATED / 4
