import pytest
from desktop import Desktop


@pytest.fixture(scope="session")
def helper(program):
    """The one beside the program."""
    path = program.parent / "cargo-credential-libsecret"
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
