#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: the cargo-logout authors
# SPDX-License-Identifier: MIT OR Apache-2.0

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
---
module: cargo_logout
short_description: Remove and revoke the tokens that cargo can use
version_added: 0.2.0
description:
  - Runs C(cargo-logout) for the user of the task, in the home directory of that user.
  - It fails if a credential that the task is about could not be removed or revoked.
  - Anything that cargo can still use, or that could not be checked, is a warning that includes the fix.
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
attributes:
  check_mode:
    support: full
    details: Runs C(cargo-logout --dry-run). A credential provider that needs to be asked does not count as a change.
  diff_mode:
    support: full
    details: Shows locations, never tokens.
  platform:
    platforms: linux
options:
  all:
    description: Log out of every registry.
    type: bool
    default: false
  registry:
    description:
      - The name of one registry.
      - Without I(registry), I(all) and I(token), the user is logged out of the default registry.
    type: str
  everywhere:
    description: Also remove credentials from configuration files.
    type: bool
    default: false
  revoke:
    description: First revoke each token on its server. If the server does not confirm this, the token is kept.
    type: bool
    default: false
  strict:
    description: Fail if cargo can still use a credential, or if something was not checked.
    type: bool
    default: false
  copies:
    description:
      - Also search backups, shell histories and startup files for copies of tokens, and remove those in
        credentials files that cargo does not read.
      - If a startup file sets C(CARGO_HOME), that cargo home is logged out too.
    type: bool
    default: false
  cargo_home:
    description: The value of C(CARGO_HOME). By default it is not set, and cargo uses C(~/.cargo).
    type: path
  token:
    description:
      - Only revoke this token, which does not have to be stored on the machine. No file of the user is read or changed.
      - Without I(registry), it is a token of crates.io.
    type: str
  index:
    description: The index of the registry that I(token) belongs to.
    type: str
  executable:
    description: The program, as a name that is looked up in C(PATH) or as a path.
    type: path
    default: cargo-logout
  timeout:
    description:
      - Seconds after which the program is stopped and the task fails. Credentials that were removed before stay removed.
      - The program waits if another process holds the lock of a credentials file.
    type: int
    default: 600
  user:
    description:
      - The user that the task must run as. If it runs as another one, it fails before anything is read or removed.
      - An inventory that sets C(ansible_become_user) has precedence over C(become_user).
    type: str
seealso:
  - module: cargo_logout.cargo_logout.cargo_logout_info
author:
  - The cargo-logout authors (@cargo-logout)
"""

EXAMPLES = r"""
- name: Log ada out of every registry
  cargo_logout.cargo_logout.cargo_logout:
    all: true
    everywhere: true
    user: ada
  become: true
  become_user: ada

- name: Revoke a token that leaked
  cargo_logout.cargo_logout.cargo_logout:
    token: "{{ leaked_token }}"
    registry: corp
    index: sparse+https://registry.example.com/index/
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
status:
  description: The highest exit status of C(cargo-logout).
  returned: always
  type: int
  sample: 0
removed:
  description: Number of credentials and copies that were removed. It is 0 in check mode.
  returned: always
  type: int
  sample: 2
left:
  description: Number of credentials that cargo can still use, and of tokens that startup files set.
  returned: always
  type: int
  sample: 0
not_checked:
  description: Number of locations that could not be checked.
  returned: always
  type: int
  sample: 0
failed_count:
  description: Number of errors. The key C(failed) belongs to Ansible.
  returned: always
  type: int
  sample: 0
summary:
  description: What happened, in a few words for each registry that has something.
  returned: always
  type: list
  elements: dict
  sample:
    - registry: crates-io
      result: 1 removed
registries:
  description: The objects C(registry) of cargo-logout's JSON output.
  returned: always
  type: list
  elements: dict
credentials:
  description: The objects C(credential).
  returned: always
  type: list
  elements: dict
  sample:
    - registry: crates-io
      kind: token
      location: {type: file, file: credentials, path: /home/ada/.cargo/credentials.toml, line: 2,
                 text: "/home/ada/.cargo/credentials.toml:2"}
      usable: "no"
      effect: in-use
      plan: remove
      result: removed
