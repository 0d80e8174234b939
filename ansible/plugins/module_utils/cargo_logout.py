# -*- coding: utf-8 -*-
# Copyright: the cargo-logout authors
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Runs cargo-logout and reads its JSON, for the modules of this collection."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import json
import os
import pwd
import signal
import threading

try:
    from shlex import quote
except ImportError:  # Python 2
    from pipes import quote

SCHEMA = 1
COMMON_ARGUMENTS = dict(
    cargo_home=dict(type="path"),
    copies=dict(type="bool"),
    executable=dict(type="path", default="cargo-logout"),
    registry=dict(type="str"),
    timeout=dict(type="int", default=600),
    user=dict(type="str"),
)
REVOKED = ("revoked-checked", "revoked-unchecked")


def text_of(error):
    """A chain of messages in one line."""
    return ": ".join(" ".join(message.split()) for message in error)


def fix_of(item):
    if "fix" not in item:
        return ""
    return "; to remove it, run `%s`" % " ".join(quote(word) for word in item["fix"])


def location_of(item):
    return item["location"]["text"] if "location" in item else item.get("text", "")


def is_startup_token(copy):
    """An assignment of a token that login shells have, and this process does not."""
    return copy["kind"] == "origin" and "home" not in copy


class Report:
    """What one or more runs found, each location once."""

    def __init__(self):
        self.status = 0
        self.failed = 0
        self.registries, self.credentials, self.copies, self.errors, self.keyring = [], [], [], [], None

    def add(self, objects):
        seen = set((c.get("registry"), location_of(c)) for c in self.credentials)
        for item in objects:
            reason = item.pop("reason")
            item.pop("schema")
            if reason == "registry" and item["registry"] not in [r["registry"] for r in self.registries]:
                self.registries.append(item)
            elif reason == "credential" and (item.get("registry"), location_of(item)) not in seen:
                self.credentials.append(item)
            elif reason == "copy" and item not in self.copies:
                self.copies.append(item)
            elif reason == "error" and item not in self.errors:
                self.errors.append(item)
            elif reason == "keyring" and self.keyring is None:
                self.keyring = item
            elif reason == "logout-finished":
                self.status = max(self.status, item["status"])
                self.failed += item["failed"]

    def homes(self):
        """The cargo homes that startup files set."""
        return sorted(set(copy["home"] for copy in self.copies if copy.get("home")))

    def removed(self):
        return [item for item in self.credentials + self.copies if item.get("result") == "removed"]

    def would_remove(self):
        """Whether a provider that needs to be asked has a token is not known, so it does not count."""
        credentials = [c for c in self.credentials if c["result"] == "pending" and (
            c["plan"] == "remove" or c["plan"] == "ask" and c["usable"] == "yes")]
        copies = [c for c in self.copies if c.get("result") == "pending" and c["location"].get("file") == "cargo"
                  and c.get("fix", ["rm"])[0] != "rm"]
        return credentials + copies

    def revoked(self):
        return [c for c in self.credentials if c.get("server", {}).get("verdict") in REVOKED]

    def left(self):
        return [c for c in self.credentials if c["usable"] == "yes"] + [c for c in self.copies if is_startup_token(c)]

    def not_checked(self):
        keyring = [self.keyring] if self.keyring and self.keyring["state"] in ("locked", "unknown") else []
        return ([c for c in self.credentials if c["usable"] == "unknown"]
                + [c for c in self.copies if c["kind"] == "not-checked"] + keyring)

    def warnings(self, without=()):
        for item in self.credentials:
            if item["usable"] == "yes" and item not in without:
                yield "cargo can still use a token for `%s`: %s%s" % (
                    item.get("registry", "?"), location_of(item), fix_of(item))
            elif item["usable"] == "unknown" and item not in without:
                yield "not checked: %s%s%s" % (
                    location_of(item), ": " + text_of(item["error"]) if "error" in item else "", fix_of(item))
        for item in self.copies:
            if item["kind"] == "not-checked":
                yield "not checked: %s: %s" % (item["text"], text_of(item["error"]))
            elif is_startup_token(item):
                yield "a startup file sets `%s`: delete the line %s" % (item["variable"], location_of(item))
            elif "home" not in item and item.get("result") != "removed" and item not in without:
                yield "a copy of a token, or what looks like one: %s%s" % (location_of(item), fix_of(item))
        if self.keyring and self.keyring["state"] in ("locked", "unknown"):
            yield "not checked: the keyring: %s" % text_of(self.keyring.get("error", ["it is locked"]))

    def summary(self, gone, removed):
        """A few words for each registry that has something, and for what belongs to none."""
        for registry in self.registries + [{}]:
            name = registry.get("registry")
            these = [item for item in self.credentials + self.copies if item.get("registry") == name]
            counts = (
                (removed, [item for item in these if item in gone]),
                ("failed", [item for item in these if item.get("result") in ("failed", "kept")]),
                ("left", [item for item in self.left() if item in these and item not in gone]),
                ("not checked", [item for item in self.not_checked() if item in these]),
            )
            words = ["%d %s" % (len(items), word) for word, items in counts if items]
            if words:
                yield dict(registry=name or "-", result=", ".join(words))
        if self.keyring in self.not_checked():
            yield dict(registry="-", result="keyring not checked")

    def error(self):
        errors = [text_of(e["error"]) for e in self.errors]
        errors += [text_of(item["error"]) for item in self.credentials + self.copies
                   if item.get("result") in ("failed", "kept", "not-checked") and "error" in item]
        return "; ".join(sorted(set(errors), key=errors.index))

    def result(self):
        return dict(
            status=self.status, failed_count=self.failed, removed=len(self.removed()), left=len(self.left()),
            not_checked=len(self.not_checked()), registries=self.registries, credentials=self.credentials,
            copies=self.copies, errors=self.errors, keyring=self.keyring)


