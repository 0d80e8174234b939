"""--revoke as a whole: a token that is invalid afterwards is removed, any other is kept, and each is reported without the token."""

import json

import pytest
from registry_stand_in import Answer, Registry
from revoke_machine import CHECK, CONFIG, CURRENT, TRUSTED, check, provider_chain, verdict
from vendor_stand_in import KINDS, Vendor

OTHERS = {  # what the server does: result, verdict, the reported reason
    "valid": ({}, "removed", "revoked-unchecked", None),
    "ok": ({"answers": [Answer(200, {"ok": True})]}, "removed", "revoked-unchecked", None),
    "unsupported": ({"can_revoke": False}, "kept", "unsupported", "tokens cannot revoke themselves on this server"),
    "scoped": ({"scopes": ("yank",)}, "kept", "not-permitted", "this token is not allowed to revoke itself"),
    "read-only": ({"answers": [Answer(503, {"errors": [{"detail": "it is in read-only mode"}]})]}, "kept", "refused", "read-only mode"),
    "no-api": ({"api": None}, "kept", "no-api", "config.json"),
    "no-json": ({"config": b"<html>"}, "kept", "no-api", "config.json"),
    "private": ({"auth_required": True}, "removed", "revoked-unchecked", None),
}


@pytest.mark.parametrize("case", OTHERS)
def test_other_registry(machine, registry, case):
    changes, result, said, told = OTHERS[case]
    token = registry.issue(scopes=changes.get("scopes"))
    for name, value in changes.items():
        setattr(registry, name, value)
    machine.registries(x=registry)
    machine.credentials(x=token)
    done = machine.revoke("--registry", "x")
    check(done, machine, result, said, token)
    assert registry.alive(token) == (result == "kept" or case == "ok")
    assert registry.lines().count(CURRENT) == (0 if said == "no-api" else 1)
    if told:
        assert told in done.err
        assert f"so it is kept: {machine.path('credentials.toml')}" in done.err
        assert "without `--revoke`, cargo-logout removes it from this machine" in done.err
    if said in ("unsupported", "not-permitted"):
        assert f"revoke it at <{registry.url}/me>" in done.err
    # without --revoke it is removed
    assert machine.run(machine.program, "--registry", "x").returncode == 0
    assert machine.stored() == []


@pytest.mark.parametrize("missing, said, told", [("api", "no-answer", "try again"), ("index", "no-api", "could not find the URL of the registry's API")])
def test_no_server(machine, registry, missing, said, told):
    setattr(registry, missing, "http://127.0.0.1:1" if missing == "api" else "sparse+http://127.0.0.1:1/")
    machine.registries(x=registry)
    machine.credentials(x="S3CRET-x")
    done = machine.revoke("--registry", "x", "--config", "net.retry=0")
    check(done, machine, "kept", said, "S3CRET-x")
    assert told in done.err


@pytest.mark.parametrize("kind", KINDS)
def test_servers_of_other_makes(machine, kind):
    with Vendor(kind) as server:
        token = server.issue()
        machine.registries(x=server)
        machine.credentials(x=f"Bearer {token}")
        plan = machine.revoke("--registry", "x", "--dry-run")
        assert plan.status == 0 and server.methods() == ["GET"] and server.alive(token)
        assert f"would be revoked first ({server.kind.who}; scopes: {server.kind.scopes}" in plan.err
        done = machine.revoke("--registry", "x")
        check(done, machine, "removed", "revoked-checked", token)
        assert not server.alive(token) and server.methods()[1:] == ["GET", "DELETE", "GET"]
        assert "has been revoked, and the server now rejects it" in done.err


