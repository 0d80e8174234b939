"""Environment variables: as settings, as tokens, of the wrong case, not UTF-8."""

from cases import LOGGED_IN, MY_REG, contests, mine, world


INDEX = "https://example.com/idx"

CASES = {
    # Where the cargo home is.
    "cargo home given": world(creds=None, files={"ch/credentials.toml": LOGGED_IN}, env={"CARGO_HOME": "{ROOT}/ch"}),
    "cargo home relative": world(
        creds=None, files={"proj/ch/credentials.toml": "[registry\n"}, env={"CARGO_HOME": "ch"}
    ),
    "cargo home empty is HOME's": world(env={"CARGO_HOME": ""}),
    "cargo home does not exist": world(creds=None, env={"CARGO_HOME": "{ROOT}/nowhere/deep"}),
    "cargo home is a file": world(creds=None, files={"ch": "x"}, env={"CARGO_HOME": "{ROOT}/ch"}),
    "config in the given home": world(
        "--registry r", creds=None, files={"ch/config.toml": '[registries.r]\nindex="x"\n'}, env={"CARGO_HOME": "{ROOT}/ch"}
    ),
    "given home is the project's .cargo": world(
        creds=None, project="[registry]\nfoo = 1\n", env={"CARGO_HOME": "{ROOT}/proj/.cargo"}
    ),
    # Which registry.
    "default loses to --config": world("--config registry.default='my-reg'", config=MY_REG, env={"CARGO_REGISTRY_DEFAULT": "no"}),
    "default not UTF-8": world(env={"CARGO_REGISTRY_DEFAULT": b"\xff"}),
    "default not UTF-8, --registry": mine(env={"CARGO_REGISTRY_DEFAULT": b"\xff"}),
    # Index.
    "index by variable, not logged in": world("--registry r", env={"CARGO_REGISTRIES_R_INDEX": INDEX}),
    "index by variable, empty": world("--registry r", env={"CARGO_REGISTRIES_R_INDEX": ""}),
    "index by variable, not UTF-8": world("--registry r", env={"CARGO_REGISTRIES_R_INDEX": b"\xff"}),
    "index by variable over the file's": mine(env={"CARGO_REGISTRIES_MY_REG_INDEX": "foo"}),
    "another's bad variable": mine(env={"CARGO_REGISTRIES_OTHER_INDEX": "foo"}),
    "crates-io's index variable": world(env={"CARGO_REGISTRIES_CRATES_IO_INDEX": "foo"}),
    "registry index variable": world(env={"CARGO_REGISTRY_INDEX": INDEX}),
    # The protocol of crates.io.
    "protocol bad": world(env={"CARGO_REGISTRIES_CRATES_IO_PROTOCOL": "x"}),
    "protocol bad, my-reg": mine(env={"CARGO_REGISTRIES_CRATES_IO_PROTOCOL": "x"}),
    # Terminal settings.
    "quiet over the file": world(creds=None, config="[term]\nquiet=true\n", env={"CARGO_TERM_QUIET": "false"}),
    "quiet bad drops verbose": world(env={"CARGO_TERM_VERBOSE": "true", "CARGO_TERM_QUIET": "maybe"}),
    "color bad, --color": world("--color never", env={"CARGO_TERM_COLOR": "bad"}),
    # Settings that logout does not look at.
    "net and http": world(env={"CARGO_NET_OFFLINE": "maybe", "CARGO_HTTP_TIMEOUT": "x", "CARGO_SOURCE_X_DIRECTORY": "y"}),
    "no PATH": world(env={"PATH": None}),
    # Wrong case.
    "lower case default, upper one too": world(config=MY_REG, env={"cargo_registry_default": "x", "CARGO_REGISTRY_DEFAULT": "my-reg"}),
    "lower case token": world(env={"cargo_registry_token": "s3cret"}),
    "lower case index": mine(env={"cargo_registries_my_reg_index": "x"}),
    "dash instead of underscore": world(env={"CARGO_REGISTRY-DEFAULT": "x"}),
    "lower case in the registry's name": mine(env={"CARGO_REGISTRIES_my-reg_INDEX": "x"}),
    # Not UTF-8, and odd.
    "other not UTF-8": world(env={"FOO": b"\xff", "CARGO_FOO": b"\xfe"}),
    "name not UTF-8": world(env={b"CARGO_\xff".decode("utf-8", "surrogateescape"): "x"}),
}

test_as_cargo_does = contests(CASES)

TOKEN_CASES = {
    "token by variable, empty, beside the file's": world(env={"CARGO_REGISTRY_TOKEN": ""}),
    "token of another by variable": mine(env={"CARGO_REGISTRIES_OTHER_TOKEN": "s3cret-env"}),
    "secret key by variable": world(creds="", env={"CARGO_REGISTRY_SECRET_KEY": "s3cret-env"}),
    "token not UTF-8 beside the file's": world(env={"CARGO_REGISTRY_TOKEN": b"\xff"}),
    "only by variable, my-reg": mine(creds=None, env={"CARGO_REGISTRIES_MY_REG_TOKEN": "s3cret-env"}),
    "only by variable, empty": world(creds=None, env={"CARGO_REGISTRY_TOKEN": ""}),
}

test_tokens = contests(TOKEN_CASES)
