"""The main question: after a logout, does the real cargo still send a token? Each row is a situation in which cargo's own logout leaves someone
logged in, or a secret on the disk. It has what the client sends after cargo's logout and after ours, and what ours reports.
"""

import dataclasses

import pytest

CORP = '[registries.corp]\nindex = "$INDEX/corp/"\n'
TOKEN = '[registries.corp]\ntoken = "S3CRET-file"\n'
CRATES_IO = '[registry]\ntoken = "S3CRET-file"\n'


def chain(*providers):
    listed = ", ".join(f'"{provider}"' for provider in providers)
    return f"[registry]\nglobal-credential-providers = [{listed}]\n{CORP}"


@dataclasses.dataclass(frozen=True)
class Row:
    """`later` changes files after the logout and before the client runs, so that a secret that was left is sent."""

    name: str
    files: dict
    cargo: object  # what the client sends after cargo's logout
    ours: object  # and after ours
    left: tuple = ()  # the files in which cargo leaves a secret
    kept: tuple = ()  # and ours
    status: tuple = (0, 0)  # cargo's, ours
    told: tuple = ()  # by ours
    env: dict = dataclasses.field(default_factory=dict)
    providers: tuple = ()
    later: dict = dataclasses.field(default_factory=dict)
    args: tuple = ("--registry", "corp")
    client: str = "corp"


