"""Files of every layer, variables and names: what is found, what is cleared, and what is reported."""

import pytest

from machine import powerless, where
from test_still_in import CORP, CRATES_IO, TOKEN

ANOTHER = CORP.replace("registries.corp", "registries.another")

# a place of a configuration's token: the files, the words before the rest, the file with the token
LAYERS = {
    "cargo-home": ({"config.toml": CORP + 'token = "S3CRET-1"\n'}, (), "config.toml"),
    "cargo-home-old-name": ({"config": CORP + 'token = "S3CRET-1"\n'}, (), "config"),
    "project": ({"/work/project/.cargo/config.toml": TOKEN}, (), "/work/project/.cargo/config.toml"),
    "above": ({"/work/.cargo/config.toml": TOKEN}, (), "/work/.cargo/config.toml"),
    "included": ({"config.toml": 'include = ["a.toml"]\n' + CORP, "a.toml": 'include = ["more/b.toml"]\n', "more/b.toml": TOKEN}, (), "more/b.toml"),
    "argument": (
        {"/elsewhere/my.toml": 'include = ["t.toml"]\n', "/elsewhere/t.toml": TOKEN}, ("--config", "$TOP/elsewhere/my.toml"), "/elsewhere/t.toml",
    ),
}  # fmt: skip


def lay_out(machine, layer):
    """(the words, the path) of a layer."""
    files, words, name = LAYERS[layer]
    if "config" not in files:
        machine.write({"config.toml": CORP})
    machine.write(files)
    return [machine.text(word) for word in words], machine.path(name)


@pytest.mark.parametrize("layer", LAYERS)
def test_configuration(machine, layer):
    """Named with its line, and cleared when asked to, all else kept."""
    words, path = lay_out(machine, layer)
    machine.write({"credentials.toml": TOKEN})
    secret = "S3CRET-1" if "S3CRET-1" in path.read_text() else "S3CRET-file"
    text = path.read_text() + "# a comment\n[registries.zeta] # kept\nindex = 'https://example.com'\n"
    path.write_text(text)
    line = text.splitlines().index(f'token = "{secret}"') + 1

    done = machine.logout("--registry", "corp", *words)
    assert done.status == 0
    assert f"warning: cargo can still use a token for `corp`: {path}:{line}\n" in done.err
    assert path.read_text() == text
    assert machine.secrets_on_disk() in ([path.name], [])  # one outside of both for an argument
    assert machine.sends("corp", words) == secret
    assert machine.logout("--registry", "corp", "--strict", *words).status == 2

    done = machine.logout("--registry", "corp", "--everywhere", "--strict", *words)
    assert done.status == 0
    assert f"token for `corp` has been removed from `{path}`" in done.err
    assert path.read_text() == text.replace(f'token = "{secret}"\n', "")
    assert machine.sends("corp", words) is None


OTHER_INDEX = CORP.replace("/corp/", "/other/")


@pytest.mark.parametrize("files", [
    {"/work/project/.cargo/config.toml": CORP, "config.toml": OTHER_INDEX},
    {"config": "", "config.toml": OTHER_INDEX},
    {"/work/project/.cargo/config": "", "/work/project/.cargo/config.toml": OTHER_INDEX, "config.toml": CORP},
], ids=["nearer", "hidden", "hidden nearer"])  # fmt: skip
def test_the_index_that_cargo_reads(machine, files):
    """If several files set the index of a name, cargo uses the nearest one that it reads."""
    other = '[registries.other]\nindex = "$INDEX/other/"\n'
    machine.write(files | {"/work/.cargo/config.toml": other, "credentials.toml": TOKEN + TOKEN.replace("corp", "other")})
    in_use = [line["registry"] for line in machine.logout("--status").credentials(effect="in-use")]
    assert in_use == [name for name in ("corp", "other") if machine.sends(name)]
    assert "other" in in_use


def test_names_that_share_the_variable_of_their_index(machine):
    """cargo finds the index of both names in the variable, so a logout of one lists the token of the other."""
    machine.env["CARGO_REGISTRIES_MY_CORP_INDEX"] = machine.text("$INDEX/corp/")
    machine.write({"credentials.toml": TOKEN.replace("corp", "my-corp") + TOKEN.replace("corp", "my_corp")})
    done = machine.logout("--registry", "my_corp", "-n")
    assert sorted(line["registry"] for line in done.credentials()) == ["my-corp", "my_corp"]