def test_one_token_of_two_projects_is_one_call(machine):
    """A GitLab token gives access to all of its registries."""
    with Vendor("GitLab") as server:
        token = server.issue()
        indexes = {name: server.index.replace("/42/", f"/{number}/") for name, number in (("x", 1), ("y", 2))}
        machine.write({"config.toml": "".join(f'[registries.{name}]\nindex = "{index}"\n' for name, index in indexes.items())})
        machine.credentials(x=token, y=token)
        done = machine.revoke("--all")
        assert done.verdicts() == {"x": ("removed", "revoked-checked"), "y": ("removed", "revoked-checked")}
        assert (done.status, machine.stored(), server.methods()) == (0, [], ["GET", "DELETE", "GET"])


def test_check_says_whose_tokens_are_valid(machine, registry):
    with Vendor("GitLab") as valid, Vendor("Gitea") as gone:
        machine.registries(v=valid, g=gone, o=registry)
        machine.credentials(v=valid.issue(), g="S3CRET-gone", o=registry.issue())
        done = machine.logout("--status", "--check")
        assert {line["registry"]: line["valid"] for line in done.credentials()} == {"v": "yes", "g": "no", "o": "unknown"}
        assert (valid.methods(), gone.methods(), registry.lines()) == (["GET"], ["GET"], [])
        assert machine.logout("--status", "--check", "--strict").status == 2
        said = machine.run(machine.program, "--status", "--check").stderr
        assert "note: could not check the token for `o` in " in said and said.count("note: ") == 1
        assert f"{machine.path('credentials.toml')}:" in said and said.endswith(": this server has no check\n")


def test_check_asks_the_providers(machine):
    """With --strict, it is the answer to whether the machine is logged out."""
    with Vendor("GitLab") as server:
        provider_chain(machine, server, "removes")
        machine.provider("removes", server.issue())
        done = machine.logout("--status", "--check", "--strict", "--registry", "x")
        [line] = done.credentials()
        assert (done.status, line["usable"], line["valid"], machine.asked()) == (2, "yes", "yes", ["removes"])
        machine.write({"/bin/removes.token": ""})
        done = machine.logout("--status", "--check", "--strict", "--registry", "x")
        [line] = done.credentials()
        assert (done.status, line["usable"], line["result"], machine.asked()) == (0, "no", "not-found", ["removes"])
        assert server.methods() == ["GET"]


@pytest.mark.parametrize(
    "make, lines, result, said, told",
    [
        (lambda r: r.issue(), [CHECK, CURRENT, CHECK], "removed", "revoked-checked", "the server now rejects it (https://crates.io)"),
        (lambda r: r.issue(scopes=("yank",)), [CHECK, CURRENT], "kept", "not-permitted", "<https://crates.io/settings/tokens>"),
        (lambda r: r.issue_trusted(), [TRUSTED], "removed", "revoked-unchecked", "has been revoked, not checked (https://crates.io)"),
        (lambda r: setattr(r, "prefix", "cioX") or "cioS3CRET", [CHECK], "removed", "not-a-token", "is not a token of this server"),
        (lambda r: "S3CRET", [], "kept", None, "tokens of crates.io begin with `cio`"),
        (lambda r: r.issue(expired=True), [CHECK, CHECK], "removed", "unrecognized", "crates.io does not recognize this token"),
    ],
)
def test_crates_io(machine, crates_io, make, lines, result, said, told):
    token = make(crates_io)
    machine.credentials(crates_io=token)
    done = machine.revoke()
    check(done, machine, result, said, token)
    assert crates_io.lines() == lines
    assert told in done.err
    assert crates_io.alive(token) == (result == "kept" and said is not None)
    for request in crates_io.requests:
        assert request.header("Authorization") == (f"Bearer {token}" if request.line == TRUSTED else token)


def test_all_each_on_its_own(machine, registry):
    """One dead, one kept, one that is crates.io's in form only by its name, one that nobody configures any more."""
    good, scoped = registry.issue(), registry.issue(scopes=("yank",))
    machine.registries(good=registry, scoped=registry)
    machine.credentials(good=good, scoped=scoped, crates_io="S3CRET", orphan="S3CRET-orphan")
    done = machine.revoke("--all")
    assert done.verdicts() == {
        "good": ("removed", "revoked-unchecked"),
        "scoped": ("kept", "not-permitted"),
        "crates-io": ("kept", None),
        "orphan": ("kept", None),
    }
    assert done.status == 101
    assert machine.stored() == [scoped, "S3CRET", "S3CRET-orphan"]
    assert done.err.count("error: failed to log out of") == 3
    assert "the URL of its registry's index is not known" in done.err