ROWS = [
    Row(
        "1-comments", {"config.toml": CORP, "credentials.toml": f"# mine\n{TOKEN}# kept\n"}, cargo=None, ours=None,
        told=("token for `corp` has been removed from local storage",),
    ),
    Row(
        "2-not-logged-in", {"config.toml": CORP}, cargo=None, ours=None, told=("not currently logged in to `corp`",),
    ),
    Row(
        "3-variable", {"config.toml": CORP}, env={"CARGO_REGISTRIES_CORP_TOKEN": "S3CRET-env"}, cargo="S3CRET-env", ours="S3CRET-env",
        told=("environment variable `CARGO_REGISTRIES_CORP_TOKEN`", "run `unset CARGO_REGISTRIES_CORP_TOKEN`"),
    ),
    Row(
        "3-variable-over-file", {"config.toml": CORP, "credentials.toml": TOKEN}, env={"CARGO_REGISTRIES_CORP_TOKEN": "S3CRET-env"},
        cargo="S3CRET-env", ours="S3CRET-env", told=("has been removed from local storage", "run `unset CARGO_REGISTRIES_CORP_TOKEN`"),
    ),
    Row(
        "3-variable-crates-io", {}, env={"CARGO_REGISTRY_TOKEN": "S3CRET-env"}, args=(), client="crates-io", cargo="S3CRET-env", ours="S3CRET-env",
        told=("environment variable `CARGO_REGISTRY_TOKEN`", "run `unset CARGO_REGISTRY_TOKEN`"),
    ),
    Row(
        "4-config", {"config.toml": f'{CORP}token = "S3CRET-config"\n'}, cargo="S3CRET-config", ours="S3CRET-config", left=("config.toml",),
        kept=("config.toml",), told=("/config.toml:3", "run `cargo-logout --registry corp --everywhere`"),
    ),
    Row(
        "4-config-everywhere", {"config.toml": f'{CORP}token = "S3CRET-config"\n', "credentials.toml": TOKEN}, cargo="S3CRET-config", ours=None,
        left=("config.toml",), args=("--registry", "corp", "--everywhere"),
        told=("has been removed from local storage", "token for `corp` has been removed from `"),
    ),
    Row(
        "5-both-files", {"config.toml": CORP, "credentials": TOKEN, "credentials.toml": TOKEN}, later={"credentials": None}, cargo="S3CRET-file",
        ours=None, left=("credentials.toml",), told=("has been removed from local storage",),
    ),
    Row(
        "6-chain", {"config.toml": chain("cargo:token", "$BIN/removes"), "credentials.toml": TOKEN}, providers=("removes",), cargo="S3CRET-file",
        ours=None, left=("credentials.toml",), told=("removed from local storage", "removed by credential provider `"),
    ),
    Row(
        "7-chain-from-stdout",
        {"config.toml": chain("cargo:token", "cargo:token-from-stdout $BIN/out"), "credentials.toml": TOKEN, "/bin/out": "#!/bin/sh\necho S3CRET-out\n"},
        cargo="S3CRET-out", ours="S3CRET-out", left=("credentials.toml",), status=(101, 101),
        told=("removed from local storage", "cargo can still use a token for `corp`: credential provider `cargo:token-from-stdout …`", "requested operation not supported"),
    ),
    Row(
        "8-libsecret-without-a-bus", {"config.toml": chain("cargo:token", "cargo:libsecret"), "credentials.toml": TOKEN},
        later={"config.toml": CORP}, cargo="S3CRET-file", ours=None, left=("credentials.toml",), status=(101, 101),
        told=("removed from local storage", "credential provider `cargo:libsecret` failed action `logout`", "there is no D-Bus"),
    ),
    Row(
        "12-stale-token", {"config.toml": f'{CORP}credential-provider = "$BIN/removes"\n', "credentials.toml": TOKEN}, providers=("removes",),
        later={"config.toml": CORP}, cargo="S3CRET-file", ours=None, left=("credentials.toml",),
        told=("removed from local storage", "removed by credential provider `"),
    ),
    Row(
        "13-orphan", {"credentials.toml": TOKEN}, later={"config.toml": CORP}, cargo="S3CRET-file", ours=None, left=("credentials.toml",),
        status=(101, 0), told=("removed from local storage",),
    ),
    Row(
        "14-one-index", {"config.toml": f'{CORP}[registries.other]\nindex = "$INDEX/corp/"\n', "credentials.toml": TOKEN},
        later={"config.toml": CORP}, cargo="S3CRET-file", ours=None, left=("credentials.toml",), status=(101, 0),
        told=("removed from local storage",),
    ),
    Row(
        "14-one-index-the-other-name",
        {"config.toml": f'{CORP}[registries.other]\nindex = "$INDEX/corp/"\n', "credentials.toml": TOKEN + TOKEN.replace("corp", "other").replace("file", "other")},
        later={"config.toml": CORP.replace("registries.corp", "registries.other")}, client="other", cargo="S3CRET-other", ours="S3CRET-other",
        left=("credentials.toml",), kept=("credentials.toml",), status=(101, 0),
        told=("removed from local storage", "cargo can still use a token for `other`, which has the same index: ", "run `cargo-logout --registry other`"),
    ),
    Row(
        "15-replaced-source",
        {"config.toml": '[source.crates-io]\nreplace-with = "mirror"\n[source.mirror]\nregistry = "$INDEX/mirror/"\n', "credentials.toml": CRATES_IO},
        args=(), client="crates-io", later={"config.toml": ""}, cargo="S3CRET-file", ours="S3CRET-file", left=("credentials.toml",),
        kept=("credentials.toml",), status=(101, 101), told=("crates-io is replaced with ", "include `--registry crates-io`"),
    ),
    Row(
        "15-crates-io", {"credentials.toml": CRATES_IO}, args=(), client="crates-io", cargo=None, ours=None,
        told=("token for `crates-io` has been removed from local storage", "<https://crates.io/me>"),
    ),
    Row(
        "18-malformed", {"config.toml": CORP, "credentials.toml": f"{TOKEN}nonsense\n"}, cargo=None, ours=None, left=("credentials.toml",),
        kept=("credentials.toml",), status=(101, 101), told=("TOML parse error at line 3", "/credentials.toml"),
    ),
    Row(
        "20-secret-key", {"config.toml": CORP, "credentials.toml": TOKEN.replace("token", "secret-key")}, cargo=None, ours=None,
        left=("credentials.toml",), told=("secret-key for `corp` has been removed from local storage",),
    ),
]  # fmt: skip


@pytest.fixture(params=ROWS, ids=lambda row: row.name)
def row(request, machine):
    row = request.param
    machine.write(row.files)
    machine.providers(*row.providers)
    machine.env |= row.env
    return row


def test_after_cargos_logout(machine, row):
    """Why there is ours."""
    done = machine.cargo("logout", *(word for word in row.args if word != "--everywhere"))
    assert done.status == row.status[0], done.err
    assert machine.secrets_on_disk() == sorted(row.left)
    machine.write(row.later)
    assert machine.sends(row.client) == row.cargo


def test_after_ours(machine, row):
    before = machine.tree()
    done = machine.logout(*row.args)
    assert done.status == row.status[1], done.err
    for text in row.told:
        assert text in done.err
    assert machine.secrets_on_disk() == sorted(row.kept)
    assert machine.tree().keys() - {str(machine.top / "asked")} == before.keys()  # nothing is created
    machine.write(row.later)
    assert machine.sends(row.client) == row.ours
    if row.ours:  # never in silence
        assert done.status == 101 or "can still use" in done.err


def test_1_every_other_byte_is_kept(machine):
    machine.write(ROWS[0].files)
    machine.logout("--registry", "corp")
    assert machine.read("credentials.toml") == "# mine\n[registries.corp]\n# kept\n"
