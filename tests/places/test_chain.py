"""All providers are asked, in cargo's order, and all files are cleared, even if one of them fails."""

import pytest

from machine import powerless
from test_still_in import CORP, TOKEN, chain

BROKEN = f"{TOKEN}nonsense\n"
# how a provider can fail at a logout, and the causes that are reported
FAILURES = {
    "fails": ("it broke", "the fan is dirty"),
    "dies": ("failed to deserialize response", "EOF while parsing a value"),
    "dies-afterwards": ("failed with status exit status: 3",),
    "babbles": ("failed to deserialize response", "expected value at line 1 column 1"),
    "operation-not-supported": ("requested operation not supported",),
    "missing": ("failed to spawn credential process", "No such file or directory (os error 2)"),
}


def write_chain(machine, *names, token=True):
    """Providers `removes…` have tokens. The last is asked first."""
    for name in names:
        if not name.startswith("cargo:") and name != "missing":
            behaviour = name.rstrip("-12")
            machine.provider(behaviour, "S3CRET-plugin" if behaviour == "removes" else None, name=name)
    machine.write({"config.toml": chain(*(name if name.startswith("cargo:") else f"$BIN/{name}" for name in names))})
    if token:
        machine.write({"credentials.toml": TOKEN})


def has_token(machine, name):
    return "S3CRET" in machine.read(f"/bin/{name}.token")


def place(machine, name):
    return ("token", str(machine.path(f"/bin/{name}")))


@pytest.mark.parametrize("bad, causes", FAILURES.items(), ids=FAILURES)
def test_the_middle_one_fails(machine, bad, causes):
    write_chain(machine, "cargo:token", bad, "removes")
    done = machine.logout("--registry", "corp")
    assert done.status == 101
    assert f"credential provider `{machine.path('/bin')}/{bad}` failed action `logout`" in done.err
    for cause in causes:
        assert cause in done.err
    assert done.places("removed") == [("token", str(machine.path("credentials.toml"))), place(machine, "removes")]
    assert done.places("not-checked") == [place(machine, bad)]
    assert machine.secrets_on_disk() == []
    assert not has_token(machine, "removes")
    assert machine.asked() == (["removes"] * 2 if bad == "missing" else ["removes"] * 2 + [bad] * 2)  # verified