def test_all_layers_at_once(machine):
    """cargo uses one of them. All are reported, and the report shows which one cargo uses."""
    names = ["/elsewhere/my.toml", "/work/project/.cargo/config.toml", "/work/.cargo/config.toml", "config.toml", "more.toml"]
    machine.write({name: TOKEN.replace("file", str(number)) for number, name in enumerate(names)})
    machine.write({"config.toml": f'include = ["more.toml"]\n{CORP}token = "S3CRET-3"\n'})
    words = ["--config", machine.text("$TOP/elsewhere/my.toml")]
    paths = {("token", str(machine.path(name))) for name in names}

    done = machine.logout("--registry", "corp", *words)
    assert done.status == 0
    assert set(done.places("pending", "yes")) == paths
    assert machine.sends("corp", words) == "S3CRET-0"
    assert [where(line) for line in done.credentials(effect="in-use")] == [str(machine.path(names[0]))]

    done = machine.logout("--registry", "corp", "--everywhere", *words)
    assert set(done.places("removed")) == paths
    assert machine.sends("corp", words) is None


def test_a_power_cut_left_nuls(machine):
    """At the end of a file that was being shortened: they are read as line ends, and mended where the file is edited."""
    machine.write({"config.toml": TOKEN + "\0\0", "credentials.toml": TOKEN + "\0\0\0"})
    config, credentials = machine.path("config.toml"), machine.path("credentials.toml")
    done = machine.logout("--registry", "corp")
    assert done.status == 0
    assert f"`{config}` ends in NUL bytes" in done.err
    assert "repeat the logout with `--everywhere`" in done.err
    assert config.read_text() == TOKEN + "\0\0"
    assert "\0" not in credentials.read_text() and "S3CRET" not in credentials.read_text()

    done = machine.logout("--registry", "corp", "--everywhere", "--strict")
    assert done.status == 0
    assert "\0" not in config.read_text() and "S3CRET" not in config.read_text()
    config.write_text(CORP + "\0")
    assert machine.logout("--everywhere").status == 0
    assert config.read_text() == CORP + "\n"

    config.write_text(CORP + "\0")
    config.chmod(0o400)
    done = machine.logout("--everywhere", before=powerless())
    assert done.status == 0  # there was nothing to remove
    assert f"warning: failed to open: {config}: Permission denied (os error 13)\n" in done.err


def test_credentials_that_include(machine):
    """Files that credentials.toml includes are credentials too."""
    text = f"# a\n{TOKEN}# b\n"
    machine.write({"config.toml": CORP, "credentials.toml": 'include = ["secret/tokens.toml"]\n', "secret/tokens.toml": text})
    assert machine.sends() == "S3CRET-file"
    done = machine.logout("--registry", "corp")
    assert (done.status, done.places("removed")) == (0, [("token", str(machine.path("secret/tokens.toml")))])
    assert machine.read("secret/tokens.toml") == text.replace('token = "S3CRET-file"\n', "")
    assert machine.sends() is None


def test_orphan(machine):
    """A registry that no configuration knows any more: by its name, in all its files."""
    machine.write({"credentials": TOKEN, "credentials.toml": TOKEN, "config.toml": TOKEN})
    done = machine.logout("--registry", "corp")
    assert done.status == 0
    assert machine.secrets_on_disk() == ["config.toml"]
    assert machine.logout("--registry", "corp", "--everywhere").status == 0
    assert machine.secrets_on_disk() == []
    machine.write({"credentials": "", "credentials.toml": TOKEN})
    assert machine.logout("--registry", "corp").status == 0  # from the one that cargo does not see
    assert machine.secrets_on_disk() == []
    machine.write({"credentials": None})
    theirs = machine.cargo("logout", "--registry", "corp")
    done = machine.logout("--registry", "corp")
    assert (done.status, done.err) == (theirs.status, theirs.err)  # now there is nothing of that name


OTHERS = {
    "file": ({"credentials.toml": TOKEN.replace("corp", "another")}, {}, "cargo-logout --registry another"),
    "config": ({"/work/.cargo/config.toml": TOKEN.replace("corp", "another")}, {}, "cargo-logout --registry another --everywhere"),
    "variable": ({}, {"CARGO_REGISTRIES_ANOTHER_TOKEN": "S3CRET-env"}, "unset CARGO_REGISTRIES_ANOTHER_TOKEN"),
}


@pytest.mark.parametrize("place", OTHERS)
def test_another_name_of_the_index(machine, place):
    """The run is not about its credential, but cargo can use that for the same registry: it is reported with its fix."""
    files, machine_env, cure = OTHERS[place]
    machine.write({"config.toml": CORP + ANOTHER, **files})
    machine.env |= machine_env
    done = machine.logout("--registry", "corp", "--everywhere")
    assert done.status == 0
    assert "cargo can still use a token for `another`, which has the same index: " in done.err
    assert f"run `{cure}`" in done.err
    assert machine.logout("--registry", "corp", "--strict").status == 2
    machine.write({"config.toml": ANOTHER})
    assert machine.sends("another") is not None
    if place != "variable":
        machine.write({"config.toml": CORP + ANOTHER})
        words = cure.split()[1:]
        assert machine.logout(*words, "--strict").status == 0
        machine.write({"config.toml": ANOTHER})
        assert machine.sends("another") is None


