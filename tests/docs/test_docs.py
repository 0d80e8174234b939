"""The man page and the README have the program's options and exit statuses, and files are installed where other programs look for them."""

import json
import pathlib
import re
import shutil
import subprocess

import pytest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
PAGE = PROJECT / "man/cargo-logout-tool.1"
README = (PROJECT / "README.md").read_text()


def section(name):
    return re.search(rf"^\.Sh {name}\n(.*?)(?=^\.Sh |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL)[1]


def macro_options(line):
    """Options of mdoc's `Fl n , Fl -config Ar KEY=VALUE|PATH`; a value belongs to the option before it."""
    return {f"-{name}": value or None for name, value in re.findall(r"\bFl (\S+)(?: Ar (\S+))?", line)}


def test_manual_and_help_have_the_options_of_the_parser(options):
    named, possible = {}, {}
    for head, body in re.findall(r"^\.It (Fl [^\n]*)\n(.*?)(?=^\.It Fl|\Z)", section("OPTIONS"), re.MULTILINE | re.DOTALL):
        named.update(macro_options(head))
        values = re.findall(r"^\.It Cm (\w+)", body, re.MULTILINE)
        if values:
            possible["-" + head.split()[1]] = values
    assert named == options.values
    assert possible == options.possible
    rows = re.findall(r"\[ARGS_\w+\] = \{(.*)\}", (PROJECT / "src/cli/options.c").read_text())
    parsed = " ".join(row for row in rows if ".instead" not in row)  # the others are always rejected
    letters = {f"-{letter}" for letter in re.findall(r"\.letter = '(.)'", parsed)}
    assert letters | {f"--{name}" for name in re.findall(r'\.name = "([^"]+)"', parsed)} == {*named, "-Z"}


def test_synopsis_has_only_options_that_exist(options):
    assert macro_options(section("SYNOPSIS")).items() <= options.values.items()


def test_help_names_the_page(program):
    """Debian's cargo has a page named cargo-logout."""
    text = subprocess.run([program, "--help"], capture_output=True, text=True, check=True, timeout=20).stdout
    assert text.splitlines()[-1] == f"Run `man {PAGE.stem}` for more detailed information."
    assert PAGE.stem != "cargo-logout"


@pytest.mark.parametrize("beside_cargo", [False, True])
def test_man_finds_the_page(beside_cargo, tmp_path):
    """`man cargo-logout` opens ours if cargo's page is not installed, and cargo's if it is."""
    pages = tmp_path / "man1"
    pages.mkdir()
    shutil.copy(PAGE, pages)
    cargos = pages / "cargo-logout.1"
    if beside_cargo:
        cargos.write_text('.TH "CARGO-LOGOUT" "1"\n.SH "NAME"\ncargo\\-logout \\- Remove an API token\n')
    subprocess.run(["mandb", "--quiet", "--user-db", tmp_path], capture_output=True, check=True, timeout=60)
    for name, page in ((PAGE.stem, pages / PAGE.name), ("cargo-logout", cargos if beside_cargo else pages / PAGE.name)):
        found = subprocess.run(["man", "-w", name], env={"MANPATH": str(tmp_path), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True, timeout=20)
        assert found.stdout == f"{page}\n"


def readme_table(heading):
    """Rows of a table. A cell can have a bar in `back-quotes`."""
    text = re.search(rf"^\| {heading} \|.*\n\|[- |]+\|\n((?:\|.*\n)+)", README, re.MULTILINE)[1]
    return [[cell.strip() for cell in re.findall(r"((?:`[^`]*`|[^|`])*)\|", row[1:])] for row in text.splitlines()]


def test_readme_has_only_options_that_exist(options):
    rows = readme_table("option")
    named = [name for row in rows for name in re.findall(r"`(--?[a-z][\w-]*)", row[0])]
    assert len(named) > 10 and len(set(named)) == len(named)
    assert set(named) <= options.values.keys()
    assert {name for name, value in options.values.items() if value and name not in ("--config", "--color")} <= set(re.findall(r"`(--[\w-]+) [^`]*`", str(rows)))


def test_exit_statuses():
    statuses = re.findall(r"^\.It (\d+)", section("EXIT STATUS"), re.MULTILINE)
    assert statuses == [row[0] for row in readme_table("status")]
    assert statuses == ["0", "1", "2", "101"]


def test_manual_is_of_this_version(program):
    version = subprocess.run([program, "-V"], capture_output=True, text=True, check=True, timeout=20).stdout
    assert f".Os {version}" in PAGE.read_text()


@pytest.mark.parametrize("page", sorted((PROJECT / "man").glob("*.1")), ids=lambda page: page.name)
def test_manual_is_clean(page):
    """Ignores pages that are not installed here, and rules of NetBSD."""
    out = subprocess.run(["mandoc", "-Tlint", page], capture_output=True, text=True, check=False, timeout=20).stdout
    faults = [line for line in out.splitlines() if not re.search(r"referenced manual not found|\(NetBSD\)|outdated mandoc.db", line)]
    assert not faults


def test_installation(program):
    build = program.parent
    out = subprocess.run(["meson", "introspect", "--installed", build], capture_output=True, text=True, check=True, timeout=60).stdout
    places = sorted(json.loads(out).values())
    for place in (
        "/bin/cargo-logout",
        "/bin/cargo-credential-libsecret",
        "/share/man/man1/cargo-logout-tool.1",
        "/share/man/man1/cargo-credential-libsecret.1",
        "/share/bash-completion/completions/cargo-logout",
        "/share/zsh/site-functions/_cargo-logout",
        "/share/fish/vendor_completions.d/cargo-logout.fish",
        *(f"/share/doc/cargo-logout/{name}" for name in ("README.md", "LICENSE-MIT", "LICENSE-APACHE", "SECURITY.md", "docs/json.md", "docs/json-schema.json", "docs/terminal.svg")),
    ):
        assert any(path.endswith(place) for path in places), place
    assert not any(path.endswith("/cargo-logout.1") for path in places)


@pytest.mark.parametrize("prefix", ["/usr", "/usr/local"])
def test_zsh_reads_where_the_completion_is_installed(prefix, program, tmp_path):
    subprocess.run(["meson", "setup", f"--prefix={prefix}", tmp_path / "build", PROJECT], capture_output=True, check=True, timeout=120)
    out = subprocess.run(["meson", "introspect", "--installed", tmp_path / "build"], capture_output=True, text=True, check=True, timeout=60).stdout
    (path,) = (pathlib.Path(path) for path in json.loads(out).values() if path.endswith("/_cargo-logout"))
    read = subprocess.run(["zsh", "-fc", "print -l $fpath"], capture_output=True, text=True, check=True, timeout=20).stdout
    assert str(path.parent) in read.splitlines()
