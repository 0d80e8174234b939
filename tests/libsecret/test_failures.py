"""A bus or a service that is missing, exits, gives wrong answers, asks a person or does not answer: the answer says which, within a time limit."""

import json
import signal
import socket
import subprocess
import time

import pytest

from desktop import Terminal, request
from test_keyring import LOCKED, LOGGED_OUT, NOBODY_TO_ASK, NOT_FOUND, failed, token

NO_BUS = "there is no D-Bus session bus; run this in your desktop session"
NO_SERVICE = (
    "no Secret Service (org.freedesktop.secrets) is on the D-Bus session bus; start a keyring such as GNOME Keyring, "
    "KWallet or KeePassXC, then try again"
)
NOT_STARTED = (
    "the Secret Service (org.freedesktop.secrets) could not be started by the D-Bus session bus; start the keyring, "
    "then try again"
)
DENIED = (
    "access to the Secret Service (org.freedesktop.secrets) was denied; allow it in the keyring's settings or in the "
    "policy of the bus, then try again"
)
NOT_ALLOWED = "the keyring is unlocked, but access to the item was denied; allow it when the keyring asks, then try again"
WENT_AWAY = "the Secret Service exited or disconnected before it answered; try again"
LATE = (
    "the Secret Service did not answer within 20 seconds; answer its dialog if there is one, or run this at a terminal, "
    "which waits longer"
)
KINDS = [("get", "get", {}), ("login", "store", {"token": "a-token"}), ("logout", "erase", {})]


def causes(answer, what):
    assert answer["Err"]["kind"] == "other"
    assert answer["Err"]["message"] == f"failed to {what} token"
    assert "a-token" not in str(answer)
    return answer["Err"]["caused-by"]


@pytest.mark.parametrize("kind, what, more", KINDS)
def test_no_bus(desktop, kind, what, more):
    assert causes(desktop.ask(request(kind, **more)), what) == [NO_BUS]


@pytest.mark.parametrize("kind, what, more", KINDS)
def test_bus_address_of_a_bus_that_is_gone(bus, kind, what, more):
    bus.end(bus.children[0])
    assert causes(bus.ask(request(kind, **more)), what)[0] == NO_BUS


@pytest.mark.parametrize("kind, what, more", KINDS)
def test_no_service(bus, kind, what, more):
    first, words = causes(bus.ask(request(kind, **more)), what)
    assert first == NO_SERVICE
    assert "org.freedesktop.secrets" in words


@pytest.mark.parametrize("program, how", [("/nonexistent", "exec"), ("/bin/false", "status 1")])
def test_service_that_cannot_be_started(bus, program, how):
    """The bus knows how to start one, and that fails."""
    service = "[D-BUS Service]\nName=org.freedesktop.secrets\nExec={}\n"
    (bus.root / "services/org.freedesktop.secrets.service").write_text(service.format(program))
    bus.reload()
    first, words = causes(bus.ask(request("logout")), "erase")
    assert first == NOT_STARTED
    assert how in words


def dbus_error(name):
    return f"org.freedesktop.DBus.Error.{name}"


def gio_error(code):
    """GLib's own, as one of its programs hands it on."""
    return f"org.gtk.GDBus.UnmappedGError.Quark._g_2dio_2derror_2dquark.Code{code}"


NAMES = {
    NO_SERVICE: [dbus_error(name) for name in ("ServiceUnknown", "NameHasNoOwner")],
    NOT_STARTED: [dbus_error(name) for name in ("Spawn.ExecFailed", "Spawn.NoMemory")],
    DENIED: [dbus_error("AccessDenied")],
    WENT_AWAY: [dbus_error(name) for name in ("NoReply", "Disconnected", "Timeout")] + [gio_error(code) for code in (18, 24, 44)],
    None: [dbus_error(name) for name in ("MatchRuleInvalid", "UnixProcessIdUnknown")] + [gio_error(1), "a.name.of.its.own"],
}


