"""What cargo-logout prints in any suite is searched for the tokens that the tests plant: each has `S3CRET` in it, in either case."""

import os
import re
import subprocess
import urllib.parse

PROGRAMS = ("cargo-logout", "cargo-logoff", "cargo-logout-revoke", "cargo-credential-libsecret")


def spellings(text):
    """The output as an attacker could read it: decoded, and without line separators."""
    decoded = re.sub(r"\\u([0-9a-fA-F]{4})|\\u\{([0-9a-fA-F]{1,5})\}|\\x([0-9a-fA-F]{2})", lambda found: chr(int(found[found.lastindex], 16)), text)
    for each in (text, urllib.parse.unquote(text), decoded, text[::-1]):
        yield re.sub(r"[\s|*\\\"',]+", "", each)


def is_shown(text):
    return any("s3cret" in spelling.lower() for spelling in spellings(text))


def as_text(output):
    return output.decode("utf-8", "replace") if isinstance(output, bytes) else output or ""


def searched(words, out, err):
    """The part of a command's output that must not contain a token. A shell can print a file, and a provider prints its token."""
    names = [os.path.basename(os.fsdecode(word)) for word in ([words] if isinstance(words, (str, bytes)) else words)]
    if not set(PROGRAMS) & set(names) or {"sh", "bash", "dash", "zsh", "fish"} & set(names):
        return ""
    return as_text(err) if "cargo-credential-libsecret" in names else as_text(out) + as_text(err)


def watch():
    communicate = subprocess.Popen.communicate

    def watched(self, *arguments, **named):
        out, err = communicate(self, *arguments, **named)
        text = searched(self.args, out, err)
        assert not is_shown(text), f"{self.args} shows a token: {text}"
        return out, err

    subprocess.Popen.communicate = watched
