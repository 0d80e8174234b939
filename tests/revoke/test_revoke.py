"""--revoke as a whole: what is dead is removed, what is not certain to be is kept, and each is told, without a token."""

import fcntl
import json
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
from registry_stand_in import Answer, Registry
from revoke_machine import SECONDS, CratesIo, RevokeMachine
from tls import free_ports

CURRENT = "DELETE /api/v1/tokens/current"
TRUSTED = "DELETE /api/v1/trusted_publishing/tokens"
CONFIG = "GET /index/config.json"
OFF = {"removed": 0, "kept": 101}


@pytest.fixture
def machine(tmp_path, program, cargo, registry):
    return RevokeMachine(tmp_path, program, cargo, registry)


@pytest.fixture(scope="module")
def crates_io_server(tmp_path_factory):
    with Registry() as registry, CratesIo(tmp_path_factory.mktemp("crates-io"), registry) as server:
        yield server


@pytest.fixture
def crates_io(crates_io_server, machine):
    """The registry behind https://crates.io, and a home that knows the way."""
    registry = crates_io_server.registry
    registry.requests.clear()
    registry.answers.clear()
    registry.prefix, registry.locked, registry.read_only = "cio", None, False
    machine.write({"config.toml": crates_io_server.config()})
    return registry


def hook(registry, method, action):
    """Does `action` before the server answers the first request of this method."""
    respond, once = registry.respond, threading.Event()

    def hooked(request):
        if request.method == method and not once.is_set():
            once.set()
            action(request)
        return respond(request)

    registry.respond = hooked


def check(done, machine, state, how, token):
    """One token, one registry."""
    assert (done.one["state"], done.one["revocation"]) == (state, how), done.err
    assert done.status == OFF[state]
    assert machine.stored() == ([] if state == "removed" else [token])
    assert "This does not revoke" not in done.err
    assert ("# of" in machine.read("credentials.toml")) and ("Logout token" in done.err) == (state == "removed")


OTHERS = {  # what the server is made to do: state, revocation, the reason that is told
    "alive": ({}, "removed", "revoked", None),
    "any-2xx": ({"answers": [Answer(200, {"ok": True})]}, "removed", "revoked", None),
    "2xx-with-errors": ({"answers": [Answer(200, {"errors": [{"detail": "no way"}]})]}, "kept", "refused", "no way"),
    "unsupported": ({"can_revoke": False}, "kept", "unsupported", "cannot revoke a token in this way"),
    "405": ({"answers": [Answer(405)]}, "kept", "unsupported", "answered 405"),
    "401": ({"answers": [Answer(401)]}, "kept", "refused", "answered 401"),
    "locked": ({"locked": "spam"}, "kept", "refused", "locked. Reason: spam"),
    "read-only": ({"read_only": True}, "kept", "refused", "read-only mode"),
    "redirect": ({"answers": [Answer(302, headers={"Location": "https://other.example/"})]}, "kept", "refused", "other.example"),
    "500": ({"answers": [Answer(500)]}, "kept", "refused", "answered 500"),
    "no-api": ({"api": None}, "kept", "no-api", "config.json"),
    "no-json": ({"config": b"<html>"}, "kept", "no-api", "config.json"),
    "private": ({"auth_required": True}, "removed", "revoked", None),
}


@pytest.mark.parametrize("case", OTHERS)
def test_other_registry(machine, registry, case):
    changes, state, how, told = OTHERS[case]
    for name, value in changes.items():
        setattr(registry, name, value)
    token = registry.issue()
    machine.registries(x=registry)
    machine.credentials(x=token)
    done = machine.revoke("--registry", "x")
    check(done, machine, state, how, token)
    assert registry.alive(token) == (state == "kept" or case == "any-2xx")
    assert registry.lines().count(CURRENT) == (0 if how == "no-api" else 1)
    assert "other.example" not in "".join(str(request.headers) for request in registry.requests)
    if told:
        assert told in done.err
        assert f"which is kept (without `--revoke` it is removed from this machine all the same): {machine.home}" in done.err
    # and it still is removed without
    assert machine.logout("--registry", "x").status == 0
    assert machine.stored() == []