def belongs_to(uid, directory):
    try:
        return os.stat(directory).st_uid == uid
    except OSError:
        return False


class Runner:
    def __init__(self, module):
        self.module = module
        self.program = module.get_bin_path(module.params["executable"], required=True)
        uid, name = os.geteuid(), module.params["user"]
        try:
            user = pwd.getpwuid(uid) if name is None else pwd.getpwnam(name)
        except KeyError:
            module.fail_json(msg="no such user: %s" % (uid if name is None else name))
        if user.pw_uid != uid:
            module.fail_json(msg="the task runs as the UID %d, not as `%s`; is the variable ansible_become_user set?" % (uid, name))
        self.home = user.pw_dir
        # `su` keeps variables of the user who called it.
        os.environ.pop("CARGO_HOME", None)
        if not belongs_to(uid, os.environ.get("XDG_RUNTIME_DIR", "")):
            os.environ.pop("XDG_RUNTIME_DIR", None)
        self.environment = {"HOME": self.home}
        if module.params.get("cargo_home"):
            self.environment["CARGO_HOME"] = module.params["cargo_home"]
        runtime = "/run/user/%d" % uid
        if "XDG_RUNTIME_DIR" not in os.environ and belongs_to(uid, runtime):
            self.environment["XDG_RUNTIME_DIR"] = runtime  # where the bus of a user's session is

    def objects(self, arguments, directory=None, environment=None):
        """Runs the program once and returns its JSON lines."""
        command = [self.program, "--message-format", "json"] + arguments
        timers = []

        def start_timer(process):
            timers.append(threading.Timer(self.module.params["timeout"], process.send_signal, [signal.SIGTERM]))
            timers[0].start()

        directory = directory or (self.home if os.access(self.home, os.X_OK) else "/")
        environment = dict(self.environment, **(environment or {}))
        code, out, err = self.module.run_command(
            command, cwd=directory, environ_update=environment, expand_user_and_vars=False, handle_exceptions=True,
            before_communicate_callback=start_timer)
        for timer in timers:
            timer.cancel()
        if code == -signal.SIGTERM:
            self.module.fail_json(
                msg="cargo-logout was ended after %d seconds. It waits if another process holds the lock of a "
                "credentials file." % self.module.params["timeout"])
        try:
            objects = [json.loads(line) for line in out.splitlines()]
            if not objects or objects[-1]["reason"] != "logout-finished":
                raise ValueError("the last line is missing")
            if any(item["schema"] != SCHEMA for item in objects):
                raise ValueError("its schema is not %d" % SCHEMA)
        except (KeyError, TypeError, ValueError) as error:
            self.module.fail_json(
                msg="could not read the output of `%s`, which exited with %d: %s" % (self.program, code, error),
                stderr=err)
        if objects[-1]["status"] == 1:
            self.module.fail_json(msg="`%s` does not accept its arguments; is it too old? %s" % (self.program, err))
        for item in objects:
            if "CARGO_HOME" in environment and item.get("fix", [""])[0] == "cargo-logout":
                item["fix"] = ["env", "CARGO_HOME=" + environment["CARGO_HOME"]] + item["fix"]  # for any shell
        return objects

    def report(self, arguments):
        """Runs it for the user's cargo home and, with `copies`, for each one that a startup file sets."""
        report = Report()
        copies = ["--copies"] if self.module.params["copies"] else []
        report.add(self.objects(arguments + copies))
        for home in report.homes() if copies else []:
            report.add(self.objects(arguments, environment={"CARGO_HOME": home}))
        self.look_for_keyring(report)
        return report

    def look_for_keyring(self, report):
        """Without the session of the user, no program can read a keyring that is on disk."""
        if report.keyring is not None and report.keyring["state"] != "none":
            return
        data = os.environ.get("XDG_DATA_HOME") or os.path.join(self.home, ".local/share")
        for name in ("keyrings", "kwalletd"):
            directory = os.path.join(data, name)
            try:
                files = os.listdir(directory)
            except OSError as error:
                if error.errno not in (errno.ENOENT, errno.ENOTDIR):
                    report.keyring = dict(state="unknown", error=["failed to list " + directory, error.strerror])
            else:
                if any(file.endswith((".keyring", ".kwl")) for file in files):
                    report.keyring = dict(state="locked", error=[
                        "%s has a keyring, which can be read only in a session of the user" % directory])