@pytest.mark.parametrize("first, name", [(first, name) for first, names in NAMES.items() for name in names])
def test_errors_by_their_names(bus, first, name):
    """Those that say why there was no answer are told as that; all in their own words, with the name if GLib knows it."""
    bus.start_mock(f"error={name}")
    words = f"in its words ({name})" if name.startswith("org.freedesktop.DBus") else "in its words"
    assert causes(bus.ask(request("logout")), "erase") == ([first] if first else []) + [words]


def test_words_that_are_no_utf8(desktop):
    """They come from a variable, and go into JSON."""
    desktop.env = {key.encode(): value.encode() for key, value in desktop.env.items()}
    desktop.env[b"DBUS_SESSION_BUS_ADDRESS"] = b"\xff\xfe"
    assert causes(desktop.ask(request("logout")), "erase") == [
        NO_BUS,
        "Address element “\ufffd\ufffd” does not contain a colon (:)",
    ]


def stop_in_the_middle(keyring, child, message):
    """Leaves a provider that has sent a call to a service that does not take it: it knows the service already."""
    keyring.send(child, request("get"))
    assert keyring.answer(child) == NOT_FOUND
    keyring.daemon.send_signal(signal.SIGSTOP)
    keyring.send(child, message)
    time.sleep(0.5)


@pytest.mark.parametrize("kind, what, more", KINDS)
def test_service_killed_in_the_middle(keyring, kind, what, more):
    child = keyring.start_helper()
    stop_in_the_middle(keyring, child, request(kind, **more))
    keyring.daemon.kill()
    first, words = causes(keyring.answer(child), what)
    assert first == WENT_AWAY
    assert words == "Message recipient disconnected from message bus without replying (org.freedesktop.DBus.Error.NoReply)"
    keyring.finish(child)


def test_bus_killed_in_the_middle(keyring):
    """GLib would end the process with SIGTERM then."""
    child = keyring.start_helper()
    stop_in_the_middle(keyring, child, request("logout"))
    keyring.children[0].kill()
    assert causes(keyring.answer(child), "erase")[0] == WENT_AWAY
    keyring.finish(child)


def test_service_that_ends_while_deleting(bus):
    bus.start_mock("delete-exits")
    assert causes(bus.ask(request("logout")), "erase")[0] == WENT_AWAY


def test_item_that_is_still_there_after_it_was_deleted(bus):
    bus.start_mock("delete-lies", items=3)
    assert bus.ask(request("logout")) == failed("erase", "3 matching items are still in the keyring")


@pytest.mark.parametrize("behaviour, left", [("delete-fails", 3), ("first-fails", 1)])
def test_one_item_that_cannot_be_deleted_does_not_keep_the_others(bus, behaviour, left):
    bus.start_mock(behaviour, items=3)
    assert bus.ask(request("logout")) == failed(
        "erase", f"{left} matching items are still in the keyring", "the disk is full (org.freedesktop.DBus.Error.Failed)"
    )


def test_second_search_fails(bus):
    """It cannot be checked that the item is gone, so this is not a success."""
    bus.start_mock("blind")
    assert bus.ask(request("logout")) == failed("erase", "the index is broken (org.freedesktop.DBus.Error.Failed)")


@pytest.mark.parametrize("kind, what", [("get", "get"), ("logout", "erase")])
@pytest.mark.parametrize("unlock, why", [("unlock-free", "the index is broken (org.freedesktop.DBus.Error.Failed)"), ("unlock-fails", "the prompter is broken (org.freedesktop.DBus.Error.Failed)")])
def test_search_after_unlocking_fails(bus, kind, what, unlock, why):
    """It is then not known whether it is unlocked, so the first error is reported."""
    bus.start_mock(f"locked,blind,{unlock}")
    assert bus.ask(request(kind)) == failed(what, why)


