"""--revoke and the rest of the program: settings, reports that touch nothing, what changes meanwhile, a broken helper, Ctrl-C."""

import fcntl
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import threading

import pytest
from registry_stand_in import Registry
from revoke_machine import CURRENT, SECONDS, check, hook, provider_chain


@pytest.mark.parametrize("words, told", [(["--offline"], "--offline"), (["--frozen"], "--frozen"), (["--config", "net.offline=true"], "`net.offline`")])
@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_offline_is_refused(machine, registry, words, told, dry):
    machine.registries(x=registry)
    machine.credentials(x=registry.issue())
    before = machine.tree()
    done = machine.revoke("--registry", "x", *words, *dry)
    assert done.status == 101
    assert f"attempting to make an HTTP request, but {told} was specified" in done.err
    assert machine.tree() == before
    assert registry.requests == []


@pytest.mark.parametrize("words", [["--registry", "x"], ["--all"]])
def test_a_broken_configuration_may_forbid_it(machine, registry, words):
    machine.registries(x=registry)
    machine.credentials(x=registry.issue())
    machine.write({"/work/.cargo/config.toml": "[net]\noffline = true\n[broken\n"})
    before = machine.tree()
    done = machine.revoke(*words)
    assert done.status == 101
    assert "could not load Cargo configuration" in done.err
    assert machine.tree() == before
    assert registry.requests == []


SETTINGS = {
    "timeout": 'http.timeout = "x"',
    "negative": "http.timeout = -5",
    "proxy": "http.proxy = 5",
    "cainfo": "http.cainfo = 5",
    "check-revoke": "http.check-revoke = 5",
    "ssl-version": "http.ssl-version = 5",
    "ssl-version-list": 'http.ssl-version = ["a"]',
    "ssl-version-unknown": 'http.ssl-version = "foo"',
    "ssl-version-min": "http.ssl-version.min = 5",
    "ssl-version-max": 'http.ssl-version.max = "tlsv9"',
    "user-agent": "http.user-agent = 5",
    "speed": "http.low-speed-limit = 99999999999",
    "http": "http = 3",
    "retry": 'net.retry = "x"',
    "many": "net.retry = 99999999999",
    "offline": "net.offline = 3",
    "net": "net = 3",
    "CARGO_HTTP_TIMEOUT": "foo",
    "CARGO_HTTP_SSL_VERSION": "tlsv9",
    "CARGO_HTTP_SSL_VERSION_MIN": "tlsv9",
    "CARGO_NET_RETRY": "-1",
    "CARGO_HTTP_CHECK_REVOKE": "maybe",
}


@pytest.mark.parametrize("name", SETTINGS)
def test_wrong_settings_are_told_in_cargos_words(machine, registry, name):
    """And nothing is sent."""
    machine.registries(x=registry)
    machine.credentials(x=registry.issue())
    if name.startswith("CARGO_"):
        machine.env[name] = SETTINGS[name]
    else:
        machine.write({"/work/.cargo/config.toml": SETTINGS[name] + "\n"})
    theirs = machine.cargo("yank", "--registry", "x", "foo@1.0.0")
    assert theirs.status == 101
    registry.requests.clear()
    ours = machine.revoke("--registry", "x", json=False)
    assert ours.status == 101
    assert len(machine.stored()) == 1 and registry.requests == []
    lines = [line.strip() for line in theirs.err.split("error: ")[1].splitlines() if line.strip()]
    lines = [line for line in lines if line not in ("Caused by:", "failed to update registry `x`")]
    assert [line.strip() for line in ours.err.splitlines()][-len(lines) :] == lines or set(lines) <= {
        line.strip() for line in ours.err.splitlines()
    }


def test_dry_run_says_which_calls(machine, crates_io_server, crates_io, registry):
    machine.write({"config.toml": crates_io_server.config() + f'[registries.x]\nindex = "{registry.index}"\n'})
    machine.credentials(x=registry.issue(), crates_io=crates_io.issue_trusted())
    before = machine.tree()
    done = machine.revoke("--all", "--dry-run")
    assert (done.status, machine.tree()) == (0, before)
    assert registry.requests == crates_io.requests == []
    assert "would be revoked: DELETE https://crates.io/api/v1/trusted_publishing/tokens" in done.err
    assert f"would be revoked: GET {registry.url}/index/config.json, and DELETE /api/v1/tokens/current" in done.err
    assert {line["revocation"] for line in done.lines} == {"would-be-tried"}


