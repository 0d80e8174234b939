"""--revoke and the rest of the program: settings, dry runs, what changes meanwhile, a broken helper, Ctrl-C."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import threading

import pytest
from desktop import Terminal
from revoke_machine import CURRENT, SECONDS, check, hook


@pytest.mark.parametrize("words, told", [(["--offline"], "--offline"), (["--frozen"], "--frozen"), (["--config", "net.offline=true"], "`net.offline`")])
@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_offline_is_refused(machine, registry, words, told, dry):
    machine.log_in(registry)
    before = machine.tree()
    done = machine.revoke("--registry", "x", *words, *dry)
    assert done.status == 101
    assert f"attempting to make an HTTP request, but {told} was specified" in done.err
    assert "would be" not in done.err
    assert machine.tree() == before
    assert registry.requests == []


@pytest.mark.parametrize("words", [["--registry", "x"], ["--all"]])
def test_a_broken_configuration_may_forbid_it(machine, registry, words):
    machine.log_in(registry)
    machine.write({"/work/.cargo/config.toml": "[net]\noffline = true\n[broken\n"})
    before = machine.tree()
    done = machine.revoke(*words)
    assert done.status == 101 and "could not load Cargo configuration" in done.err
    assert machine.tree() == before and registry.requests == []


SETTINGS = [
    'http.timeout = "x"', "http.timeout = -5", "http.proxy = 5", "http.cainfo = 5", "http.ssl-version = 5",
    'http.ssl-version = ["a"]', 'http.ssl-version = "foo"', "http.ssl-version.min = 5", 'http.ssl-version.max = "tlsv9"',
    "http.user-agent = 5", 'net.retry = "x"', "net.offline = 3", "CARGO_HTTP_TIMEOUT=foo", "CARGO_HTTP_SSL_VERSION=tlsv9",
    "CARGO_HTTP_SSL_VERSION_MIN=tlsv9", "CARGO_NET_RETRY=-1",
]  # fmt: skip


@pytest.mark.parametrize("setting", SETTINGS)
def test_wrong_settings_end_it(machine, registry, setting):
    """Nothing is sent: cargo does not accept them either."""
    machine.log_in(registry)
    if setting.startswith("CARGO_"):
        name, value = setting.split("=")
        machine.env[name] = value
    else:
        machine.write({"config.toml": setting + "\n" + machine.read("config.toml")})
    assert machine.cargo("owner", "--list", "--registry", "x", "foo").status == 101
    registry.requests.clear()
    done = machine.revoke("--registry", "x")
    assert done.status == 101 and "tokens cannot be revoked, so none was removed" in done.err
    assert len(machine.stored()) == 1 and registry.requests == []


NETWORK = {
    "": {"retry": 3},
    'http.ssl-version = "default"\n': {"retry": 3},
    '[http]\nproxy = "p"\ncainfo = "ca"\nuser-agent = "u"\nssl-version = "tlsv1.2"\ntimeout = 7\n[net]\nretry = 0\n': {
        "proxy": "p", "cainfo": "$TOP/home/ca", "user_agent": "u", "ssl_min": "tlsv1.2", "timeout": 7, "retry": 0,
    },
    'http.ssl-version = {min = "tlsv1", max = "tlsv1.3"}\n': {"ssl_min": "tlsv1", "ssl_max": "tlsv1.3", "retry": 3},
}  # fmt: skip


@pytest.mark.parametrize("config, wanted", NETWORK.items())
def test_the_helper_gets_the_settings(machine, registry, config, wanted):
    machine.log_in(registry)
    machine.write({"config.toml": config + machine.read("config.toml")})
    machine.replace_helper("echo \"$request\" >$TOP/request")
    machine.revoke("--registry", "x")
    [[request]] = json.loads(machine.read("/request"))["groups"].values()
    others = {"id", "revokes", "kind", "token", "index", "canonical", "cache"}
    assert {key: value for key, value in request.items() if key not in others} == json.loads(machine.text(json.dumps(wanted)))


PROJECT = {
    "proxy": 'http.proxy = "http://127.0.0.1:1"',
    "cainfo": 'http.cainfo = "ca.pem"',
    "check-revoke": "http.check-revoke = false",
    "ssl-version": 'http.ssl-version = "tlsv1.2"',
    "index": 'registries.x.index = "sparse+http://127.0.0.1:1/"',
    "offline": "net.offline = true",
}


@pytest.mark.parametrize("name", PROJECT)
def test_a_project_does_not_decide_where_a_token_of_home_goes(machine, registry, name):
    token = machine.log_in(registry)
    machine.write({"/work/.cargo/config.toml": PROJECT[name] + "\n"})
    done = machine.revoke("--registry", "x")
    assert (done.status, machine.stored(), registry.requests) == (101, [token], [])
    if name != "offline":
        assert f"{machine.path('/work/.cargo/config.toml')}:1" in done.err


@pytest.mark.parametrize("index, works", [("$INDEX", True), ("sparse+http://127.0.0.1:1/", False), ("not a URL", False)])
def test_an_index_that_home_defines_too(machine, registry, index, works):
    """A project can repeat the index of home, but not replace it."""
    token = registry.issue()
    machine.credentials(x=token)
    text = '[registries.x]\nindex = "{}"\n'.format
    machine.write({"config.toml": text(registry.index if works else index), "/work/.cargo/config.toml": text(registry.index)})
    done = machine.revoke("--registry", "x")
    assert (done.status == 0, registry.alive(token)) == (works, not works)
    assert works or f"run it outside of `{machine.path('/work')}`, where your own configuration has another index" in done.err


def test_an_index_of_a_project_that_the_command_line_names(machine, registry):
    token = registry.issue()
    machine.credentials(x=token)
    project = machine.path("/work/.cargo/config.toml")
    machine.write({"/work/.cargo/config.toml": f'registries.x.index = "{registry.index}"\n'})
    done = machine.revoke("--registry", "x")
    assert (done.status, registry.requests) == (101, []) and f"--config {project}" in done.err
    assert machine.revoke("--registry", "x", "--config", str(project)).status == 0
    assert not registry.alive(token)


def test_dry_run_calls_no_server_that_tells_nothing(machine, crates_io, registry):
    machine.registries(x=registry, more=machine.read("config.toml"))
    machine.credentials(x=registry.issue(), crates_io=crates_io.issue_trusted())
    before = machine.tree()
    done = machine.revoke("--all", "--dry-run")
    assert (done.status, machine.tree()) == (0, before)
    assert registry.requests == crates_io.requests == []
    assert done.err.count("would be revoked first") == 2


def test_dry_run_of_what_would_be_kept(machine, registry):
    machine.registries(x=registry)
    machine.credentials(crates_io="S3CRET", orphan="S3CRET")
    done = machine.revoke("--all", "-n")
    assert done.status == 101
    assert [line["result"] for line in done.lines] == ["kept"] * 2
    assert "would be removed" not in done.err


def test_the_plain_case_starts_nothing(machine, registry):
    machine.log_in(registry)
    log = machine.top / "strace"
    done = machine.run("strace", "-f", "-o", str(log), "-e", "trace=execve,openat,socket", machine.program, "--registry", "x", env={"ASAN_OPTIONS": "detect_leaks=0"})
    assert done.returncode == 0
    assert "cargo-logout-revoke" not in log.read_text() and "libcurl" not in log.read_text() and "socket(" not in log.read_text()
    assert registry.requests == []


# Between the answer and the removal.


def test_another_token_stored_meanwhile_is_kept(machine, registry):
    """As a `cargo login` does it in another window."""
    token = machine.log_in(registry)
    hook(registry, "DELETE", lambda _: machine.credentials(x="S3CRET-new"))
    done = machine.revoke("--registry", "x")
    assert (done.status, done.one["result"], machine.stored()) == (101, "kept", ["S3CRET-new"])
    assert "now contains another token for `x`" in done.err
    assert not registry.alive(token)


def test_dead_and_not_removable(machine, registry):
    token = machine.log_in(registry)
    hook(registry, "DELETE", lambda _: machine.write({"credentials.toml": f'[registries.x]\ntoken = "{token}"\n[broken\n'}))
    done = machine.revoke("--registry", "x", json=False)
    assert done.status == 101
    assert "has been revoked, not checked" in done.err and "could not parse" in done.err
    assert "has been removed" not in done.err


def test_without_the_helper(machine, registry, tmp_path):
    token = machine.log_in(registry)
    machine.program = shutil.copy(machine.program, tmp_path / "cargo-logout")
    done = machine.revoke("--registry", "x")
    check(done, machine, "kept", None, token)
    assert "`cargo-logout-revoke` is not installed" in done.err
    assert "install the package `cargo-logout-revoke`, or build with `-Drevoke=enabled`" in done.err


LIES = {
    "dies": "exit 3",
    "hangs": "exec sleep 1000",
    "killed": "kill -9 $$",
    "half": """printf '{"id":0,'""",
    "unknown": """echo '{"id":0,"verdict":"blown-up"}'""",
    "another": """echo '{"id":1,"verdict":"revoked-checked"}'""",
    "negative": """echo '{"id":-1,"verdict":"revoked-checked"}'""",
    "two": """echo '{"id":0,"verdict":"revoked-checked"} {}'""",
    "twice": """echo '{"id":0,"verdict":"refused","verdict":"revoked-checked"}'""",
    "babbles": "yes S3CRET | head -c 200000",
    "bell": r"""printf '{"id":0,"verdict":"refused","detail":"\\\\u0007"}\n'""",
}


@pytest.mark.parametrize("lie", LIES)
def test_a_helper_that_is_broken(machine, registry, lie):
    """Malformed answers do not count."""
    token = machine.log_in(registry)
    machine.replace_helper(LIES[lie])
    done = machine.revoke("--registry", "x", *(["--timeout", "1"] if lie == "hangs" else []))
    assert (done.status, done.one["result"]) == (101, "kept")
    assert machine.stored() == [token]
    assert "\a" not in done.err


@pytest.mark.parametrize("then", ["exit 1", "kill -9 $$", "kill -TERM $PPID; exec sleep 1000", "echo '{}'; exec sleep 1000"])
def test_an_answer_that_came_counts(machine, registry, then):
    machine.registries(x=registry, y=registry)
    machine.credentials(x="S3CRET-x", y="S3CRET-y")
    machine.replace_helper("""echo '{"id":0,"verdict":"revoked-checked"}'\n""" + then)
    done = machine.revoke("--all")
    assert done.status == (-signal.SIGTERM if "TERM" in then else 101)
    assert machine.stored() == ["S3CRET-y"]


# A person who waits, and one who does not.


@contextlib.contextmanager
def stopped(registry):
    """The server sets the first event when a request arrives, and waits for the second one before it answers."""
    reached, released = threading.Event(), threading.Event()
    hook(registry, "DELETE", lambda _: reached.set() or released.wait(SECONDS))
    yield reached, released
    released.set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("to_all", [True, False], ids=["terminal", "kill"])
def test_ctrl_c_during_the_call_keeps_it(machine, registry, number, to_all):
    first, second = registry.issue(), registry.issue()
    machine.registries(x=registry, y=registry)
    machine.credentials(x=first, y=second)
    with stopped(registry) as (reached, _):
        process = machine.start("--all")
        assert reached.wait(SECONDS)
        (os.killpg if to_all else os.kill)(process.pid, number)
        done = machine.finish(process)
    assert done.status == -number
    assert machine.stored() == [first, second]
    assert "interrupted by a signal" in done.err
    assert registry.lines().count(CURRENT) == 1


def test_ctrl_c_after_the_answer(machine, registry):
    """The file is locked by another program: the wait for it ends, and what was revoked is reported."""
    token = machine.log_in(registry)
    with open(machine.path("credentials.toml")) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        process = machine.start("--registry", "x")
        line = process.stderr.readline()
        assert "Blocking waiting for file lock" in line
        os.killpg(process.pid, signal.SIGINT)
        assert not registry.alive(token)
    done = machine.finish(process)
    assert done.status == -signal.SIGINT
    assert machine.stored() == [token]
    assert "has been revoked" in done.err and "interrupted by a signal" in done.err


def test_who_waits_at_a_terminal_is_told(machine, registry):
    machine.log_in(registry)
    with stopped(registry) as (_, released), Terminal(machine.program, "--revoke", "--registry", "x", env=machine.env) as terminal:
        assert f"for 127.0.0.1:{registry.server_port} to answer" in terminal.read_until(b"about the token for `x`")
        released.set()
        assert terminal.child.wait(SECONDS) == 0