def test_the_same_token_is_sent_once(machine, registry):
    """In both credentials files, a variable and the configuration."""
    token = machine.log_in(registry)
    machine.write({"credentials": f'registries.x.token = "{token}"\n', "/work/.cargo/config.toml": f'registries.x.token = "{token}"\n'})
    machine.env["CARGO_REGISTRIES_X_TOKEN"] = token
    done = machine.revoke("--registry", "x", "--strict")
    assert registry.lines() == [CONFIG, CURRENT]
    assert done.status == 0, "what is dead does not authenticate"
    assert [verdict(line) for line in done.lines] == ["revoked-unchecked"] * 4
    assert machine.secrets_on_disk() == ["config.toml"]
    assert done.err.count("has been revoked") == 1
    assert "that is no longer valid is still stored: environment variable `CARGO_REGISTRIES_X_TOKEN`" in done.err
    assert "run `unset CARGO_REGISTRIES_X_TOKEN`" in done.err
    assert "run `cargo-logout --registry x --everywhere`" in done.err


def test_two_names_of_one_index(machine, registry):
    """One server: the token is sent once, and where only one of the names is meant, the other's copy is known to be dead."""
    token = registry.issue()
    machine.registries(x=registry, y=registry)
    machine.credentials(x=token, y=token)
    done = machine.revoke("--registry", "x")
    assert (done.status, machine.stored()) == (0, [token])
    assert "a token for `y` that is no longer valid is still stored" in done.err and "run `cargo-logout --registry y`" in done.err

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
        machine.registries(x=registry, y=other, more=f'[registries.z]\nindex = "sparse+{registry.url}/other/"\n')
        machine.credentials(x=token, y=token, z=token)
        done = machine.revoke("--all")
        assert done.verdicts() == {"x": ("removed", "revoked-unchecked"), "y": ("kept", "not-permitted"), "z": ("kept", "no-api")}
        assert machine.stored() == [token, token]
        assert "# of y" in machine.read("credentials.toml").split("token")[0].splitlines()[-2]


@pytest.mark.parametrize("scopes, status, result", [(None, 0, "pending"), (("yank",), 101, "kept")])
def test_variable_only_with_everywhere(machine, registry, scopes, status, result):
    token = registry.issue(scopes=scopes)
    machine.registries(x=registry)
    machine.env["CARGO_REGISTRIES_X_TOKEN"] = token
    for words in ([], ["--everywhere"]):
        assert ("would be revoked first" in machine.revoke("--registry", "x", "--dry-run", *words).err) == bool(words)
    done = machine.revoke("--registry", "x")
    assert (done.status, registry.lines(), registry.alive(token)) == (0, [], True)
    assert done.one["usable"] == "yes" and verdict(done.one) is None
    done = machine.revoke("--registry", "x", "--everywhere", "--strict")
    assert (done.status, done.one["result"], registry.alive(token)) == (status, result, result == "kept")
    assert "run `unset CARGO_REGISTRIES_X_TOKEN`" in done.err
    assert "without `--revoke`" not in done.err


def test_configuration_only_with_everywhere(machine, registry):
    token = registry.issue()
    machine.registries(x=registry)
    machine.write({"/work/.cargo/config.toml": f'registries.x.token = "{token}"\n'})
    assert machine.revoke("--registry", "x").status == 0
    assert registry.alive(token)
    done = machine.revoke("--registry", "x", "--everywhere")
    assert (done.one["result"], registry.alive(token)) == ("removed", False)
    assert token not in machine.read("/work/.cargo/config.toml")


