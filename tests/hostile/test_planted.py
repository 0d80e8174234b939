"""The search for tokens in the output of all suites, tests/planted.py, finds them."""

import subprocess

import pytest

SHOWN = {
    "as it is": "the token is S3CRET-1", "in small letters": "s3cret-1", "percent-encoded": "https://me:S3%43R%45T-1@example.com",
    "escaped": r"\u0053\x33CRET", "over two lines": "3 | S3C\n  | RET", "in quotes": "'S3''CRET'", "backwards": "TERC3S",
}  # fmt: skip


@pytest.mark.parametrize("stream", (1, 2))
@pytest.mark.parametrize("how", SHOWN)
def test_a_token_that_is_shown_fails_the_test(tmp_path, how, stream):
    program = tmp_path / "cargo-logout"
    program.write_text(f"#!/bin/sh\ncat {tmp_path}/text >&{stream}\n")
    program.chmod(0o755)
    (tmp_path / "text").write_text(SHOWN[how])
    with pytest.raises(AssertionError, match="shows a token"):
        subprocess.run([program], capture_output=True, check=True)
    (tmp_path / "text").write_text("nothing of it: S3 CREDENTIALS")
    subprocess.run([program], capture_output=True, check=True)