def test_deletion_and_second_search_fail(bus):
    bus.start_mock("delete-fails,blind")
    assert bus.ask(request("logout")) == failed("erase", "the disk is full (org.freedesktop.DBus.Error.Failed)")


@pytest.mark.parametrize("behaviour, why", [("secret-fails", "the disk is broken (org.freedesktop.DBus.Error.Failed)"), ("binary", "the item in the keyring is not text")])
def test_secret_that_cannot_be_had(bus, behaviour, why):
    bus.start_mock(behaviour)
    assert bus.ask(request("get")) == failed("get", why)


def test_unlocking_that_needs_nobody(bus):
    bus.start_mock("locked,unlock-free", items=2)
    assert bus.ask(request("logout")) == LOGGED_OUT
    assert bus.ask(request("logout")) == NOT_FOUND


@pytest.mark.parametrize("kind, what", [("get", "get"), ("logout", "erase")])
def test_unlocking_that_fails(bus, kind, what):
    bus.start_mock("locked,unlock-fails")
    assert bus.ask(request(kind)) == failed(what, LOCKED, "the prompter is broken (org.freedesktop.DBus.Error.Failed)")


@pytest.mark.parametrize("behaviour", ["unlock-prompt", "unlock-ignored"])
def test_nobody_is_asked_where_nobody_is(bus, behaviour):
    bus.env |= {"DISPLAY": "", "WAYLAND_DISPLAY": ""}
    mock = bus.start_mock(f"locked,{behaviour}")
    assert bus.ask(request("logout")) == failed("erase", LOCKED, NOBODY_TO_ASK)
    assert "Prompt" not in bus.said(mock)


def test_delete_that_wants_to_ask_and_nobody_is_there(bus):
    bus.start_mock("delete-prompt")
    assert bus.ask(request("logout")) == failed(
        "erase", "1 matching items are still in the keyring", LOCKED, NOBODY_TO_ASK
    )


def test_a_person_at_a_display_says_yes(bus):
    bus.env["WAYLAND_DISPLAY"] = "wayland-0"
    bus.start_mock("locked,unlock-prompt", items=2)
    assert bus.ask(request("logout")) == LOGGED_OUT


def test_a_person_at_a_display_agrees_to_the_deletion(bus):
    bus.env["DISPLAY"] = ":0"
    bus.start_mock("delete-prompt")
    assert bus.ask(request("logout")) == LOGGED_OUT


def test_a_person_at_a_display_says_no(bus):
    bus.env["DISPLAY"] = ":0"
    bus.start_mock("locked,unlock-refused")
    assert bus.ask(request("logout")) == failed("erase", LOCKED)
    assert bus.ask(request("get")) == failed("get", LOCKED)


def test_a_person_cannot_be_asked(bus):
    bus.env["DISPLAY"] = ":0"
    bus.start_mock("locked,unlock-prompt,prompt-fails")
    assert bus.ask(request("logout")) == failed("erase", LOCKED, "no window can be opened (org.freedesktop.DBus.Error.Failed)")


def test_a_person_at_a_display_wants_it_not_stored(bus):
    """libsecret treats this as stored."""
    bus.env["DISPLAY"] = ":0"
    bus.start_mock("create-refused")
    assert bus.ask(request("login", token="t-1")) == failed(
        "store", "the request was declined"
    )


def test_a_service_dies_while_a_person_is_asked(bus):
    bus.env["DISPLAY"] = ":0"
    mock = bus.start_mock("locked,unlock-ignored")
    child = bus.start_helper()
    bus.send(child, request("logout"))
    while b"Prompt" not in mock.stdout.readline():
        pass
    mock.kill()
    assert causes(bus.answer(child), "erase") == [WENT_AWAY, "it exited while it asked a person (org.freedesktop.DBus.Error.NoReply)"]
    bus.finish(child)


