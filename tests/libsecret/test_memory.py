"""After the answer to a request, no token is in memory, and valgrind finds no error."""

import signal

import pytest

from desktop import HERE, request
from process_memory import places_of
from test_failures import NO_BUS
from test_keyring import LOCKED, LOGGED_IN, LOGGED_OUT, NOT_FOUND, token

SECRET = "cio-" + "7Qx" * 12


def test_no_token_is_left_in_memory(keyring):
    child = keyring.start_helper()
    for message, answer in [
        (request("login", token=SECRET), LOGGED_IN),
        (request("get"), token(SECRET)),
        (request("logout"), LOGGED_OUT),
    ]:
        keyring.send(child, message)
        assert keyring.answer(child) == answer
        keyring.wait_until(lambda: places_of(child.pid, SECRET) == [])  # it is wiped after the answer is out
    keyring.daemon.send_signal(signal.SIGSTOP)
    keyring.send(child, request("login", token=SECRET))
    keyring.wait_until(lambda: places_of(child.pid, SECRET))  # the search finds one that is still needed


@pytest.fixture
def valgrind(desktop):
    wrapper = desktop.root / "under-valgrind"
    wrapper.write_text(
        "#!/bin/sh\nexec valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect "
        f'--errors-for-leak-kinds=definite,indirect --suppressions={HERE}/valgrind.supp {desktop.helper} "$@"\n'
    )
    wrapper.chmod(0o755)
    desktop.helper = str(wrapper)
    return desktop


def test_valgrind_is_silent(valgrind):
    assert valgrind.ask(request("get"))["Err"]["caused-by"] == [NO_BUS]
    for line in ("hello", '{"v":1,"kind":"logout","registry":{}}'):
        done = valgrind.run(valgrind.helper, "--cargo-plugin", input=line + "\n")
        assert (done.returncode, done.stderr) == (0, "")
    valgrind.start_bus()
    valgrind.daemon = valgrind.start_keyring()
    answers = valgrind.ask(request("logout"), request("login", token="t-1"), request("get"), request("logout"), request("frob"), request("get"))
    assert answers[:4] == [NOT_FOUND, LOGGED_IN, token("t-1"), LOGGED_OUT]
    valgrind.ask(request("login", token="t-1"))
    valgrind.lock()
    assert valgrind.ask(request("logout"))["Err"]["caused-by"][0] == LOCKED


@pytest.mark.parametrize("behaviour", ["locked,unlock-prompt", "delete-fails"])
def test_valgrind_is_silent_with_a_service_that_misbehaves(valgrind, behaviour):
    valgrind.start_bus()
    valgrind.start_mock(behaviour, items=2)
    valgrind.env["DISPLAY"] = ":0"
    valgrind.ask(request("logout"))
