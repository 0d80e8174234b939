"""Installs the crate with Debian's crates and without a network, from the tree and by name."""

import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

import pytest

from conftest import PROJECT

BUILD = pathlib.Path(os.environ.get("CARGO_LOGOUT", PROJECT / "build/cargo-logout")).parent
PROGRAMS = ("cargo-logout", "cargo-logoff", "cargo-logout-revoke", "cargo-credential-libsecret")
VERSION = re.search(r"version: '([^']+)'", (PROJECT / "meson.build").read_text())[1]
# Allowed differences: colors, sections (for rustc's --gc-sections), code for a library or a program, and where and how helpers are built.
OWN = re.compile(r"-fdiagnostics-color|-f(function|data)-sections|-fno-omit-frame-pointer|-fPI[CE]$|-DHELPER_(DIR|OPTION)=")


def flags(words):
    return sorted({word for word in words if re.match(r"-[fDU]|-std=", word) and not OWN.match(word)})


def crate_commands(crate):
    """Flags of each C file that the build script compiled with features. cc prints a command as quoted words."""
    outputs = [path.read_text() for path in (crate / "target/release/build").glob("cargo-logout-*/output")]
    lines = re.findall(r'^running: (.*\.c")$', "\n".join(outputs), re.MULTILINE)
    found = {}
    for line in lines:
        words = [json.loads(word) for word in re.findall(r'"(?:[^"\\]|\\.)*"', line)]
        if words[-1].endswith(".c") and words[-1].startswith(("src/", "helper/")):
            found[words[-1]] = flags(words)
    return found


def meson_commands():
    found = {}
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        if not entry["output"].startswith("tests/"):
            name = os.path.relpath(os.path.join(entry["directory"], entry["file"]), PROJECT)
            found[name] = flags(shlex.split(entry["command"]))
    return found


def test_same_files_and_flags_as_meson(crate):
    assert crate_commands(crate) == meson_commands()


def test_link(crate):
    linked = {}
    for name in PROGRAMS:
        text = subprocess.run(["readelf", "-dlW", crate / "root/bin" / name], capture_output=True, text=True, check=True).stdout
        linked[name] = set(re.findall(r"\(NEEDED\).*\[(.*)\]", text))
        assert "BIND_NOW" in text and "GNU_RELRO" in text and re.search(r"GNU_STACK .* RW +0x", text), name
        assert "libgcc_s.so.1" not in linked[name]
    assert linked["cargo-logout"] == linked["cargo-logoff"] == {"libc.so.6"}
    assert "libcurl.so.4" in linked["cargo-logout-revoke"] and "libsecret-1.so.0" in linked["cargo-credential-libsecret"]


def test_as_a_subcommand(crate, cargo):
    env = {"PATH": f"{crate}/root/bin:{cargo.env['PATH']}", "CARGO_HOME": str(cargo.top)}
    assert cargo.must("logoff", "--version", env=env).stdout == f"cargo-logout {VERSION}\n"
    credentials = cargo.top / "credentials.toml"
    credentials.write_text('[registry]\ntoken = "not-a-real-token"\n')
    assert "has been removed" in cargo.must("logoff", env=env).stderr
    assert "token" not in credentials.read_text()


def test_cli(program):
    """Part of the suite `cli`, on the program that cargo installed."""
    tests = [PROJECT / "tests/cli/test_command_line.py", PROJECT / "tests/cli/test_differential_credentials.py"]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")} | {"CARGO_LOGOUT": str(program)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-k", "started_by_cargo or spellings", *tests]
    done = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert re.search(r"^\d\d+ passed, \d+ deselected", done.stdout, re.MULTILINE) and done.returncode == 0, done.stdout


def test_finds_its_helpers(crate, program, cargo):
    """The helper beside the program is started; without it, the message has the crate's own way to get it."""
    env = cargo.env | {"CARGO_HOME": str(cargo.top)}
    (cargo.top / "credentials.toml").write_text('[registry]\ntoken = "cio0123456789abcdefghijklmnopqrstuv"\n')
    (cargo.top / "bin").mkdir()
    shutil.copy(program, cargo.top / "bin")
    alone = subprocess.run([cargo.top / "bin/cargo-logout", "--revoke"], cwd=cargo.top, env=env, capture_output=True, text=True, check=False)
    beside = subprocess.run([program, "--revoke", "--offline"], cwd=cargo.top, env=env, capture_output=True, text=True, check=False)
    assert "build with `--features revoke`" in alone.stderr
    assert "is not installed" not in beside.stderr and beside.returncode == 101


def test_packed_files(crate, cargo):
    sources = [path for top in ("src", "helper") for path in (PROJECT / top).rglob("*.[ch]")]
    expected = {str(path.relative_to(PROJECT)) for path in sources} | {f"packaging/crate/{name}.rs" for name in ("build", *PROGRAMS)}
    expected |= {"Cargo.lock", "Cargo.toml", "Cargo.toml.orig", "LICENSE-APACHE", "LICENSE-MIT", "README.md"}
    expected |= {"meson.build", "src/meson.build", "helper/meson.build"}
    assert set(cargo.must("package", "--offline", "--list", cwd=crate / "source").stdout.split()) == expected


