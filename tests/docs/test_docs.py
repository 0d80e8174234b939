"""Manual page and README tell the options and exit statuses that there are, and what is installed goes where it is looked for."""

import json
import pathlib
import re
import shutil
import subprocess

import pytest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
PAGE = PROJECT / "man/cargo-logout.1"
README = (PROJECT / "README.md").read_text()


def section(name):
    return re.search(rf"^\.Sh {name}\n(.*?)(?=^\.Sh |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL)[1]


def macro_options(line):
    """Options of mdoc's `Fl n , Fl -config Ar KEY=VALUE|PATH`; a value belongs to the option before it."""
    return {f"-{name}": value or None for name, value in re.findall(r"\bFl (\S+)(?: Ar (\S+))?", line)}


def test_manual_has_the_options(options):
    told, possible = {}, {}
    for head, body in re.findall(r"^\.It (Fl [^\n]*)\n(.*?)(?=^\.It |^\.El)", section("OPTIONS"), re.MULTILINE | re.DOTALL):
        told.update(macro_options(head))
        values = re.findall(r"^\.Cm (\w+)", body, re.MULTILINE)
        if values:
            possible["-" + head.split()[1]] = values
    assert told == options.values
    assert possible == options.possible


def test_synopsis_has_the_options(options):
    assert macro_options(section("SYNOPSIS")) == options.values


def readme_table(heading):
    """Rows of a table, the cells as they stand; what stands in `back-quotes` may have a bar."""
    text = re.search(rf"^\| {heading} \|.*\n\|[- |]+\|\n((?:\|.*\n)+)", README, re.MULTILINE)[1]
    return [[cell.strip() for cell in re.findall(r"((?:`[^`]*`|[^|`])*)\|", row[1:])] for row in text.splitlines()]


def test_readme_has_the_options(options):
    told = {}
    for cell, meaning, *_ in readme_table("option"):
        for code in re.findall(r"`(.*?)`", cell):
            name, _, value = code.partition(" ")
            if name.startswith("-"):
                assert name not in told
                told[name] = value or None
                values = re.findall(r"`(\w+)`", meaning)
                assert name not in options.possible or sorted(values) == sorted(options.possible[name]), name
            else:
                told[next(reversed(told))] += "|" + code  # `--config KEY=VALUE` or `PATH`
    assert told == options.values


def test_exit_statuses():
    told = re.findall(r"^\.It (\d+)", section("EXIT STATUS"), re.MULTILINE)
    assert told == [row[0] for row in readme_table("exit status")]
    assert told == ["0", "1", "2", "101"]


def test_manual_is_of_this_version(program):
    version = subprocess.run([program, "-V"], capture_output=True, text=True, check=True, timeout=20).stdout
    assert f".Os {version}" in PAGE.read_text()


@pytest.mark.skipif(not shutil.which("mandoc"), reason="needs mandoc")
@pytest.mark.parametrize("page", sorted((PROJECT / "man").glob("*.1")), ids=lambda page: page.name)
def test_manual_is_clean(page):
    """But for pages that are not installed here, and for what NetBSD wants of its own."""
    out = subprocess.run(["mandoc", "-Tlint", page], capture_output=True, text=True, check=False, timeout=20).stdout
    faults = [line for line in out.splitlines() if not re.search(r"referenced manual not found|\(NetBSD\)|outdated mandoc.db", line)]
    assert not faults


def test_installation(program):
    build = program.parent
    if not (build / "build.ninja").exists():
        pytest.skip("needs the build directory")
    out = subprocess.run(["meson", "introspect", "--installed", build], capture_output=True, text=True, check=True, timeout=60).stdout
    places = sorted(json.loads(out).values())
    for place in (
        "/bin/cargo-logout",
        "/bin/cargo-credential-libsecret",
        "/share/man/man1/cargo-logout.1",
        "/share/man/man1/cargo-credential-libsecret.1",
        "/share/bash-completion/completions/cargo-logout",
        "/share/zsh/site-functions/_cargo-logout",
        "/share/fish/vendor_completions.d/cargo-logout.fish",
    ):
        assert any(path.endswith(place) for path in places), place
