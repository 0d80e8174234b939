"""Environment variables: as settings, as tokens, of the wrong case, not UTF-8."""

from cases import LOGGED_IN, MY_REG, differential, mine, world


INDEX = "https://example.com/idx"

CASES = {
    # Where the cargo home is.
    "no cargo home at all": world(creds=None),
    "cargo home given": world(creds=None, files={"ch/credentials.toml": LOGGED_IN}, env={"CARGO_HOME": "{ROOT}/ch"}),
    "cargo home relative": world(
        creds=None, files={"proj/ch/credentials.toml": "[registry\n"}, env={"CARGO_HOME": "ch"}
    ),
    "cargo home with dots": world(
        creds=None,
        files={"ch/credentials.toml": "[registry\n"},
        env={"CARGO_HOME": "{ROOT}/home/../ch/."},
    ),
    "cargo home empty is HOME's": world(env={"CARGO_HOME": ""}),
    "cargo home does not exist": world(creds=None, env={"CARGO_HOME": "{ROOT}/nowhere/deep"}),
    "cargo home is a file": world(creds=None, files={"ch": "x"}, env={"CARGO_HOME": "{ROOT}/ch"}),
    "HOME is a file": world(creds=None, files={"h": "x"}, env={"HOME": "{ROOT}/h"}),
    "HOME is relative": world("--registry r", creds=None, files={"proj/h/.cargo/config.toml": '[registries.r]\nindex="x"\n'}, env={"HOME": "h"}),
    "config in the given home": world(
        "--registry r", creds=None, files={"ch/config.toml": '[registries.r]\nindex="x"\n'}, env={"CARGO_HOME": "{ROOT}/ch"}
    ),
    "given home is the project's .cargo": world(
        creds=None, project="[registry]\nfoo = 1\n", env={"CARGO_HOME": "{ROOT}/proj/.cargo"}
    ),
    # Which registry.
    "default registry": world(config=MY_REG, env={"CARGO_REGISTRY_DEFAULT": "my-reg"}),
    "default beats the file": world(config='[registry]\ndefault="no"\n' + MY_REG, env={"CARGO_REGISTRY_DEFAULT": "my-reg"}),
    "default loses to --registry": mine(env={"CARGO_REGISTRY_DEFAULT": "nope"}),
    "default loses to --config": world("--config registry.default='my-reg'", config=MY_REG, env={"CARGO_REGISTRY_DEFAULT": "no"}),
    "default is crates-io": world(env={"CARGO_REGISTRY_DEFAULT": "crates-io"}),
    "default empty": world(env={"CARGO_REGISTRY_DEFAULT": ""}),
    "default bad": world(env={"CARGO_REGISTRY_DEFAULT": "1x"}),
    "default with a dot": world(env={"CARGO_REGISTRY_DEFAULT": "a.b"}),
    "default unknown": world(env={"CARGO_REGISTRY_DEFAULT": "unknown"}),
    "default with a blank": world(env={"CARGO_REGISTRY_DEFAULT": "my reg"}),
    "default with white space around": world(config=MY_REG, env={"CARGO_REGISTRY_DEFAULT": " my-reg"}),
    "default not UTF-8": world(env={"CARGO_REGISTRY_DEFAULT": b"\xff"}),
    "default not UTF-8, --registry": mine(env={"CARGO_REGISTRY_DEFAULT": b"\xff"}),
    # Index.
    "index by variable": world("--registry r", creds="[registries.r]\ntoken='s3cret'\n", env={"CARGO_REGISTRIES_R_INDEX": INDEX}),
    "index by variable, not logged in": world("--registry r", env={"CARGO_REGISTRIES_R_INDEX": INDEX}),
    "index by variable, underscore": world(
        "--registry my_reg", creds="[registries.my_reg]\ntoken='s3cret'\n", env={"CARGO_REGISTRIES_MY_REG_INDEX": INDEX}
    ),
    "index by variable, sparse": world(
        "--registry r", creds="[registries.r]\ntoken='s3cret'\n", env={"CARGO_REGISTRIES_R_INDEX": "sparse+https://e.org/i/"}
    ),
    "index by variable, bad": world("--registry r", env={"CARGO_REGISTRIES_R_INDEX": "foo"}),
    "index by variable, empty": world("--registry r", env={"CARGO_REGISTRIES_R_INDEX": ""}),
    "index by variable, sparse without slash": world("--registry r", env={"CARGO_REGISTRIES_R_INDEX": "sparse+https://e.org/i"}),
    "index by variable, mailto": world("--registry r", env={"CARGO_REGISTRIES_R_INDEX": "mailto:x@example.com"}),
    "index by variable, password": world("--registry r", env={"CARGO_REGISTRIES_R_INDEX": "https://u:p@e.org/i"}),
    "index by variable, not UTF-8": world("--registry r", env={"CARGO_REGISTRIES_R_INDEX": b"\xff"}),
    "index by variable over the file's": mine(env={"CARGO_REGISTRIES_MY_REG_INDEX": "foo"}),
    "another's bad variable": mine(env={"CARGO_REGISTRIES_OTHER_INDEX": "foo"}),
    "another's variable not UTF-8": mine(env={"CARGO_REGISTRIES_OTHER_INDEX": b"\xff"}),
    "crates-io's index variable": world(env={"CARGO_REGISTRIES_CRATES_IO_INDEX": "foo"}),
    "registry index variable": world(env={"CARGO_REGISTRY_INDEX": INDEX}),
    "registry index variable, empty": world(env={"CARGO_REGISTRY_INDEX": ""}),
    "registry index variable, my-reg": mine(env={"CARGO_REGISTRY_INDEX": INDEX}),
    "registry index variable, not UTF-8": world(env={"CARGO_REGISTRY_INDEX": b"\xff"}),
    # The protocol of crates.io.
    "protocol git": world(env={"CARGO_REGISTRIES_CRATES_IO_PROTOCOL": "git"}),
    "protocol sparse": world(env={"CARGO_REGISTRIES_CRATES_IO_PROTOCOL": "sparse"}),
    "protocol bad": world(env={"CARGO_REGISTRIES_CRATES_IO_PROTOCOL": "x"}),
    "protocol empty": world(env={"CARGO_REGISTRIES_CRATES_IO_PROTOCOL": ""}),
    "protocol bad, my-reg": mine(env={"CARGO_REGISTRIES_CRATES_IO_PROTOCOL": "x"}),
    # Terminal settings.
    "quiet": world(creds=None, env={"CARGO_TERM_QUIET": "true"}),
    "quiet false": world(creds=None, env={"CARGO_TERM_QUIET": "false"}),
    "quiet is not a boolean": world(creds=None, env={"CARGO_TERM_QUIET": "yes"}),
    "quiet by variable, -v": world("-v", creds=None, env={"CARGO_TERM_QUIET": "true"}),
    "verbose": world(env={"CARGO_TERM_VERBOSE": "true"}),
    "verbose, my-reg": mine(env={"CARGO_TERM_VERBOSE": "true"}),
    "verbose, -q": world("-q", creds=None, env={"CARGO_TERM_VERBOSE": "true"}),
    "verbose one": world(env={"CARGO_TERM_VERBOSE": "1"}),
    "quiet and verbose": world(env={"CARGO_TERM_VERBOSE": "true", "CARGO_TERM_QUIET": "true"}),
    "quiet and verbose, -v": world("-v", env={"CARGO_TERM_VERBOSE": "true", "CARGO_TERM_QUIET": "true"}),
    "quiet and verbose, -q": world("-q", creds=None, env={"CARGO_TERM_VERBOSE": "true", "CARGO_TERM_QUIET": "true"}),
    "quiet bad drops verbose": world(env={"CARGO_TERM_VERBOSE": "true", "CARGO_TERM_QUIET": "maybe"}),
    "quiet over the file": world(creds=None, config="[term]\nquiet=true\n", env={"CARGO_TERM_QUIET": "false"}),
    "color bad": world(env={"CARGO_TERM_COLOR": "bad"}),
    "color empty": world(env={"CARGO_TERM_COLOR": ""}),
    "color upper case": world(env={"CARGO_TERM_COLOR": "ALWAYS"}),
    "color bad, --color": world("--color never", env={"CARGO_TERM_COLOR": "bad"}),
    "color always": world(env={"CARGO_TERM_COLOR": "always"}),
    "color always, --color never": world("--color never", env={"CARGO_TERM_COLOR": "always"}),
    "color never, --color always": world("--color always", env={"CARGO_TERM_COLOR": "never"}),
    "color always, usage error": world("--frob", env={"CARGO_TERM_COLOR": "always"}),
    "color always, help": world("-h", env={"CARGO_TERM_COLOR": "always"}),
    # Settings that logout does not look at.
    "net and http": world(env={"CARGO_NET_OFFLINE": "maybe", "CARGO_HTTP_TIMEOUT": "x", "CARGO_SOURCE_X_DIRECTORY": "y"}),
    "unknown of registry": world(env={"CARGO_REGISTRY_FOO": "1"}),
    "no PATH": world(env={"PATH": None}),
    "[env] table": world(config='[env]\nCARGO_REGISTRY_DEFAULT = "my-reg"\n'),
    "[unstable] table": world(config="[unstable]\nfoo=true\n"),
    # Wrong case.
    "lower case default": world(env={"cargo_registry_default": "x"}),
    "mixed case default": world(env={"Cargo_Registry_Default": "x"}),
    "lower case default, --registry": mine(env={"cargo_registry_default": "x"}),
    "lower case default, upper one too": world(config=MY_REG, env={"cargo_registry_default": "x", "CARGO_REGISTRY_DEFAULT": "my-reg"}),
    "lower case default, file has it": world(config='[registry]\ndefault="my-reg"\n' + MY_REG, env={"cargo_registry_default": "x"}),
    "lower case token, no file": world(creds=None, env={"cargo_registry_token": "s3cret"}),
    "lower case token": world(env={"cargo_registry_token": "s3cret"}),
    "lower case index": mine(env={"cargo_registries_my_reg_index": "x"}),
    "lower case index, no file": world("--registry my-reg", env={"cargo_registries_my_reg_index": "x"}),
    "lower case term": world(env={"cargo_term_color": "never"}),
    "lower case provider": world(env={"cargo_registry_credential_provider": "x"}),
    "lower case global provider": world(env={"cargo_registry_global_credential_providers": "x"}),
    "lower case protocol": world(env={"cargo_registries_crates_io_protocol": "x"}),
    "lower case, -q": world("-q", creds=None, env={"cargo_registry_default": "x"}),
    "dash instead of underscore": world(env={"CARGO_REGISTRY-DEFAULT": "x"}),
    "dash after CARGO": world(env={"CARGO-REGISTRY-DEFAULT": "x"}),
    "nothing after CARGO": world(env={"CARGOREGISTRY_DEFAULT": "x"}),
    "dash in the registry's name": mine(env={"CARGO_REGISTRIES_MY-REG_INDEX": "x"}),
    "lower case in the registry's name": mine(env={"CARGO_REGISTRIES_my-reg_INDEX": "x"}),
    # Not UTF-8, and odd.
    "token not UTF-8, no file": world(creds=None, env={"CARGO_REGISTRY_TOKEN": b"\xff"}),
    "provider with other spaces and letters": world(env={"CARGO_REGISTRY_CREDENTIAL_PROVIDER": "cargo:\u00e9\u2003cargo:token"}),
    "alias where there is no table of them": world(
        config="credential-alias = 3\n[registry]\ncredential-provider = 'p'\n", env={"CARGO_CREDENTIAL_ALIAS_P": "cargo:token"}
    ),
    "a key that is the beginning of another's": mine(
        config=MY_REG + "secret_key_subject = 'x'\n", env={"CARGO_REGISTRIES_MY_REG_SECRET_KEY_SUBJECT": "s"}
    ),
    "a variable below a string": mine(config=MY_REG + "secret-key = 's3cret'\n", env={"CARGO_REGISTRIES_MY_REG_SECRET_KEY_X": "s"}),
    "a variable below nothing": mine(env={"CARGO_REGISTRIES_MY_REG_SECRET_KEY_X": "s"}),
    "a variable below nothing, the file has it too": mine(
        config=MY_REG + "secret_key_x = 's'\n", env={"CARGO_REGISTRIES_MY_REG_SECRET_KEY_X": "s"}
    ),
    "provider not UTF-8": world(env={"CARGO_REGISTRY_CREDENTIAL_PROVIDER": b"\xff"}),
    "other not UTF-8": world(env={"FOO": b"\xff", "CARGO_FOO": b"\xfe"}),
    "name not UTF-8": world(env={b"CARGO_\xff".decode("utf-8", "surrogateescape"): "x"}),
    "empty name after CARGO_": world(env={"CARGO_": "x"}),
    "log filter off": world(env={"CARGO_LOG": "off"}),
}


