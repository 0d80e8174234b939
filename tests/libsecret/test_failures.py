"""A bus or a service that is missing, exits, gives wrong answers, asks a person or does not answer: the answer says which, within a time limit."""

import json
import signal
import socket
import time

import pytest

from desktop import request
from test_keyring import LOCKED, LOGGED_OUT, NOBODY_TO_ASK, NOT_FOUND, failed, token
from test_terminal import ProviderTerminal

SECRETS = "(org.freedesktop.secrets)"
NO_BUS = "there is no D-Bus session bus; run this in your desktop session"
NO_SERVICE = f"no Secret Service {SECRETS} is on the D-Bus session bus; start a keyring such as GNOME Keyring, KWallet or KeePassXC, then try again"
NOT_STARTED = f"the Secret Service {SECRETS} could not be started by the D-Bus session bus; start the keyring, then try again"
DENIED = f"access to the Secret Service {SECRETS} was denied; allow it in the keyring's settings or in the policy of the bus, then try again"
WENT_AWAY = "the Secret Service exited or disconnected before it answered; try again"
LATE = "the Secret Service did not answer within 20 seconds; answer its dialog if there is one, or run this at a terminal, which waits longer"
BUS_REFUSES = (
    "the D-Bus session bus does not accept the connection; if it belongs to another user, run this as that user; "
    "otherwise check DBUS_SESSION_BUS_ADDRESS and the permissions of the socket"
)
WHAT = {"get": "get", "login": "store", "logout": "erase"}
KINDS = [("get", {}), ("login", {"token": "a-token"}), ("logout", {})]
FAILED = "(org.freedesktop.DBus.Error.Failed)"


def causes(answer, kind="logout"):
    assert (answer["Err"]["kind"], answer["Err"]["message"]) == ("other", f"failed to {WHAT[kind]} token")
    assert "a-token" not in str(answer)
    return answer["Err"]["caused-by"]


@pytest.mark.parametrize("kind, more", KINDS)
def test_no_bus_and_no_service(desktop, kind, more):
    assert causes(desktop.ask(request(kind, **more)), kind) == [NO_BUS]
    desktop.start_bus()
    first, words = causes(desktop.ask(request(kind, **more)), kind)
    assert first == NO_SERVICE and "org.freedesktop.secrets" in words
    desktop.end(desktop.children[0])
    assert causes(desktop.ask(request(kind, **more)), kind)[0] == NO_BUS


@pytest.mark.parametrize("started, how", [("/nonexistent", "exec"), ("/bin/false", "status 1")])
def test_service_that_cannot_be_started(bus, started, how):
    (bus.root / "services/org.freedesktop.secrets.service").write_text(f"[D-BUS Service]\nName=org.freedesktop.secrets\nExec={started}\n")
    bus.reload()
    first, words = causes(bus.ask(request("logout")))
    assert first == NOT_STARTED and how in words


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
    """The words of the service are a cause, with the name if GLib knows it."""
    bus.start_mock(f"error={name}")
    words = f"in its words ({name})" if name.startswith("org.freedesktop.DBus") else "in its words"
    assert causes(bus.ask(request("logout"))) == ([first] if first else []) + [words]


def test_words_that_are_no_utf8(desktop):
    """They come from a variable, and go into JSON."""
    desktop.env = {key.encode(): value.encode() for key, value in desktop.env.items()}
    desktop.env[b"DBUS_SESSION_BUS_ADDRESS"] = b"\xff\xfe"
    assert causes(desktop.ask(request("logout"))) == [NO_BUS, "Address element “\ufffd\ufffd” does not contain a colon (:)"]