@pytest.mark.parametrize(
    "scopes, status, result, said, asked",
    [
        (None, 0, "removed", "revoked-unchecked", 3),  # for the token, to log out, and whether it still has one
        (("yank",), 101, "kept", "not-permitted", 1),
        ("no token", 0, "not-found", None, 3),
    ],
)
def test_provider(machine, registry, scopes, status, result, said, asked):
    provider_chain(machine, registry, "removes")
    tokens = [] if scopes == "no token" else [registry.issue(scopes=scopes)]
    machine.provider("removes", *tokens)
    done = machine.revoke("--registry", "x")
    assert (done.status, done.one["result"], verdict(done.one)) == (status, result, said)
    assert machine.asked() == ["removes"] * asked
    assert [registry.alive(token) for token in tokens] == [result == "kept"] * len(tokens)
    assert tokens or (registry.lines() == [] and "not currently logged in to `x`" in done.err)


def test_provider_whose_token_cannot_be_sent(machine, registry):
    provider_chain(machine, registry, "removes")
    machine.provider("removes", "S3CRET\u00e9")
    done = machine.revoke("--registry", "x")
    assert (done.status, done.one["result"], verdict(done.one)) == (101, "kept", None)
    assert machine.asked() == ["removes"] and registry.lines() == []
    assert "it has characters that a request cannot contain" in done.err


def test_provider_that_fails_after_the_token_is_dead(machine, registry):
    token = registry.issue()
    provider_chain(machine, registry, "fails")
    machine.provider("fails", token)
    done = machine.revoke("--registry", "x")
    assert (done.status, done.one["result"], verdict(done.one)) == (101, "failed", "revoked-unchecked")
    assert not registry.alive(token)
    assert "has been revoked, not checked" in done.err and "the fan is dirty" in done.err


FAILING = {
    "fails": """echo '{"Err":{"kind":"other","message":"it broke","caused-by":["the fan is dirty"]}}'""",
    "no-token": """echo '{"Ok":{"kind":"get","cache":"never","operation_independent":true}}'""",
    "of others": """echo '{"Err":{"kind":"url-not-supported"}}'""",
}


@pytest.mark.parametrize("how", FAILING)
def test_provider_that_gives_no_token(machine, registry, how):
    """It is not asked to log out then: what it has is not known."""
    provider_chain(machine, registry, "own")
    script = '#!/bin/sh\necho \'{"v":[1]}\'\nread -r request\necho asked >>$TOP/asked\n' + FAILING[how] + "\n"
    machine.write({"/bin/own": script})
    done = machine.revoke("--registry", "x")
    assert (done.status, done.one["result"]) == (101, "not-supported" if how == "of others" else "kept")
    assert how == "of others" or "failed action `get`" in done.err
    assert len(machine.asked()) == 1
    assert registry.lines() == []


def test_request_for_a_token_is_the_real_cargos(machine, registry):
    """Byte for byte, but for the operation, which we do not have: ours is `read`, as for an index."""
    registry.auth_required = True
    provider_chain(machine, registry, "own")
    keep = '#!/bin/sh\necho \'{"v":[1]}\'\nread -r request\nprintf "%s\\\\n" "$request" >>$TOP/requests\necho \'{"Err":{"kind":"not-found"}}\'\n'
    machine.write({"/bin/own": keep})
    machine.cargo("search", "--registry", "x", "foo")
    machine.revoke("--registry", "x")
    theirs, ours, logout, *_ = map(json.loads, machine.read("/requests").splitlines())
    theirs["registry"].pop("headers")
    assert ours == theirs
    assert list(ours) == list(theirs)
    assert logout["kind"] == "logout"


def test_read_only_providers_are_left_alone(machine, registry):
    machine.registries(x=registry, more='[registry]\nglobal-credential-providers = ["cargo:token-from-stdout echo token"]\n')
    done = machine.revoke("--registry", "x")
    assert (done.status, done.one["result"]) == (101, "failed")
    assert registry.lines() == []