def test_scoped_token_of_another_registry(machine, registry):
    token = registry.issue(scopes=("yank",))
    machine.registries(x=registry)
    machine.credentials(x=token)
    done = machine.revoke("--registry", "x")
    check(done, machine, "kept", "not-permitted", token)
    assert "only the registry's website can" in done.err
    assert registry.alive(token)


def test_no_server(machine, registry):
    machine.registries(x=registry)
    machine.credentials(x="S3CRET-x")
    port = free_ports(1)[0]
    registry.api = f"http://127.0.0.1:{port}"
    done = machine.revoke("--registry", "x", "--config", "net.retry=0")
    check(done, machine, "kept", "no-answer", "S3CRET-x")
    assert "try again" in done.err


def test_no_index(machine, registry):
    machine.write({"config.toml": f'[registries.x]\nindex = "sparse+http://127.0.0.1:{free_ports(1)[0]}/"\n'})
    machine.credentials(x="S3CRET-x")
    done = machine.revoke("--registry", "x", "--config", "net.retry=0")
    check(done, machine, "kept", "no-api", "S3CRET-x")
    assert "config.json" in done.err


def crates_io_cases():
    return {
        "alive": (lambda r: r.issue(), CURRENT, "removed", "revoked", "has been revoked by https://crates.io"),
        "expired": (lambda r: r.issue(expired=True), CURRENT, "removed", "unknown-token", "https://crates.io does not know it"),
        "revoked": (lambda r: r.issue(revoked=True), CURRENT, "removed", "unknown-token", "does not know it"),
        "scoped": (lambda r: r.issue(scopes=("yank",)), CURRENT, "kept", "not-permitted", "only <https://crates.io/settings/tokens> can"),
        "trusted": (lambda r: r.issue_trusted(), TRUSTED, "removed", "revoked", "has been revoked by https://crates.io"),
        "no-token": (lambda r: setattr(r, "prefix", "cioX") or "cioS3CRET", CURRENT, "removed", "not-a-token", "says that it is none"),
        "old": (lambda r: "S3CRET", None, "kept", "not-sent", "those begin with `cio`"),
        "locked": (lambda r: setattr(r, "locked", "spam") or r.issue(), CURRENT, "kept", "refused", "Reason: spam"),
    }


@pytest.mark.parametrize("case", crates_io_cases())
def test_crates_io(machine, crates_io, case):
    make, line, state, how, told = crates_io_cases()[case]
    token = make(crates_io)
    machine.credentials(crates_io=token)
    done = machine.revoke()
    check(done, machine, state, how, token)
    assert crates_io.lines() == ([line] if line else [])
    assert told in done.err
    assert crates_io.alive(token) == (state == "kept" and how != "not-sent")
    if line:
        request = crates_io.requests[0]
        assert request.header("Authorization") == (f"Bearer {token}" if line == TRUSTED else token)


def test_under_another_name_it_is_crates_io_all_the_same(machine, crates_io):
    machine.write({"config.toml": machine.read("config.toml") + '[registries.io]\nindex = "sparse+https://index.crates.io/"\n'})
    token = crates_io.issue()
    machine.credentials(io=token)
    check(machine.revoke("--registry", "io"), machine, "removed", "revoked", token)


def test_the_real_cargo_is_out(machine, crates_io):
    """crates.io's own API: with the token an answer, afterwards none with the same token."""
    crates_io.private = True
    token = crates_io.issue()
    machine.credentials(crates_io=token)
    before = machine.owners()
    assert (before.status, "ada" in before.out) == (0, True), before.err
    assert machine.revoke().status == 0
    machine.credentials(crates_io=token)  # somebody has a copy
    after = machine.owners()
    assert after.status == 101
    assert "authentication failed" in after.err