@pytest.mark.parametrize(
    "one, other",
    [("sparse+https://github.com/A/", "sparse+https://github.com/a/"), ("sparse+https://h/x.git/", "sparse+https://h/x/"), ("https://h/", "https://H:443")],
)
def test_indexes_that_some_cargo_takes_for_one(machine, one, other):
    """cargo 1.95 compares some indexes in another way than 1.96."""
    machine.write({"config.toml": f'[registries.corp]\nindex = "{one}"\n[registries.another]\nindex = "{other}"\n'})
    machine.write({"credentials.toml": TOKEN.replace("corp", "another")})
    assert "cargo can still use a token for `another`, which has the same index: " in machine.logout("--registry", "corp").err


def test_an_include_behind_a_link(machine):
    """There, `..` is another directory. Versions of cargo read different files, so both are read."""
    machine.write({"config.toml": 'include = ["link/../x.toml"]\n' + CORP, "x.toml": TOKEN, "/elsewhere/x.toml": TOKEN, "/elsewhere/directory/file": ""})
    machine.path("link").symlink_to(machine.path("/elsewhere/directory"))
    done = machine.logout("--registry", "corp", "--everywhere")
    assert {path for _, path in done.places("removed")} == {str(machine.path(name)) for name in ("x.toml", "link/../x.toml")}
    assert machine.secrets_on_disk() == [] and machine.read("/elsewhere/x.toml") == "[registries.corp]\n"


def test_provider_of_another_name(machine):
    """The same program, asked for another name of the index: it is here, and a logout of that name asks it."""
    machine.providers("removes")
    own = 'credential-provider = "$BIN/removes"\n'
    machine.write({"config.toml": f"{CORP}{ANOTHER}{own}"})
    done = machine.logout("--registry", "corp")
    assert "` has a token for `another`" in done.err and "in another directory" not in done.err
    assert "  = help: to remove it, run `cargo-logout --registry another`\n" in done.err
    assert machine.logout("--registry", "corp", "--strict").status == 2


@pytest.mark.parametrize("index", ["https://github.com/rust-lang/crates.io-index", "sparse+https://index.crates.io/"])
def test_a_name_of_crates_io(machine, index):
    """cargo uses crates.io's token for it, whatever its name is."""
    machine.write({"config.toml": f'[registries.corp]\nindex = "{index}"\n', "credentials.toml": f"{TOKEN}{CRATES_IO}"})
    looked = machine.logout("--status", "--registry", "corp")
    assert [line["registry"] for line in looked.credentials(effect="in-use")] == ["crates-io"]
    done = machine.logout("--registry", "corp", "--strict")
    assert done.status == 2
    assert "cargo can still use a token for `crates-io`, which has the same index: " in done.err
    assert machine.logout("--registry", "crates-io", "--strict").status == 0
    assert machine.secrets_on_disk() == []


def test_secret_key(machine):
    """It is removed with its subject, alone or beside a token."""
    keys = 'secret-key = "S3CRET-key"\nsecret-key-subject = "S3CRET-subject"\n'
    for text in (keys, f'token = "S3CRET-file"\n{keys}'):
        machine.write({"config.toml": CORP + text, "credentials": f"[registries.corp]\n{text}"})
        done = machine.logout("--registry", "corp", "--everywhere")
        assert (done.status, done.err.count("secret-key for `corp` has been removed")) == (0, 2)
        assert machine.secrets_on_disk() == []


def test_token_that_no_provider_looks_at(machine):
    """A stale one, in a configuration: not usable, so there is no warning but cargo's own; removed with --everywhere."""
    machine.providers("removes")
    machine.write({"config.toml": f'{CORP}credential-provider = "$BIN/removes"\ntoken = "S3CRET-stale"\n'})
    done = machine.logout("--registry", "corp", "--strict")
    assert done.status == 0
    assert "can still use" not in done.err
    assert "registry `corp` has a token configured in" in done.err
    machine.logout("--registry", "corp", "--everywhere")
    assert machine.secrets_on_disk() == []


def test_a_home_beside_the_target_of_a_link(machine):
    """cargo before 1.99 follows the link before it applies `..`."""
    machine.write({"/real/ch/credentials.toml": '[registry]\ntoken = "S3CRET-file"\n', "/real/sub/x": ""})
    machine.path("/link").symlink_to("real/sub")
    machine.env["CARGO_HOME"] = f"{machine.path('/link')}/../ch"
    assert machine.logout("--registry", "crates-io").status == 0
    assert "S3CRET" not in machine.read("/real/ch/credentials.toml")
