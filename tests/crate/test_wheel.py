"""Tests the wheel: its contents, where pip accepts it, and that pip installs and removes it without a network."""

import pathlib
import struct
import subprocess
import sys
import zipfile

import packaging.tags
import packaging.utils
import pytest

from conftest import PROJECT

WHEEL = PROJECT / "packaging/wheel"
MACHINES = {"aarch64": 183, "ppc64le": 21, "x86_64": 62}  # Debian 12's module does not support riscv64


@pytest.fixture(scope="session")
def static(tmp_path_factory):
    """A static program. What it does is not important for the wheel."""
    directory = tmp_path_factory.mktemp("static")
    (directory / "main.c").write_text('#include <stdio.h>\nint main(int n, char **v) { return puts(n > 1 ? v[1] : "") == EOF; }\n')
    subprocess.run(["cc", "-O", "-static-pie", "-o", directory / "program", directory / "main.c"], check=True)
    return directory / "program"


def make(program, directory):
    directory.mkdir(exist_ok=True)
    return pathlib.Path(subprocess.run([WHEEL, program, directory], capture_output=True, text=True, check=True).stdout.strip())


def test_contents(static, tmp_path):
    wheel = make(static, tmp_path)
    assert wheel.read_bytes() == make(static, tmp_path / "again").read_bytes()
    with zipfile.ZipFile(wheel) as opened:
        assert opened.testzip() is None
        assert {name.split("/", 1)[1] for name in opened.namelist()} == {
            "METADATA", "RECORD", "WHEEL", "data/share/man/man1/cargo-logout-tool.1", "licenses/LICENSE-APACHE", "licenses/LICENSE-MIT",
            "scripts/cargo-logout",
        }  # fmt: skip
    checked = subprocess.run(["twine", "check", "--strict", wheel], capture_output=True, text=True, check=False)
    assert checked.returncode == 0 and "PASSED" in checked.stdout, checked.stdout


@pytest.mark.parametrize("architecture", MACHINES)
def test_tags(architecture, static, tmp_path, monkeypatch):
    """Accepted by the oldest system of the architecture with glibc 2.17, by one with musl 1.1, and by no other architecture."""
    program = bytearray(static.read_bytes())
    struct.pack_into("<H", program, 18, MACHINES[architecture])
    (tmp_path / "program").write_bytes(program)
    *_, tags = packaging.utils.parse_wheel_filename(make(tmp_path / "program", tmp_path).name)
    platforms = {tag.platform for tag in tags}
    monkeypatch.setattr(packaging.tags.sysconfig, "get_platform", lambda: f"linux-{architecture}")
    monkeypatch.setattr(packaging._manylinux, "_get_glibc_version", lambda: (2, 17))
    assert platforms & set(packaging.tags.platform_tags())
    monkeypatch.setattr(packaging._manylinux, "platform_tags", lambda *_: iter(()))
    monkeypatch.setattr(packaging._musllinux, "_get_musl_version", lambda _: packaging._musllinux._MuslVersion(1, 1))
    assert platforms & set(packaging.tags.platform_tags())
    assert all(platform.endswith(architecture) for platform in platforms)


def test_installed_by_pip(static, tmp_path):
    wheel = make(static, tmp_path / "wheels")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    before = set((tmp_path / "venv").rglob("*"))
    pip = [tmp_path / "venv/bin/pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "-q", "--no-index", "--find-links", wheel.parent, "cargo-logout"], check=True)
    shown = subprocess.run([tmp_path / "venv/bin/cargo-logout", "it runs"], capture_output=True, text=True, check=True)
    assert shown.stdout == "it runs\n"
    assert (tmp_path / "venv/share/man/man1/cargo-logout-tool.1").exists()
    subprocess.run([*pip, "uninstall", "-q", "-y", "cargo-logout"], check=True)
    left = {path for path in set((tmp_path / "venv").rglob("*")) - before if path.is_file() and path.suffix != ".pyc"}
    assert not left


@pytest.mark.parametrize("program, message", [("/bin/true", "not static"), (WHEEL, "not an ELF program")])
def test_refused(program, message, tmp_path):
    done = subprocess.run([WHEEL, program, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and message in done.stderr and not list(tmp_path.iterdir())