def test_the_real_cargo_is_out_of_another_registry(machine, registry):
    registry.auth_required = True
    token = registry.issue()
    machine.registries(x=registry, more='[registry]\nglobal-credential-providers = ["cargo:token"]\n')
    machine.credentials(x=token)
    before = machine.owners("x")
    assert (before.status, "ada" in before.out) == (0, True), before.err
    assert machine.revoke("--registry", "x").status == 0
    machine.credentials(x=token)
    assert machine.owners("x").status == 101


def test_all_each_on_its_own(machine, registry):
    """One dead, one kept, one that is crates.io's in form only by its name, one that nobody configures any more."""
    good, scoped = registry.issue(), registry.issue(scopes=("yank",))
    machine.registries(good=registry, scoped=registry)
    machine.credentials(good=good, scoped=scoped, crates_io="S3CRET", orphan="S3CRET-orphan")
    done = machine.revoke("--all")
    found = {line["registry"]: (line["state"], line["revocation"]) for line in done.lines if line["reason"] == "credential"}
    assert found == {
        "good": ("removed", "revoked"),
        "scoped": ("kept", "not-permitted"),
        "crates-io": ("kept", "not-sent"),
        "orphan": ("kept", "no-api"),
    }
    assert done.status == 101
    assert machine.stored() == [scoped, "S3CRET", "S3CRET-orphan"]
    assert done.err.count("error: failed to log out of") == 3
    assert "no configuration says where its index is" in done.err


def test_the_same_token_is_sent_once(machine, registry):
    """In both credentials files, a variable and the configuration."""
    token = registry.issue()
    machine.registries(x=registry)
    machine.credentials(x=token)
    machine.write({"credentials": f'registries.x.token = "{token}"\n', "/work/.cargo/config.toml": f'registries.x.token = "{token}"\n'})
    machine.env["CARGO_REGISTRIES_X_TOKEN"] = token
    done = machine.revoke("--registry", "x", "--strict")
    assert registry.lines() == [CONFIG, CURRENT]
    assert done.status == 0, "what is dead does not authenticate"
    assert [line["revocation"] for line in done.lines if line["reason"] == "credential"] == ["revoked"] * 4
    assert machine.secrets_on_disk() == ["config.toml"]
    assert done.err.count("has been revoked") == 1
    assert "is dead is still there: environment variable `CARGO_REGISTRIES_X_TOKEN`" in done.err
    assert "run `unset CARGO_REGISTRIES_X_TOKEN`" in done.err
    assert "run `cargo-logout --registry x --everywhere`" in done.err


def test_two_names_of_one_index(machine, registry):
    """One server: the token is sent once, and where only one of the names is meant, the other's copy is known to be dead."""
    token = registry.issue()
    machine.registries(x=registry, y=registry)
    machine.credentials(x=token, y=token)
    done = machine.revoke("--registry", "x")
    assert (done.status, machine.stored()) == (0, [token])
    assert "a token for `x` that is dead is still there" in done.err and "run `cargo-logout --registry y`" in done.err

    token = registry.issue()
    machine.credentials(x=token, y=token)
    registry.requests.clear()
    done = machine.revoke("--all")
    assert (done.status, machine.stored()) == (0, [])
    assert registry.lines() == [CONFIG, CURRENT]


def test_the_same_token_of_two_servers_is_sent_to_both(machine, registry):
    """What one says of it is nothing that the other has said."""
    with Registry() as other:
        token = registry.issue()
        other.issue(token, scopes=("yank",))
        machine.registries(x=registry, y=other)
        machine.credentials(x=token, y=token)
        done = machine.revoke("--all")
        assert {line["registry"]: line["revocation"] for line in done.lines if "revocation" in line} == {
            "x": "revoked",
            "y": "not-permitted",
        }
        assert machine.stored() == [token]
        assert "# of y" in machine.read("credentials.toml").split("token")[0].splitlines()[-2]


