import os
import pathlib
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))

from desktop import Desktop  # noqa: E402


@pytest.fixture(scope="session")
def helper():
    """The program under test: $CARGO_CREDENTIAL_LIBSECRET, else that of the build directory `build`."""
    default = HERE.parent.parent / "build" / "helper" / "cargo-credential-libsecret"
    path = pathlib.Path(os.environ.get("CARGO_CREDENTIAL_LIBSECRET", default)).absolute()
    assert path.exists(), f"{path} is not built"
    return path


@pytest.fixture
def desktop(tmp_path, helper):
    """A session without a bus."""
    with Desktop(tmp_path, helper) as desktop:
        yield desktop


@pytest.fixture
def bus(desktop):
    """A session with a bus and nothing on it."""
    desktop.start_bus()
    return desktop


@pytest.fixture
def keyring(bus):
    """A session with an unlocked, empty gnome-keyring."""
    bus.daemon = bus.start_keyring()
    return bus


@pytest.fixture(scope="session")
def cargo():
    """The real cargo: $REAL_CARGO, else what rustup's shim would run, else cargo in PATH."""
    if "REAL_CARGO" in os.environ:
        return os.environ["REAL_CARGO"]
    if shutil.which("rustup"):
        which = subprocess.run(["rustup", "which", "cargo"], capture_output=True, text=True)
        if which.returncode == 0:
            return which.stdout.strip()
    return shutil.which("cargo") or pytest.skip("no cargo")
