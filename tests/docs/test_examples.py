"""The documents show the program's real output, and the program accepts each command line in them."""

import pathlib
import re
import shlex
import sys

import pytest
from registry_stand_in import Registry

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(PROJECT / "docs"))

import terminal  # noqa: E402

DOCUMENTS = ["README.md", "SECURITY.md", *(f"docs/{path.name}" for path in sorted((PROJECT / "docs").glob("*.md")))]
PAGES = sorted((PROJECT / "man").glob("cargo-logout*.1"))


def read(name):
    return (PROJECT / name).read_text()


def commands():
    for name in DOCUMENTS:
        for block in re.findall(r"^```console\n(.*?)^```", read(name), re.MULTILINE | re.DOTALL):
            for line in re.findall(r"^\$ (cargo-logout.*)", block, re.MULTILINE):
                yield name, line
        for line in re.findall(r"`(cargo-logout -[^`]*)`", read(name)):
            if not line.isupper() and not re.search(r" [A-Z]{3,}|…|\.\.\.", line):
                yield name, line
    for page in PAGES:
        for line in re.findall(r"^\.Dl \$ (.*)", page.read_text(), re.MULTILINE):
            yield page.name, line


@pytest.mark.parametrize("name, line", sorted(set(commands())))
def test_each_command_line_is_accepted(name, line, program, tmp_path):
    """Runs it in a home whose default registry is on this machine. Exit statuses 2 and 101 do not mean that the command line is wrong."""
    with Registry() as registry:
        terminal.make_home(tmp_path)
        config = tmp_path / ".cargo/config.toml"
        config.write_text(config.read_text().replace("https://registry.example.com/index/", registry.index.removeprefix("sparse+")))
        config.write_text(f'registry.default = "my-registry"\n{config.read_text()}')
        (tmp_path / ".cargo/credentials.toml").write_text(f'[registries.my-registry]\ntoken = "{registry.issue()}"\n')
        word, *arguments = shlex.split(line)
        assert word == "cargo-logout"
        out, status = terminal.run(program, tmp_path, arguments)
    assert status in (0, 2, 101), out
    assert "error: " not in out or "--revoke" in line or "--check" in line, out


def test_readme_session(program):
    text = re.search(r"<!-- session: begin -->\n```console\n(.*?)```\n<!-- session: end -->", read("README.md"), re.DOTALL)[1]
    assert text == terminal.session(program, "never")


def test_picture(program):
    """To draw it again: docs/terminal.py PROGRAM >docs/terminal.svg"""
    assert read("docs/terminal.svg") == terminal.picture(terminal.session(program, "always"))


def test_json_session(program, tmp_path):
    block = re.search(r"^```console\n\$ cargo-logout ([^\n]*)\n(.*?)^```", read("docs/json.md"), re.MULTILINE | re.DOTALL)
    terminal.make_home(tmp_path)
    out, _ = terminal.run(program, tmp_path, block[1].split())
    lines = [line for line in out.splitlines() if line.startswith("{")]
    assert block[2].splitlines() == [line.replace(str(tmp_path), "/home/ada") for line in lines]


def test_readme_is_short():
    text = read("README.md")
    assert len(text.split()) <= 1500
    assert text.splitlines().index("## Install") < 70


@pytest.mark.parametrize("name", [*DOCUMENTS, "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_somewhere(name):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)|src=\"([^\"]+)\"", read(name)):
        path = "".join(target)
        assert ((PROJECT / name).parent / path).exists(), path


def test_each_promise_names_a_test():
    """SECURITY.md: `tests/DIRECTORY/FILE::NAME`."""
    named = re.findall(r"`(tests/[\w/]+\.\w+)::(\w+)`", read("SECURITY.md"))
    assert len(named) >= 20
    for path, name in named:
        text = read(path)
        assert re.search(rf"^def {name}\(|^{name} = |^static void {name}\(", text, re.MULTILINE), f"{path}::{name}"