def test_variable_only_with_everywhere(machine, registry):
    token = registry.issue()
    machine.registries(x=registry)
    machine.env["CARGO_REGISTRIES_X_TOKEN"] = token
    done = machine.revoke("--registry", "x")
    assert (done.status, registry.lines(), registry.alive(token)) == (0, [], True)
    assert done.one["remains"] and "revocation" not in done.one
    done = machine.revoke("--registry", "x", "--everywhere", "--strict")
    assert (done.status, registry.alive(token)) == (0, False)
    assert (done.one["state"], done.one["revocation"], done.one["remains"]) == ("found", "revoked", False)
    assert "run `unset CARGO_REGISTRIES_X_TOKEN`" in done.err


def test_variable_that_is_kept(machine, registry):
    token = registry.issue(scopes=("yank",))
    machine.registries(x=registry)
    machine.env["CARGO_REGISTRIES_X_TOKEN"] = token
    done = machine.revoke("--registry", "x", "--everywhere")
    assert (done.status, done.one["state"], done.one["remains"]) == (101, "kept", True)
    assert "run `unset CARGO_REGISTRIES_X_TOKEN`" in done.err
    assert "all the same" not in done.err


def test_configuration_only_with_everywhere(machine, registry):
    token = registry.issue()
    machine.registries(x=registry)
    machine.write({"/work/.cargo/config.toml": f'registries.x.token = "{token}"\n'})
    assert machine.revoke("--registry", "x").status == 0
    assert registry.alive(token)
    done = machine.revoke("--registry", "x", "--everywhere")
    assert (done.one["state"], registry.alive(token)) == ("removed", False)
    assert token not in machine.read("/work/.cargo/config.toml")


def provider_chain(machine, registry, *behaviours):
    programs = ", ".join(f'"$BIN/{name}"' for name in reversed(behaviours))
    machine.registries(x=registry, more=f"[registry]\nglobal-credential-providers = [{programs}]\n")


def test_provider(machine, registry):
    token = registry.issue()
    provider_chain(machine, registry, "removes")
    machine.provider("removes", token)
    done = machine.revoke("--registry", "x")
    assert (done.status, done.one["state"], done.one["revocation"]) == (0, "removed", "revoked")
    assert machine.asked() == ["removes", "removes"]  # for the token, then to log out
    assert not registry.alive(token)


def test_provider_keeps_what_is_not_dead(machine, registry):
    provider_chain(machine, registry, "removes")
    machine.provider("removes", registry.issue(scopes=("yank",)))
    done = machine.revoke("--registry", "x")
    assert (done.status, done.one["state"], done.one["revocation"]) == (101, "kept", "not-permitted")
    assert machine.asked() == ["removes"]
    assert machine.path("/bin/removes.token").read_text().strip()


def test_provider_without_a_token(machine, registry):
    provider_chain(machine, registry, "removes")
    machine.provider("removes")
    done = machine.revoke("--registry", "x")
    assert (done.status, done.one["state"], registry.lines()) == (0, "absent", [])
    assert "not currently logged in to `x`" in done.err


def test_provider_that_fails_after_the_token_is_dead(machine, registry):
    token = registry.issue()
    provider_chain(machine, registry, "fails")
    machine.provider("fails", token)
    done = machine.revoke("--registry", "x")
    assert (done.status, done.one["state"], done.one["revocation"]) == (101, "failed", "revoked")
    assert not registry.alive(token)
    assert "is dead, but credential provider" in done.err and "the fan is dirty" in done.err