def test_dry_run_of_what_would_be_kept(machine, registry):
    machine.registries(x=registry)
    machine.credentials(crates_io="S3CRET", orphan="S3CRET")
    done = machine.revoke("--all", "-n")
    assert [(line["state"], line["revocation"]) for line in done.lines] == [("found", "would-not-be-tried")] * 2
    assert "would be removed" not in done.err
    assert done.err.count("would be kept") == 2


def test_status_tells_from_the_form(machine, registry):
    machine.registries(x=registry)
    machine.credentials(crates_io="cio_tp_S3CRET", x="S3CRET")
    machine.env["CARGO_REGISTRY_TOKEN"] = "cioS3CRET"
    done = machine.revoke("--status", "--offline")
    looks = {(line["registry"], line["place"]): line["revocable"] for line in done.lines}
    assert looks == {
        ("crates-io", "credentials-file"): "yes",
        ("crates-io", "environment"): "maybe",
        ("x", "credentials-file"): "maybe",
    }
    machine.credentials(crates_io="S3CRET")
    table = machine.logout("--status", json=False).out
    assert re.search(r"crates-io +token +\w+ +removed +no +/", table)
    assert registry.requests == []


def test_the_plain_case_starts_nothing(machine, registry):
    machine.registries(x=registry)
    machine.credentials(x=registry.issue())
    log = machine.top / "strace"
    done = machine.logout("--registry", "x", before=["strace", "-f", "-o", str(log), "-e", "trace=execve,openat,socket"])
    assert done.status == 0
    assert "cargo-logout-revoke" not in log.read_text() and "libcurl" not in log.read_text() and "socket(" not in log.read_text()
    assert registry.requests == []


# Between the answer and the removal.


def test_another_token_stored_meanwhile_is_kept(machine, registry):
    """As a `cargo login` does it in another window."""
    token = registry.issue()
    machine.registries(x=registry)
    machine.credentials(x=token)
    hook(registry, "DELETE", lambda _: machine.credentials(x="S3CRET-new"))
    done = machine.revoke("--registry", "x")
    assert (done.status, done.one["state"], machine.stored()) == (101, "kept", ["S3CRET-new"])
    assert "has another token for `x` now" in done.err
    assert not registry.alive(token)


def test_dead_and_not_removable(machine, registry):
    token = registry.issue()
    machine.registries(x=registry)
    machine.credentials(x=token)
    hook(registry, "DELETE", lambda _: machine.write({"credentials.toml": f'[registries.x]\ntoken = "{token}"\n[broken\n'}))
    done = machine.logout("--revoke", "--registry", "x", json=False)
    assert done.status == 101
    assert "has been revoked by" in done.err
    assert "the token for `x` is dead, but is still in" in done.err and "could not parse TOML" in done.err
    assert "has been removed" not in done.err


def test_without_the_helper(machine, registry, tmp_path):
    token = registry.issue()
    machine.registries(x=registry)
    machine.credentials(x=token)
    machine.program = shutil.copy(machine.program, tmp_path / "cargo-logout")
    done = machine.revoke("--registry", "x")
    if "revoked" in done.err and done.status == 0:
        pytest.skip("one is installed")
    check(done, machine, "kept", "no-answer", token)
    assert "`cargo-logout-revoke` is not installed" in done.err


LIES = {
    "dies": "exit 3",
    "silent": "exit 0",
    "killed": "kill -9 $$",
    "late": """echo '{"dead":true,"how":"revoked"}'; exit 3""",
    "half": """printf '{"dead":true,'""",
    "unsure": """echo '{"dead":true,"how":"refused"}'""",
    "no-how": """echo '{"dead":true}'""",
    "no-dead": """echo '{"how":"revoked"}'""",
    "unknown": """echo '{"dead":true,"how":"blown-up"}'""",
    "two": """echo '{"dead":true,"how":"revoked"} {}'""",
    "list": """echo '[true,"revoked"]'""",
    "babbles": "yes S3CRET | head -c 200000",
    "tells": r"""printf '%s' "$request" | sed 's/.*"token":"\([^"]*\)".*/{"dead":false,"how":"refused","detail":"sent \1\\u0007","url":"https:\/\/h\/\1"}\n/'""",
}


