"""Revokes a token on a TLS server on this machine, with the programs in a root directory that can lack everything else.

    python3 tests/revoke/once.py ROOT COMMAND...    # COMMAND runs cargo-logout in ROOT

The server's authority is added to the system's in ROOT, where the revoke helper must find it.
"""

import pathlib
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))

import tls  # noqa: E402
from registry_stand_in import Registry  # noqa: E402

root, *command = sys.argv[1:]
bundle = pathlib.Path(root, "etc/ssl/certs/ca-certificates.crt")
home = pathlib.Path(root, "tmp/once")
home.mkdir(parents=True)
directory = pathlib.Path(tempfile.mkdtemp())
authority, before = tls.Authority(directory), bundle.read_bytes()
with Registry() as registry, tls.Site(registry, authority.sign("good", "127.0.0.1")) as site:
    registry.api, token = site.url, registry.issue()
    (home / "config.toml").write_text(f'[registries.mine]\nindex = "sparse+{registry.api}/index/"\n')
    (home / "credentials.toml").write_text(f'[registries.mine]\ntoken = "{token}"\n')
    try:
        bundle.write_bytes(before + authority.path.read_bytes())
        subprocess.run(["chroot", root, *command, "--registry", "mine", "--revoke"], env={"CARGO_HOME": "/tmp/once", "PATH": "/usr/sbin:/usr/bin"}, check=True)
    finally:
        bundle.write_bytes(before)
    assert not registry.alive(token) and token not in (home / "credentials.toml").read_text()