def test_service_that_does_not_encrypt(bus):
    """Then GLib's debugging of messages would print the token; it is switched off."""
    bus.start_mock("plain")
    bus.env |= {"G_MESSAGES_DEBUG": "all", "G_DBUS_DEBUG": "all"}
    done = bus.run(bus.helper, "--cargo-plugin", input=json.dumps(request("get")) + "\n")
    assert json.loads(done.stdout.splitlines()[1]) == token("mock-token")
    assert "mock-token" not in done.stderr and "6d 6f 63 6b" not in done.stderr


def test_deadlines(bus, tmp_path):
    """All at once, because each takes its full time: a silent service, a silent bus, a person who does not answer."""
    bus.start_mock("silent")
    silent_service = bus.start_helper()

    (tmp_path / "second").mkdir()
    prompts = type(bus)(tmp_path / "second", bus.helper)
    with prompts, socket.socket(socket.AF_UNIX) as silent:
        prompts.start_bus()
        prompts.start_mock("locked,unlock-ignored")
        prompts.env["DISPLAY"] = ":0"
        nobody_comes = prompts.start_helper()

        silent.bind(str(tmp_path / "silent"))
        silent.listen()
        bus.env["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={tmp_path}/silent"
        silent_bus = bus.start_helper()

        start = time.monotonic()
        children = (silent_service, silent_bus, nobody_comes)
        for child in children:
            bus.send(child, request("logout"))
        for child in children:
            assert bus.answer(child) == failed("erase", LATE)
            assert 19 < time.monotonic() - start < 25
            assert child.wait() == 0


def test_a_person_at_a_terminal_has_more_time_than_a_call_of_glibs(bus):
    """KeePassXC asks for the password of a database inside the search; GLib gives a call 25 seconds."""
    bus.start_mock("slow=27")
    terminal = Terminal(bus, bus.helper, "--cargo-plugin", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert terminal.child.stdout.readline() == b'{"v":[1]}\n'
    start = time.monotonic()
    bus.send(terminal.child, request("logout"))
    assert bus.answer(terminal.child) == LOGGED_OUT
    assert time.monotonic() - start > 26
    bus.finish(terminal.child)
    terminal.close()


@pytest.mark.parametrize("kind, what", [("get", "get"), ("logout", "erase")])
def test_denied_is_not_locked(bus, kind, what):
    """The collection is open, and the item is not for this program."""
    bus.env["DISPLAY"] = ":0"
    bus.start_mock("locked,open,unlock-refused")
    assert bus.ask(request(kind)) == failed(what, NOT_ALLOWED)


def test_a_locked_collection_that_shows_nothing_is_not_empty(bus):
    bus.start_mock("hidden", items=0)
    assert bus.ask(request("logout")) == failed("erase", LOCKED)
    assert bus.ask(request("get")) == NOT_FOUND  # as cargo's own: it asks the next provider then


@pytest.mark.parametrize("kind, what, done", [("get", "get", token("mock-token")), ("logout", "erase", LOGGED_OUT)])
@pytest.mark.parametrize("unlock", ["unlock-prompt", "unlock-refused", "unlock-fails"])
def test_a_collection_that_was_never_unlocked_is_unlocked_first(bus, kind, what, done, unlock):
    bus.env["DISPLAY"] = ":0"
    bus.start_mock(f"locked,sealed,{unlock}", items=2)
    why = ["the prompter is broken (org.freedesktop.DBus.Error.Failed)"] * (unlock == "unlock-fails")
    assert bus.ask(request(kind)) == (done if unlock == "unlock-prompt" else failed(what, LOCKED, *why))


def test_a_bus_of_another_user(bus):
    bus.let_others_in()
    done = bus.run(
        "setpriv", "--reuid=65534", "--clear-groups", bus.helper, "--cargo-plugin", input=json.dumps(request("logout")) + "\n"
    )
    first, words = causes(json.loads(done.stdout.splitlines()[1]), "erase")
    assert first == "the D-Bus session bus belongs to another user (user ID 0); run this as that user"
    assert words == "Could not connect: Permission denied"
