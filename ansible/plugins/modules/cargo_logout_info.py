#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright: the cargo-logout authors
# SPDX-License-Identifier: MIT OR Apache-2.0

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
---
module: cargo_logout_info
short_description: List the tokens that cargo can use
version_added: 0.2.0
description:
  - Runs C(cargo-logout --status) for the user of the task, in the home directory of that user. It changes nothing.
  - It fails if a file or setting could not be read.
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
  - ansible.builtin.action_common_attributes.facts
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  facts:
    support: none
  platform:
    platforms: linux
options:
  registry:
    description: The name of one registry. By default, all registries are listed.
    type: str
  check:
    description: Also ask the servers whether tokens are valid, and the credential providers whether they have one.
    type: bool
    default: false
  copies:
    description:
      - Also search backups, shell histories and startup files for copies of tokens.
      - If a startup file sets C(CARGO_HOME), that cargo home is listed too.
    type: bool
    default: true
  cargo_home:
    description: The value of C(CARGO_HOME). By default it is not set, and cargo uses C(~/.cargo).
    type: path
  executable:
    description: The program, as a name that is looked up in C(PATH) or as a path.
    type: path
    default: cargo-logout
  timeout:
    description: Seconds after which the program is stopped and the task fails.
    type: int
    default: 600
  user:
    description:
      - The user that the task must run as. If it runs as another one, it fails before anything is read.
      - An inventory that sets C(ansible_become_user) has precedence over C(become_user).
    type: str
seealso:
  - module: cargo_logout.cargo_logout.cargo_logout
author:
  - The cargo-logout authors (@cargo-logout)
"""

EXAMPLES = r"""
- name: List the tokens of ada
  cargo_logout.cargo_logout.cargo_logout_info:
    check: true
    user: ada
  become: true
  become_user: ada
  register: tokens

- name: Check that ada is logged out
  ansible.builtin.assert:
    that: tokens.logged_out
"""

RETURN = r"""
logged_out:
  description:
    - Whether cargo can use no credential and everything was checked.
    - With I(check), a token that its server does not accept is not counted.
  returned: always
  type: bool
  sample: true
status:
  description: The highest exit status of C(cargo-logout).
  returned: always
  type: int
  sample: 0
left:
  description: Number of credentials that cargo can use, and of tokens that startup files set.
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

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.cargo_logout.cargo_logout.plugins.module_utils.cargo_logout import (
    COMMON_ARGUMENTS,
    Runner,
)


def main():
    module = AnsibleModule(
        argument_spec=dict(
            COMMON_ARGUMENTS,
            check=dict(type="bool", default=False),
            copies=dict(type="bool", default=True),
        ),
        supports_check_mode=True,
    )
    arguments = ["--status"] + (["--check"] if module.params["check"] else [])
    if module.params["registry"] is not None:
        arguments += ["--registry", module.params["registry"]]
    report = Runner(module).report(arguments)
    result = report.result()
    del result["removed"]
    usable = [item for item in report.left() if item.get("valid") != "no"]
    result["logged_out"] = not (usable or result["not_checked"] or report.status)
    if report.status == 101:
        module.fail_json(msg=report.error(), **result)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