@pytest.mark.parametrize(
    "names, status, told",
    [
        (["removes"], 0, "token for `corp` has been removed by credential provider `{BIN}/removes`"),
        (["not-found", "removes"], 0, "token for `corp` has been removed by credential provider `{BIN}/removes`"),
        (["removes", "not-found"], 0, "token for `corp` has been removed by credential provider `{BIN}/removes`"),
        (["removes", "url-not-supported"], 0, "token for `corp` has been removed by credential provider `{BIN}/removes`"),
        (["not-found"], 0, "not currently logged in to `corp`"),
        (["not-found", "url-not-supported"], 0, "not currently logged in to `corp`"),
        (["cargo:token", "url-not-supported"], 0, "not currently logged in to `corp`"),
        (["cargo:wincred", "cargo:token", "cargo:macos-keychain"], 0, "not currently logged in to `corp`"),
        (["url-not-supported"], 101, "no credential providers could handle the request"),
        (["cargo:wincred", "cargo:macos-keychain"], 101, "no credential providers could handle the request"),
        (["cargo:paseto"], 101, "cargo:paseto requires -Zasymmetric-token"),
        (["cargo:frob"], 101, "failed to spawn credential process"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) else "",
)
def test_what_is_said_of_the_answers(machine, names, status, told):
    """If the real cargo prints something about the same chain, it is the same. cargo prints nothing after a success."""
    write_chain(machine, *names, token=False)
    theirs = machine.cargo("logout", "--registry", "corp")
    write_chain(machine, *names, token=False)
    done = machine.logout("--registry", "corp")
    assert done.status == status == theirs.status
    assert told.format(BIN=machine.path("/bin")) in done.err
    assert "removes" in names or done.err == theirs.err


@pytest.mark.parametrize("name, told", [("lies", "still has a token for `corp`"), ("gives", "failed action `logout`")])
def test_a_provider_that_still_has_a_token(machine, name, told):
    """Its answer to the logout does not matter, because cargo can still use the token."""
    machine.providers(name)
    machine.write({"config.toml": chain(f"$BIN/{name}")})
    done = machine.logout("--registry", "corp")
    assert done.status == 101 and f"error: credential provider `{machine.path('/bin')}/{name}` {told}\n" in done.err
    assert done.places("failed", "yes") == [place(machine, name)]
    assert machine.sends() == f"S3CRET-{name}"


def test_order(machine):
    """The last is asked first. The same program with other arguments is another provider, and its arguments are not printed."""
    machine.write({"config.toml": chain("$BIN/removes S3CRET-b", "cargo:token", "$BIN/removes S3CRET-a"), "credentials.toml": TOKEN})
    machine.providers("removes")
    done = machine.logout("--registry", "corp", "-v")
    assert done.err.count(f"  Credential {machine.path('/bin/removes')} … logout corp\n") == 2
    assert [line["result"] for line in done.credentials() if line["location"]["type"] == "provider"] == ["removed", "not-found"]


def test_one_of_its_own(machine):
    """Only its own provider is asked for a registry that has one, but other locations are still cleared."""
    machine.providers("removes", "not-found")
    own = f'{chain("$BIN/not-found")}credential-provider = ["$BIN/removes", "a word"]\n'
    machine.write({"config.toml": own, "credentials.toml": TOKEN})
    done = machine.logout("--registry", "corp")
    assert done.status == 0
    assert set(machine.asked()) == {"removes"}
    assert [kind for kind, _ in done.places("removed")] == ["token", "token"]
    assert machine.secrets_on_disk() == []


PROVIDER_VARIABLE = "CARGO_REGISTRIES_CORP_CREDENTIAL_PROVIDER"
NAMED = {
    "alias": (chain("cargo:token", "mine") + '[credential-alias]\nmine = ["$BIN/removes", "x"]\n', {}),
    "PATH": (chain("removes"), {"PATH": "$BIN:/usr/bin:/bin"}),
    "relative to the configuration": (chain("../bin/removes"), {}),
    "relative to the working directory": (CORP, {PROVIDER_VARIABLE: "../../bin/removes"}),
    "words of a variable": (CORP, {PROVIDER_VARIABLE: " $BIN/removes  x"}),
}


@pytest.mark.parametrize("config, env", NAMED.values(), ids=NAMED)
def test_how_a_provider_is_named(machine, config, env):
    machine.providers("removes")
    machine.write({"config.toml": config})
    machine.env |= {name: machine.text(value) for name, value in env.items()}
    assert machine.logout("--registry", "corp").status == 0
    assert not has_token(machine, "removes")


def test_lists_of_providers_are_joined(machine):
    """The last one is asked first."""
    for name in "abcde":
        machine.provider("not-found", name=name)
    listed = "registry.global-credential-providers = {}\n"
    machine.write({"config.toml": listed.format('["$BIN/a"]') + CORP, "/work/.cargo/config.toml": listed.format('["$BIN/b"]')})
    machine.env["CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS"] = machine.text("$BIN/c  $BIN/d")
    assert machine.logout("--registry", "corp", "--config", machine.text(listed.format('["$BIN/e"]').strip())).status == 0
    assert machine.asked()[::2] == list("edcba")  # each is also asked for the token


@pytest.mark.parametrize("broken, fine", [("credentials", "credentials.toml"), ("credentials.toml", "credentials")])
def test_broken_beside_a_good_one(machine, broken, fine):
    write_chain(machine, "cargo:token", "removes")
    machine.write({broken: BROKEN, fine: TOKEN})
    done = machine.logout("--registry", "corp")
    assert done.status == 101
    assert f"{machine.path(broken)}`" in done.err
    assert "TOML parse error at line 3" in done.err
    assert f"note: `{machine.path(broken)}` was not checked: correct the file or its permissions" in done.err
    assert machine.secrets_on_disk() == [broken]
    assert [line["kind"] for line in done.credentials(usable="unknown")] == ["unknown"]
    assert not has_token(machine, "removes")


@pytest.mark.parametrize("locked, other", [("credentials", "credentials.toml"), ("credentials.toml", "credentials")])
def test_file_that_cannot_be_written(machine, locked, other):
    write_chain(machine, "cargo:token", "removes")
    machine.write({locked: TOKEN + 'secret-key = "S3CRET-key"\n', other: TOKEN})
    machine.path(locked).chmod(0o400)
    done = machine.logout("--registry", "corp", before=powerless())
    assert done.status == 101
    assert "credential provider `cargo:token` failed action `logout`" in done.err
    assert "Permission denied" in done.err
    assert [kind for kind, _ in done.places("failed")] == ["token", "secret-key"]
    assert done.err.count("error: ") == 1
    assert machine.secrets_on_disk() == [locked]
    assert not has_token(machine, "removes")
    assert machine.sends() in (None, "S3CRET-file")


def test_file_that_cannot_be_read(machine):
    write_chain(machine, "cargo:token", "removes")
    machine.path("credentials.toml").chmod(0)
    done = machine.logout("--registry", "corp", before=powerless())
    assert done.status == 101
    assert "Permission denied" in done.err
    assert f"note: `{machine.path('credentials.toml')}` was not checked" in done.err
    assert not has_token(machine, "removes")


def test_configuration_that_hides_the_default_registry(machine):
    """The run ends before it has checked anything, and its message still has a next step."""
    machine.write({"config.toml": BROKEN, "credentials.toml": TOKEN})
    done = machine.logout()
    assert done.status == 101
    assert f"note: `{machine.path('config.toml')}` was not checked: correct the file or its permissions" in done.err
    assert machine.secrets_on_disk() == ["config.toml", "credentials.toml"]


def test_check_of_a_provider_that_cannot_start(machine):
    """cargo gets no token from it, so it is not in the table; -v has the reason."""
    machine.write({"config.toml": CORP + 'credential-provider = "/no/such"\n'})
    done = machine.logout("--status", "--check", "-v", "--registry", "corp")
    assert done.status == 0
    assert "note: credential provider `/no/such` gives no token for `corp`: failed to spawn credential process" in done.err


BROKEN_CONFIGS = {
    "syntax": ("nonsense\n", "could not load Cargo configuration"),
    "type": ("[registries]\ncorp.index = 3\n", "`registries.corp.index`"),
    "provider": ("[registries.corp]\ncredential-provider = 3\n", "`registries.corp.credential-provider` expected a string"),
    "color": ('[term]\ncolor = "mauve"\n', "argument for --color must be auto, always, or never"),
}


@pytest.mark.parametrize("text, told", BROKEN_CONFIGS.values(), ids=BROKEN_CONFIGS)
def test_broken_configuration(machine, text, told):
    """The name is known, so its credentials are removed from the files. Then the fault is reported."""
    index = f'[registries.corp]\nindex = "{machine.names["INDEX"]}/corp/"\n'
    machine.write({"credentials.toml": TOKEN, "config.toml": index, "/work/.cargo/config.toml": text})
    done = machine.logout("--registry", "corp")
    assert done.status == 101
    assert "token for `corp` has been removed from local storage" in done.err
    assert done.err.count("error: ") == 1 and told in done.err
    assert machine.secrets_on_disk() == []


@pytest.mark.parametrize("arguments, left", [((), ["credentials.toml"]), (("--registry", "other"), ["credentials.toml"]), (("--all",), [])])
def test_broken_configuration_and_other_names(machine, arguments, left):
    """It cannot be known which registry is the default one."""
    machine.write({"credentials.toml": TOKEN, "/work/.cargo/config.toml": "nonsense\n"})
    done = machine.logout(*arguments)
    assert done.status == 101
    assert done.err.count("error: ") == 1
    assert machine.secrets_on_disk() == left


EACH_DIRECTORY = {
    "the registry's own": ("", CORP + 'credential-provider = "$BIN/{}"\n'),
    "without its index": ('registries.corp.index = "$INDEX/corp/"\n', 'registries.corp.credential-provider = "$BIN/{}"\n'),
    "of crates.io": ("", '[registry]\ncredential-provider = "$BIN/{}"\n'),
    "by an alias": (CORP + 'credential-provider = "mine"\n', '[credential-alias]\nmine = "$BIN/{}"\n'),
}


@pytest.mark.parametrize("home, text", EACH_DIRECTORY.values(), ids=EACH_DIRECTORY)
def test_all_asks_the_providers_of_each_directory_above(machine, home, text):
    """In each directory, cargo would ask another one."""
    names = {"project": "/work/project/.cargo/config.toml", "work": "/work/.cargo/config.toml", "top": "/.cargo/config.toml", "home": "config.toml"}
    for name, path in names.items():
        machine.provider("removes", "S3CRET-plugin", name=name)
        machine.write({path: text.format(name) + (home if name == "home" else "")})
    listed = machine.logout("--status", "--registry", "crates-io" if "[registry]" in text else "corp")
    assert {place(machine, name) for name in names} <= set(listed.places("pending"))
    assert machine.logout("--all").status == 0
    assert [name for name in names if has_token(machine, name)] == []