@pytest.mark.parametrize("lie", LIES)
def test_a_helper_that_is_broken(machine, registry, tmp_path, lie):
    """It is never believed more than it says, and nothing that it says can show the token."""
    token = registry.issue()
    machine.registries(x=registry)
    machine.credentials(x=token)
    machine.program = shutil.copy(machine.program, tmp_path / "cargo-logout")
    machine.write({"/cargo-logout-revoke": "#!/bin/sh\nread -r request\n" + LIES[lie] + "\n"})
    done = machine.revoke("--registry", "x")
    assert (done.status, done.one["state"]) == (101, "kept")
    assert machine.stored() == [token]
    assert "\a" not in done.err


# A person who waits, and one who does not.


class Stopped:
    """A server that stops before it answers, until it is told to go on."""

    def __init__(self, registry):
        self.reached, self.go_on, self.request = threading.Event(), threading.Event(), None
        hook(registry, "DELETE", self.stop)

    def stop(self, request):
        self.request = request
        self.reached.set()
        self.go_on.wait(SECONDS)

    def wait(self):
        assert self.reached.wait(SECONDS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.go_on.set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("to_all", [True, False], ids=["terminal", "kill"])
def test_ctrl_c_during_the_call_keeps_it(machine, registry, number, to_all):
    first, second = registry.issue(), registry.issue()
    machine.registries(x=registry, y=registry)
    machine.credentials(x=first, y=second)
    with Stopped(registry) as stopped:
        process = machine.start("--all")
        stopped.wait()
        (os.killpg if to_all else os.kill)(process.pid, number)
        done = machine.finish(process)
    assert done.status == -number
    assert machine.stored() == [first, second]
    assert "interrupted by a signal" in done.err
    assert registry.lines().count(CURRENT) == 1


def test_ctrl_c_at_the_second_leaves_the_first_to_be_removed(machine, registry):
    """By its provider, a process that a signal of before must not disturb."""
    token = registry.issue()
    with Registry() as other, Stopped(other) as stopped:
        provider_chain(machine, registry, "removes")
        machine.write({"config.toml": machine.read("config.toml") + f'[registries.y]\nindex = "{other.index}"\ncredential-provider = "cargo:token"\n'})
        machine.provider("removes", token)
        machine.credentials(y="S3CRET-y")
        process = machine.start("--all")
        stopped.wait()
        os.kill(process.pid, signal.SIGINT)
        done = machine.finish(process)
    assert done.status == -signal.SIGINT
    assert not registry.alive(token)
    assert "token for `x` has been removed by credential provider" in done.err
    assert machine.path("/bin/removes.token").read_text() == ""
    assert machine.stored() == ["S3CRET-y"]


def test_ctrl_c_after_the_answer_removes_it(machine, registry):
    """The file is locked by another program, so that there is a time between the answer and the removal."""
    token = registry.issue()
    machine.registries(x=registry)
    machine.credentials(x=token)
    with open(machine.path("credentials.toml")) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        process = machine.start("--registry", "x")
        line = process.stderr.readline()
        assert "Blocking waiting for file lock" in line
        os.killpg(process.pid, signal.SIGINT)
        assert not registry.alive(token)
    done = machine.finish(process)
    assert done.status == -signal.SIGINT
    assert machine.stored() == []
    assert "has been revoked" in done.err and "has been removed" in done.err


def test_who_waits_at_a_terminal_is_told(machine, registry):
    token = registry.issue()
    machine.registries(x=registry)
    machine.credentials(x=token)
    ours, theirs = pty.openpty()
    seen = b""
    with Stopped(registry) as stopped:
        process = subprocess.Popen(
            [machine.program, "--revoke", "--registry", "x"], cwd=machine.top, env=machine.env,
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        while b"seconds at most" not in seen:
            assert select.select([ours], [], [], SECONDS)[0], "nothing is said"
            seen += os.read(ours, 4096)
        assert b"Revoking" in seen and b"token for `x`" in seen
        stopped.go_on.set()
        assert process.wait(SECONDS) == 0
    os.close(ours)


def test_the_token_is_in_no_process_list(machine, registry):
    """While the server thinks, all command lines and environments of this machine that can be read."""
    token = registry.issue()
    machine.registries(x=registry)
    machine.credentials(x=token)
    seen = []

    def look(_):
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            for name in ("cmdline", "environ"):
                try:
                    text = (process / name).read_bytes()
                except OSError:
                    continue
                seen.append(text)

    hook(registry, "DELETE", look)
    assert machine.revoke("--registry", "x").status == 0
    assert any(b"cargo-logout-revoke" in text for text in seen)
    assert not any(token.encode() in text for text in seen)