BROKEN_INDEX, BROKEN_PROMPTER, FULL = (f"{words} {FAILED}" for words in ("the index is broken", "the prompter is broken", "the disk is full"))
LEFT = "{} matching items are still in the keyring"
# Behavior of the service, number of its items, the request, and the causes of the error or the answer.
WITHOUT_A_PERSON = [
    ("delete-lies", 3, "logout", [LEFT.format(3)]),
    ("first-fails", 3, "logout", [LEFT.format(1), FULL]),
    ("blind", 1, "logout", [BROKEN_INDEX]),  # it cannot be checked that the item is gone
    ("delete-fails,blind", 1, "logout", [FULL]),
    ("locked,blind,unlock-free", 1, "logout", [BROKEN_INDEX]),
    ("locked,blind,unlock-fails", 1, "get", [BROKEN_PROMPTER]),  # it is not known whether it is unlocked, so the first error is reported
    ("locked,blind,unlock-fails", 1, "logout", [BROKEN_PROMPTER]),
    ("secret-fails", 1, "get", [f"the disk is broken {FAILED}"]),
    ("binary", 1, "get", ["the item in the keyring is not text"]),
    ("binary", 1, "logout", LOGGED_OUT),
    ("locked,unlock-free", 2, "logout", LOGGED_OUT),
    ("locked,unlock-fails", 1, "logout", [LOCKED, BROKEN_PROMPTER]),
    ("locked,unlock-prompt", 1, "logout", [LOCKED, NOBODY_TO_ASK]),
    ("locked,unlock-ignored", 1, "logout", [LOCKED, NOBODY_TO_ASK]),
    ("delete-prompt", 1, "logout", [LEFT.format(1), LOCKED, NOBODY_TO_ASK]),
    ("hidden", 0, "logout", [LOCKED]),  # a locked collection that shows no items might have one
    ("hidden", 0, "get", NOT_FOUND),  # as cargo's own provider: cargo asks the next one
]
WITH_A_PERSON = [
    ("locked,unlock-prompt", 2, "logout", LOGGED_OUT),
    ("delete-prompt", 1, "logout", LOGGED_OUT),
    ("locked,unlock-refused", 1, "logout", [LOCKED]),
    ("locked,unlock-prompt,prompt-fails", 1, "logout", [LOCKED, f"no window can be opened {FAILED}"]),
    ("create-refused", 1, "login", ["the request was declined"]),  # libsecret treats this as stored
    ("locked,open,unlock-refused", 1, "get", [LOCKED]),  # the collection is open, and the item is not for this program
    ("locked,sealed,unlock-prompt", 2, "get", token("mock-token")),  # a collection that was never unlocked is unlocked first
    ("locked,sealed,unlock-prompt", 2, "logout", LOGGED_OUT),
    ("locked,sealed,unlock-refused", 2, "get", [LOCKED]),
    ("locked,sealed,unlock-refused", 2, "logout", [LOCKED]),
    ("locked,sealed,unlock-fails", 2, "logout", [LOCKED, BROKEN_PROMPTER]),
]


@pytest.mark.parametrize("display, behaviour, items, kind, wanted", [("", *row) for row in WITHOUT_A_PERSON] + [(":0", *row) for row in WITH_A_PERSON])
def test_services_that_misbehave_or_ask(bus, display, behaviour, items, kind, wanted):
    bus.env |= {"DISPLAY": "", "WAYLAND_DISPLAY": display}
    mock = bus.start_mock(behaviour, items=items)
    wanted = failed(WHAT[kind], *wanted) if isinstance(wanted, list) else wanted
    assert bus.ask(request(kind, **({"token": "t-1"} if kind == "login" else {}))) == wanted
    if wanted == LOGGED_OUT:
        assert bus.ask(request(kind)) == NOT_FOUND
    assert display or "Prompt" not in bus.said(mock)


def stop_in_the_middle(keyring, child, message):
    """Leaves a provider that has sent a call to a service that does not take it: it knows the service already."""
    keyring.send(child, request("get"))
    assert keyring.answer(child) == NOT_FOUND
    keyring.daemon.send_signal(signal.SIGSTOP)
    keyring.send(child, message)
    time.sleep(0.5)


@pytest.mark.parametrize("kind, more", KINDS)
def test_service_killed_in_the_middle(keyring, kind, more):
    child = keyring.start_helper()
    stop_in_the_middle(keyring, child, request(kind, **more))
    keyring.daemon.kill()
    assert causes(keyring.answer(child), kind) == [WENT_AWAY, f"Message recipient disconnected from message bus without replying ({dbus_error('NoReply')})"]
    keyring.finish(child)


def test_bus_killed_in_the_middle(keyring):
    """GLib would end the process with SIGTERM then."""
    child = keyring.start_helper()
    stop_in_the_middle(keyring, child, request("logout"))
    keyring.children[0].kill()
    assert causes(keyring.answer(child))[0] == WENT_AWAY
    keyring.finish(child)


def test_a_service_dies_while_it_asks(bus):
    bus.env["DISPLAY"] = ":0"
    mock = bus.start_mock("locked,unlock-ignored")
    child = bus.start_helper()
    bus.send(child, request("logout"))
    while b"Prompt" not in mock.stdout.readline():
        pass
    mock.kill()
    assert causes(bus.answer(child)) == [WENT_AWAY, f"it exited while it asked a person ({dbus_error('NoReply')})"]
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
    with ProviderTerminal(bus) as terminal:
        start = time.monotonic()
        terminal.send(request("logout"))
        assert terminal.answer() == LOGGED_OUT
        assert time.monotonic() - start > 26