@differential(CASES)
def test_as_cargo_does(case, contest):
    contest(case)


TOKEN_CASES = {
    "token by variable beside the file's": world(env={"CARGO_REGISTRY_TOKEN": "s3cret-env"}),
    "token by variable, empty, beside the file's": world(env={"CARGO_REGISTRY_TOKEN": ""}),
    "token of my-reg by variable beside the file's": mine(env={"CARGO_REGISTRIES_MY_REG_TOKEN": "s3cret-env"}),
    "token of another by variable": mine(env={"CARGO_REGISTRIES_OTHER_TOKEN": "s3cret-env"}),
    "token of another, not logged in": mine(creds="", env={"CARGO_REGISTRIES_OTHER_TOKEN": "s3cret-env"}),
    "crates.io's token, my-reg not logged in": mine(creds="", env={"CARGO_REGISTRY_TOKEN": "s3cret-env"}),
    "secret key by variable": world(creds="", env={"CARGO_REGISTRY_SECRET_KEY": "s3cret-env"}),
    "token not UTF-8 beside the file's": world(env={"CARGO_REGISTRY_TOKEN": b"\xff"}),
    "only by variable": world(creds=None, env={"CARGO_REGISTRY_TOKEN": "s3cret-env"}),
    "only by variable, file there": world(creds="[x]\na=1\n", env={"CARGO_REGISTRY_TOKEN": "s3cret-env"}),
    "only by variable, my-reg": mine(creds=None, env={"CARGO_REGISTRIES_MY_REG_TOKEN": "s3cret-env"}),
    "only by variable, empty": world(creds=None, env={"CARGO_REGISTRY_TOKEN": ""}),
}


@differential(TOKEN_CASES)
def test_tokens(case, contest):
    contest(case)


