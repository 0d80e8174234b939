"""With a real gnome-keyring: storing, finding and erasing, in each state of a keyring."""

import json
import time

import pytest

from desktop import request
from machine import powerless

URL = "sparse+https://example.com/index/"
LOCKED = "the keyring is locked, or access to the item was denied; unlock it or allow the access, then try again"
SCHEMA = ("xdg:schema", "org.rust-lang.cargo.registry")
NOT_FOUND = {"Err": {"kind": "not-found"}}
LOGGED_IN = {"Ok": {"kind": "login"}}
LOGGED_OUT = {"Ok": {"kind": "logout"}}
NOBODY_TO_ASK = "the keyring needs its password, and there is neither a terminal nor a display to ask for it"


def token(value):
    return {"Ok": {"kind": "get", "token": value, "cache": "session", "operation_independent": True}}


def failed(what, *causes):
    return {"Err": {"kind": "other", "message": f"failed to {what} token", "caused-by": list(causes)}}


def test_login_get_logout(keyring):
    assert keyring.ask(request("get"), request("logout", args=["--anything", "x"])) == [NOT_FOUND] * 2
    assert keyring.ask(request("login", token="")) == failed("store", "please provide a non-empty token")
    assert keyring.ask(request("login", token="t-1")) == LOGGED_IN
    assert keyring.ask(request("get")) == token("t-1")
    assert keyring.ask(request("logout")) == LOGGED_OUT
    assert keyring.ask(request("get")) == NOT_FOUND
    assert keyring.stored("url", URL) == []


def test_what_is_stored(keyring):
    keyring.ask(request("login", token="old"), request("login", token="t-1"))
    (item,) = keyring.stored("url", URL)
    assert (item["label"], item["secret"], item["schema"], item["attribute.url"]) == ("cargo-registry:corp", "t-1", SCHEMA[1], URL)
    keyring.ask(request("login", token="t-1", name=None))
    assert keyring.stored("url", URL)[0]["label"] == f"cargo-registry:{URL}"


@pytest.mark.parametrize("value", ['ünï "quoted" \\ \t token', "x" * 100_000], ids=["other than ASCII", "long"])
def test_tokens_are_stored_as_they_are(keyring, value):
    """By one process, which answers other requests in between."""
    not_supported = {"Err": {"kind": "operation-not-supported"}}
    answers = keyring.ask(request("login", token=value), request("frob"), request("get"), request("logout"), request("get"))
    assert answers == [LOGGED_IN, not_supported, token(value), LOGGED_OUT, NOT_FOUND]


def test_every_matching_item_goes_and_no_other(keyring):
    keyring.ask(request("login", token="t-1"), request("login", token="other", url="sparse+https://example.org/"))
    keyring.secret_tool_store("t-2", *SCHEMA, "url", URL, "made-by", "hand")
    keyring.secret_tool_store("t-3", *SCHEMA, "url", URL, collection="session")
    keyring.secret_tool_store("mine", "url", URL, "application", "another")
    assert len(keyring.stored(*SCHEMA, "url", URL)) == 3

    assert keyring.ask(request("logout")) == LOGGED_OUT
    assert keyring.stored(*SCHEMA, "url", URL) == []
    assert [item["secret"] for item in keyring.stored("url", URL)] == ["mine"]
    assert keyring.ask(request("get")) == NOT_FOUND
    assert keyring.ask(request("get", url="sparse+https://example.org/")) == token("other")


@pytest.mark.parametrize("kind, what", [("get", "get"), ("logout", "erase"), ("login", "store")])
def test_locked_and_nobody_to_ask(keyring, kind, what):
    keyring.ask(request("login", token="t-1"))
    keyring.lock()
    start = time.monotonic()
    more = {"token": "t-2"} if kind == "login" else {}
    assert keyring.ask(request(kind, **more)) == failed(what, LOCKED, NOBODY_TO_ASK)
    assert time.monotonic() - start < 10

    keyring.end(keyring.daemon)
    keyring.start_keyring()
    assert keyring.ask(request("get")) == token("t-1")


def test_locked_but_not_this_registry(keyring):
    keyring.ask(request("login", token="t-1"))
    keyring.lock()
    assert keyring.ask(request("logout", url="sparse+https://example.org/")) == NOT_FOUND
    keyring.end(keyring.daemon)
    keyring.start_keyring(unlock=False)  # which knows only hashes of the attributes
    assert keyring.ask(request("logout", url="sparse+https://example.org/")) == NOT_FOUND
    assert keyring.ask(request("logout")) == failed("erase", LOCKED, NOBODY_TO_ASK)


def test_what_is_not_locked_is_erased_and_the_rest_told(keyring):
    keyring.ask(request("login", token="t-1"))
    keyring.secret_tool_store("t-2", *SCHEMA, "url", URL, "made-by", "hand", collection="session")
    keyring.lock()
    assert keyring.ask(request("get")) == token("t-2")
    assert keyring.ask(request("logout")) == failed("erase", LOCKED, NOBODY_TO_ASK)
    keyring.end(keyring.daemon)
    keyring.start_keyring()
    assert [item["secret"] for item in keyring.stored("url", URL)] == ["t-1"]


def test_no_keyring_made_yet_and_nobody_to_ask(bus):
    bus.start_keyring(unlock=False)
    assert bus.ask(request("logout")) == NOT_FOUND
    assert bus.ask(request("login", token="t-1")) == failed("store", LOCKED, NOBODY_TO_ASK)


def test_file_backend_of_libsecret(desktop):
    """As in a sandbox: no bus, and libsecret keeps its items in a file. If it cannot write the file, the token is gone only in its memory."""
    path = desktop.root / "file/default.keyring"
    path.parent.mkdir()
    desktop.env |= {"SECRET_BACKEND": "file", "SECRET_FILE_TEST_PATH": str(path), "SECRET_FILE_TEST_PASSWORD": "test"}
    answers = desktop.ask(request("logout"), request("login", token="t-1"), request("get"), request("logout"))
    assert answers == [NOT_FOUND, LOGGED_IN, token("t-1"), LOGGED_OUT]
    assert desktop.ask(request("get"), request("login", token="t-1")) == [NOT_FOUND, LOGGED_IN]
    path.chmod(0o400)
    path.parent.chmod(0o500)
    done = desktop.run(*powerless(), desktop.helper, "--cargo-plugin", input=json.dumps(request("logout")) + "\n")
    path.parent.chmod(0o700)
    answer = json.loads(done.stdout.splitlines()[1])
    assert answer["Err"]["message"] == "failed to erase token"
    assert "Permission denied" in answer["Err"]["caused-by"][0]
    assert desktop.ask(request("get")) == token("t-1")
