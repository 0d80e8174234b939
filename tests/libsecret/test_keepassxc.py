"""A real KeePassXC on its own display, controlled by key presses. It asks during a search, and for each item. Only with --full."""

import base64
import os
import subprocess
import time
import uuid

import pytest

from desktop import Desktop, request
from test_keyring import LOCKED, LOGGED_OUT, NOT_FOUND, URL, failed, token
from test_terminal import ProviderTerminal

pytestmark = pytest.mark.slow

GROUP, ENTRY = uuid.uuid4(), uuid.uuid4()
DATABASE = f"""<?xml version="1.0" encoding="UTF-8"?>
<KeePassFile>
 <Meta>
  <DatabaseName>tokens</DatabaseName>
  <CustomData><Item><Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>{{{GROUP}}}</Value></Item></CustomData>
 </Meta>
 <Root><Group>
  <UUID>{base64.b64encode(GROUP.bytes).decode()}</UUID><Name>tokens</Name>
  <Entry>
   <UUID>{base64.b64encode(ENTRY.bytes).decode()}</UUID>
   <String><Key>Title</Key><Value>cargo-registry:corp</Value></String>
   <String><Key>Password</Key><Value>t-1</Value></String>
   <String><Key>xdg:schema</Key><Value>org.rust-lang.cargo.registry</Value></String>
   <String><Key>url</Key><Value>{URL}</Value></String>
  </Entry>
 </Group></Root>
</KeePassFile>
"""
SETTINGS = """[General]
UpdateCheckMessageShown=true
[GUI]
CheckForUpdates=false
[FdoSecrets]
Enabled=true
ShowNotification=false
"""
ACCESS, UNLOCK = "Access Request", "Unlock Database"


class KeePassXC(Desktop):
    """A session whose Secret Service is KeePassXC, with a locked database that holds a token."""

    def start_keepassxc(self):
        self.start_bus()
        reader, writer = os.pipe()
        self.start("Xvfb", "-displayfd", str(writer), "-nolisten", "tcp", pass_fds=[writer], stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as number:
            self.env["DISPLAY"] = ":" + number.readline().strip()
        for name, text in (("tokens.xml", DATABASE), ("settings", SETTINGS)):
            (self.root / name).write_text(text)
        files = [str(self.root / name) for name in ("settings", "local-settings", "tokens.xml", "tokens.kdbx")]
        done = self.run("keepassxc-cli", "import", "-p", *files[2:], input="pw\npw\n")
        assert done.returncode == 0, done.stderr
        output = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.start("keepassxc", "--config", files[0], "--localconfig", files[1], files[3], **output)
        self.wait_for_service()
        self.wait_until(lambda: "collection" in self.collections())

    def window(self, title):
        return self.run("xdotool", "search", "--onlyvisible", "--name", title).stdout.split()

    def press(self, title, *keys):
        """In the dialog with this title, which then is gone; a dialog drops keys until it is drawn."""
        self.wait_until(lambda: self.window(title))

        def gone():
            for window in self.window(title):
                self.run("xdotool", "windowfocus", "--sync", window, "key", "--clearmodifiers", *keys)
            return not self.window(title)

        self.wait_until(gone)


@pytest.fixture
def keepassxc(tmp_path, helper):
    with KeePassXC(tmp_path, helper) as desktop:
        desktop.start_keepassxc()
        yield desktop


def test_answers_slowly(keepassxc):
    """The password is typed later than GLib's limit for a call; a person at a terminal has that time."""
    with ProviderTerminal(keepassxc) as terminal:
        terminal.send(request("logout"))
        keepassxc.wait_until(lambda: keepassxc.window(UNLOCK))
        time.sleep(27)
        keepassxc.press(UNLOCK, "ctrl+a", "p", "w", "Return")
        keepassxc.press(ACCESS, "Return")
        assert terminal.answer() == LOGGED_OUT
        terminal.send(request("logout"))
        assert terminal.answer() == NOT_FOUND


def test_denies(keepassxc):
    child = keepassxc.start_helper()
    keepassxc.send(child, request("get"))
    keepassxc.press(UNLOCK, "ctrl+a", "p", "w", "Return")
    keepassxc.press(ACCESS, "Escape")
    assert keepassxc.answer(child) == failed("get", LOCKED)
    keepassxc.send(child, request("logout"))
    keepassxc.press(ACCESS, "Escape")
    assert keepassxc.answer(child) == failed("erase", LOCKED)
    keepassxc.send(child, request("get"))
    keepassxc.press(ACCESS, "Return")
    assert keepassxc.answer(child) == token("t-1")
    keepassxc.finish(child)


def test_is_locked(keepassxc):
    """A list asks nobody. A logout asks, and a dialog that is closed does not mean that nothing is stored."""
    assert keepassxc.run(keepassxc.helper, "--list").stdout == '{"state":"locked"}\n'
    assert keepassxc.window(UNLOCK) == []
    child = keepassxc.start_helper()
    keepassxc.send(child, request("logout"))
    keepassxc.press(UNLOCK, "Escape")
    assert keepassxc.answer(child) == failed("erase", LOCKED)
    keepassxc.finish(child)