def test_installed_by_name(crate, cargo, registry):
    """Packed, put on a sparse registry, installed by name and removed."""
    files, url = registry
    cargo.home(f'[registries.here]\nindex = "sparse+{url}/index/"\n')
    (files / "index/ca/rg").mkdir(parents=True)
    (files / "index/config.json").write_text(json.dumps({"dl": f"{url}/{{crate}}-{{version}}.crate", "api": url}))
    tried = cargo.must("publish", "--dry-run", "--no-verify", "--registry", "here", cwd=crate / "source", env={"CARGO_REGISTRIES_HERE_TOKEN": "x"})
    warnings = [line for line in tried.stderr.splitlines() if line.startswith("warning:")]
    assert warnings == ["warning: aborting upload due to dry run"]

    cargo.must("package", "--offline", "--no-verify", cwd=crate / "source")
    packed = crate / f"target/package/cargo-logout-{VERSION}.crate"
    shutil.copy(packed, files)
    cc = {"name": "cc", "req": "^1.0.73", "features": [], "optional": False, "default_features": True, "target": None, "kind": "build"}
    entry = {"name": "cargo-logout", "vers": VERSION, "deps": [cc | {"registry": "https://github.com/rust-lang/crates.io-index"}]}
    entry |= {"cksum": hashlib.sha256(packed.read_bytes()).hexdigest(), "features": {"revoke": [], "libsecret": []}, "yanked": False}
    (files / "index/ca/rg/cargo-logout").write_text(json.dumps(entry) + "\n")

    root = cargo.top / "root"
    cargo.must("install", "--debug", "--registry", "here", "cargo-logout", "--root", root)
    assert sorted(path.name for path in (root / "bin").iterdir()) == ["cargo-logoff", "cargo-logout"]
    shown = subprocess.run([root / "bin/cargo-logout", "--version"], capture_output=True, text=True, check=True)
    assert shown.stdout == f"cargo-logout {VERSION}\n"
    cargo.must("uninstall", "cargo-logout", "--root", root)
    assert not list((root / "bin").iterdir())


def wrapped(directory, script):
    path = directory / "wrapped"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


NO_JANSSON = 'for word; do case $word in *jansson.c) echo "fatal error: jansson.h" >&2; exit 1 ;; esac; done\nexec cc "$@"'
NO_LIBRARY = 'case "$*" in *%s*) exit 1 ;; esac\nexec pkg-config "$@"'


@pytest.mark.parametrize(
    "variable, script, words, expected",
    [
        ("CC", "exit 127", [], ["cargo-logout needs a C compiler.", "gcc libc6-dev", "dnf install gcc", "build-base"]),
        ("CC", NO_JANSSON, [], ["cargo-logout needs jansson.", "libjansson-dev", "jansson-devel", "apk add jansson-dev"]),
        ("PKG_CONFIG", NO_LIBRARY % "libgit2", ["--features", "revoke"], ["the feature `revoke` needs libgit2.", "libgit2-dev"]),
        ("PKG_CONFIG", NO_LIBRARY % "libcurl", ["--features", "revoke"], ["the feature `revoke` needs libcurl>=7.87.0.", "libcurl4-openssl-dev"]),
        ("PKG_CONFIG", NO_LIBRARY % "libsecret", ["--features", "libsecret"], ["the feature `libsecret` needs libsecret-1>=0.20.", "libsecret-1-dev"]),
    ],
)
def test_something_is_missing(variable, script, words, expected, crate, cargo):
    done = cargo("check", "--offline", *words, cwd=crate / "source", env={variable: wrapped(cargo.top, script)})
    shown = done.stderr[done.stderr.index("--- stderr") :]
    assert done.returncode == 101 and shown.count("error:") == 1
    assert all(text in shown for text in expected), shown


def test_not_linux(crate, cargo):
    done = cargo("check", "--offline", "--target", "x86_64-pc-windows-gnu", cwd=crate / "source")
    assert done.returncode == 101 and done.stderr.endswith("--- stderr\n  error: cargo-logout works only on Linux\n"), done.stderr


def test_another_version(crate, cargo):
    """If only one of the two files has a new version, the build fails."""
    shutil.copytree(crate / "source", cargo.top / "source")
    manifest = cargo.top / "source/Cargo.toml"
    manifest.write_text(manifest.read_text().replace(f'version = "{VERSION}"', 'version = "9.9.9"', 1))
    done = cargo("check", "--offline", cwd=cargo.top / "source")
    assert "error: Cargo.toml has version 9.9.9, meson.build has another one" in done.stderr
