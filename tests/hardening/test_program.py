"""The built programs have the protections of the compiler and the linker against exploits of bugs.

A build without optimization has no FORTIFY; the build directory shows which it is. The static program of packaging/static has no
libsecret helper beside it, loads no library, and uses musl, which has no FORTIFY. Everything else is true for every build.
"""

import json
import os
import pathlib
import platform
import re
import shlex
import subprocess

import pytest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("CARGO_LOGOUT", PROJECT / "build/cargo-logout")).parent


def installed_programs():
    """Every program that the build installs, so that new programs are checked too."""
    plan = json.loads((BUILD / "meson-info/intro-installed.json").read_text())
    names = [pathlib.Path(path) for path in plan]
    return [path for path in names if path.is_file() and path.read_bytes()[:4] == b"\x7fELF"]


def options():
    listed = json.loads((BUILD / "meson-info/intro-buildoptions.json").read_text())
    return {option["name"]: option["value"] for option in listed}


def static():
    return options()["unicode"] == "linked"


def readelf(*words):
    return subprocess.run(["readelf", "-W", *words], capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"}).stdout


@pytest.fixture(params=installed_programs(), ids=lambda path: path.name)
def program(request):
    return request.param


def test_programs_are_found():
    expected = {"cargo-logout"} if static() else {"cargo-logout", "cargo-credential-libsecret"}
    assert {path.name for path in installed_programs()} >= expected


def test_position_independent_and_with_full_relro(program):
    assert "DYN (Position-Independent Executable file)" in readelf("-h", program)
    dynamic, segments = readelf("-d", program), readelf("-l", program)
    assert "GNU_RELRO" in segments
    assert "BIND_NOW" in dynamic and re.search(r"FLAGS_1.* NOW", dynamic)
    assert not re.search(r"RPATH|RUNPATH|TEXTREL", dynamic)  # nothing is loaded from elsewhere
    assert re.search(r"GNU_STACK .* RW +0x", segments)
    assert not re.search(r" R?WE ", segments)  # no memory is both written and run


def test_cargo_logout_is_linked_to_little():
    needed = set(re.findall(r"NEEDED.*\[(.*)\]", readelf("-d", BUILD / "cargo-logout")))
    assert needed - {"libjansson.so.4"} == (set() if static() else {"libc.so.6"})
    assert ("INTERP" in readelf("-l", BUILD / "cargo-logout")) != static()


def test_stack_protector(program):
    assert re.search(r" __stack_chk_fail\b", readelf("--syms" if static() else "--dyn-syms", program))


def own_commands():
    """The compiler's command lines for what is installed."""
    listed = json.loads((BUILD / "compile_commands.json").read_text())
    commands = [shlex.split(entry["command"]) for entry in listed if re.match(r"(.*/)?(src|helper)/", entry["file"])]
    assert commands
    return commands


def accepts(compiler, option):
    command = [compiler, "-Werror", option, "-x", "c", "-c", "/dev/null", "-o", "/dev/null"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


without_fortify = pytest.mark.skipif(options()["buildtype"] in ("plain", "debug"), reason="a build without FORTIFY")


@without_fortify
def test_fortify(program):
    checked = re.findall(r" (__\w+_chk)@", readelf("--dyn-syms", program))
    assert ("__vsnprintf_chk" in checked) != static(), checked


@without_fortify
def test_fortify_is_3():
    """If the distribution has passed another flag, that one is the last."""
    passed = [word for word in options()["c_args"] if "_FORTIFY_SOURCE=" in word]
    for words in own_commands():
        levels = [word for word in words if word.startswith("-D_FORTIFY_SOURCE=")]
        assert levels[-1] == (passed[-1] if passed else "-D_FORTIFY_SOURCE=3"), words


def test_variables_begin_as_zero():
    option = "-ftrivial-auto-var-init=zero"
    for words in own_commands():
        assert (option in words) == accepts(words[0], option), words


def test_control_flow_is_guarded():
    """Every object of ours is marked. The program is marked only if the C library's objects are, which is not so on Debian 12."""
    if platform.machine() != "x86_64":
        pytest.skip("the mark is x86's")
    archives = sorted(BUILD.glob("src/*.a"))
    assert len(archives) >= 6
    objects = [path for archive in archives for path in pathlib.Path(f"{archive}.p").glob("*.o")] + sorted(BUILD.glob("*.p/*.o"))
    unmarked = [path.name for path in objects if not re.search("IBT, SHSTK", readelf("-n", path))]
    assert objects and unmarked == []