FAILING = {
    "fails": """echo '{"Err":{"kind":"other","message":"it broke","caused-by":["the fan is dirty"]}}'""",
    "unsupported": """echo '{"Err":{"kind":"operation-not-supported"}}'""",
    "dies": "exit 3",
    "no-token": """echo '{"Ok":{"kind":"get","cache":"never","operation_independent":true}}'""",
    "odd-token": """echo '{"Ok":{"kind":"get","token":["S3CRET"],"cache":"never","operation_independent":true}}'""",
    "list": """echo '{"Ok":["get","S3CRET"]}'""",
    "login": """echo '{"Ok":{"kind":"login"}}'""",
    "logout": """echo '{"Ok":{"kind":"logout"}}'""",
    "babbles": "echo S3CRET",
}


@pytest.mark.parametrize("how", FAILING)
def test_provider_that_gives_no_token(machine, registry, how):
    """It is not asked to log out then: nobody knows what it has."""
    provider_chain(machine, registry, "own")
    script = '#!/bin/sh\necho \'{"v":[1]}\'\nread -r request\necho asked >>$TOP/asked\n' + FAILING[how] + "\n"
    machine.write({"/bin/own": script})
    done = machine.revoke("--registry", "x")
    assert (done.status, done.one["state"]) == (101, "failed")
    assert "failed action `get`" in done.err
    assert len(machine.asked()) == 1
    assert registry.lines() == []


def test_provider_of_other_registries_only(machine, registry):
    provider_chain(machine, registry, "own")
    machine.write({"/bin/own": '#!/bin/sh\necho \'{"v":[1]}\'\nread -r request\necho asked >>$TOP/asked\necho \'{"Err":{"kind":"url-not-supported"}}\'\n'})
    done = machine.revoke("--registry", "x")
    assert (done.status, done.one["state"]) == (101, "not-supported")
    assert len(machine.asked()) == 1


def test_request_for_a_token_is_the_real_cargos(machine, registry):
    """Byte for byte, but for the operation, which we do not have: ours is `read`, as for an index."""
    registry.auth_required = True
    provider_chain(machine, registry, "own")
    keep = '#!/bin/sh\necho \'{"v":[1]}\'\nread -r request\nprintf "%s\\\\n" "$request" >>$TOP/requests\necho \'{"Err":{"kind":"not-found"}}\'\n'
    machine.write({"/bin/own": keep})
    machine.cargo("search", "--registry", "x", "foo")
    machine.revoke("--registry", "x")
    theirs, ours, logout = map(json.loads, machine.read("/requests").splitlines())
    theirs["registry"].pop("headers")
    assert ours == theirs
    assert list(ours) == list(theirs)
    assert logout["kind"] == "logout"


def test_read_only_providers_are_left_alone(machine, registry):
    machine.registries(x=registry, more='[registry]\nglobal-credential-providers = ["cargo:token-from-stdout echo token"]\n')
    done = machine.revoke("--registry", "x")
    assert (done.status, done.one["state"]) == (101, "failed")
    assert registry.lines() == []


def test_secret_key_is_nothing_to_revoke(machine, registry):
    machine.registries(x=registry)
    machine.write({"credentials.toml": '[registries.x]\nsecret-key = "S3CRET-key"\n'})
    done = machine.revoke("--registry", "x")
    assert (done.status, done.one["state"], registry.lines()) == (0, "removed", [])
    assert "A secret key has nothing on a registry server" in done.err


def test_secret_key_goes_where_the_token_beside_it_stays(machine, registry):
    token = registry.issue(scopes=("yank",))
    machine.registries(x=registry)
    machine.write({"credentials.toml": f'[registries.x]\nsecret-key = "S3CRET-key"\ntoken = "{token}"\n'})
    done = machine.revoke("--registry", "x")
    assert done.places("kept") == [("token", str(machine.path("credentials.toml")))]
    assert done.places("removed") == [("secret-key", str(machine.path("credentials.toml")))]
    assert machine.read("credentials.toml") == f'[registries.x]\ntoken = "{token}"\n'


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
    lines = [line for line in lines if line != "Caused by:"]
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
    assert "No such file or directory" in done.err


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