copies:
  description: The objects C(copy).
  returned: always
  type: list
  elements: dict
errors:
  description: The objects C(error).
  returned: always
  type: list
  elements: dict
keyring:
  description:
    - The object C(keyring).
    - Its C(state) is also C(locked) if there is a keyring on disk and the user has no session.
  returned: always
  type: dict
"""

import os
import shutil
import tempfile

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.cargo_logout.cargo_logout.plugins.module_utils.cargo_logout import (
    COMMON_ARGUMENTS,
    Report,
    Runner,
    location_of,
)

INVALID = ("already-invalid", "unrecognized", "not-a-token")


def revoke_token(runner, params, dry_run):
    """Like a token in a variable of a process that has no cargo home."""
    name = params["registry"] or "crates-io"
    variable = "CARGO_REGISTRY_" if name == "crates-io" else "CARGO_REGISTRIES_%s_" % name.upper().replace("-", "_")
    for other in [name for name in os.environ if name.startswith("CARGO_REGISTR")]:
        del os.environ[other]  # it can be for the same index
    empty = tempfile.mkdtemp()
    environment = {"HOME": empty, "CARGO_HOME": empty, variable + "TOKEN": params["token"]}
    if params["index"]:
        environment[variable + "INDEX"] = params["index"]
    report = Report()
    try:
        arguments = ["--registry", name, "--revoke", "--everywhere"] + dry_run
        report.add(runner.objects(arguments, directory="/", environment=environment))
    finally:
        shutil.rmtree(empty)
    for credential in report.credentials:
        credential.pop("fix", None)  # it is about a variable that no longer exists
    return report


def shown(items):
    return "".join(sorted("%s: %s\n" % (item.get("registry", "?"), location_of(item)) for item in items))


def main():
    module = AnsibleModule(
        argument_spec=dict(
            COMMON_ARGUMENTS,
            all=dict(type="bool", default=False),
            copies=dict(type="bool", default=False),
            everywhere=dict(type="bool", default=False),
            index=dict(type="str"),
            revoke=dict(type="bool", default=False),
            strict=dict(type="bool", default=False),
            token=dict(type="str", no_log=True),
        ),
        mutually_exclusive=[("all", "registry")] + [("token", other) for other in ("all", "cargo_home", "copies", "strict")],
        required_by=dict(index=("token", "registry")),
        supports_check_mode=True,
    )
    params = module.params
    runner = Runner(module)
    dry_run = ["--dry-run"] if module.check_mode else []
    if params["token"] is not None:
        if not params["token"].strip():
            module.fail_json(msg="token is empty")
        report = revoke_token(runner, params, dry_run)
        verdicts = [c.get("server", {}).get("verdict") for c in report.credentials]
        change = [] if all(verdict in INVALID for verdict in verdicts) else report.credentials
    else:
        arguments = ["--" + name for name in ("all", "everywhere", "revoke", "strict") if params[name]] + dry_run
        if params["registry"] is not None:
            arguments += ["--registry", params["registry"]]
        report = runner.report(arguments)
        change = report.would_remove()
    if not module.check_mode:
        change = report.removed() + report.revoked()
    result = dict(report.result(), changed=bool(change))

    gone = change if module.check_mode else report.removed()
    found = [c for c in report.credentials if c["usable"] != "no" or c in gone] + [c for c in report.copies if c in gone]
    removed = "would be removed" if module.check_mode else "removed"
    result["summary"] = list(report.summary(gone, removed))
    result["diff"] = dict(before=shown(found), after=shown([item for item in found if item not in gone]))
    for warning in [] if params["token"] is not None else report.warnings(without=gone):
        module.warn(warning)
    if report.status == 101:
        module.fail_json(msg=report.error(), **result)
    left = [item for item in report.left() if item not in gone]
    if params["strict"] and (report.status == 2 or left or result["not_checked"]):
        module.fail_json(msg="cargo can still use a credential, or something was not checked; see the warnings", **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
