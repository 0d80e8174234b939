"""--revoke as a whole: what is dead is removed, what is not certain to be is kept, and each is told, without a token."""

import json

import pytest
from registry_stand_in import Answer, Registry
from revoke_machine import CONFIG, CURRENT, TRUSTED, check, provider_chain
from tls import free_ports

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
