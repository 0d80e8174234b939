"""Index URLs: cargo-logout parses, prints and compares them as cargo does. One run of cargo tests one URL as the index of a registry, and other URLs
as the indexes of other registries, set by variables. cargo rejects the URL, or prints its serialized form and every variable that has the same index.

URL_ROUNDS is the number of generated URLs, URL_SEED changes them.
"""

import concurrent.futures
import json
import os
import random
import re
import subprocess

import pytest

FIXED = [
    # schemes and slashes
    "https://example.com/index", "HTTPS://example.com/index", "http://example.com", "ssh://git@example.com/index.git", "git://example.com/index",
    "sparse+https://example.com/index/", "sparse+https://example.com/index", "SPARSE+HTTPS://EXAMPLE.com/Index/", "sparse+http://127.0.0.1:8080/",
    "sparse+file:///x/", "registry+https://example.com/index", "a+b-c.d://h/p", "1a://h/", "+a://h/", "https", "https:", "https://", "", " ", "foo", "../foo",
    "//example.com/foo", ":", "://example.com", "a:b", "mailto:x@example.com", "https:example.com/a", "https:/example.com/a", "https:////example.com/a",
    "https://example.com//", "https://example.com/", "https://example.com/index/", "foo://h", "foo://h/", "foo:///p", " https://example.com/a ",
    "\thttps://example.com/a\n", "https://example .com/",
    # paths, queries and fragments
    "https://example.com/a/./b/../c", "https://example.com/../../a", "https://example.com/a/..", "https://example.com/a/.",
    "https://example.com/a/b/../../../..", "foo://h/..", "foo://h/a/../..//b", "sparse+https://example.com/a/../b/", "https://example.com/a b\"<>`f g",
    "https://example.com/{a}|[b]^c", "https://example.com/%41%zz%", "https://example.com/é/日本",
    "https://example.com/a;b,c:d@e=f&g+h!i$j(k)*l~m'n",
    # user, password and port
    "https://user@example.com/", "https://user:pw@example.com/", "https://user:@example.com/", "https://:pw@example.com/", "https://@example.com/",
    "https://a@b@example.com/", "https://u ser:p w@example.com/", "https://é[]^|=;'@example.com/", "ssh://git@example.com:22/x", "ssh://u@", "https://u@/x",
    "sparse+https://u:p@example.com/i/", "foo://u:p@h/", "git@example.com:idx.git", "git@h:x:y", "user@example.com:x", "https://example.com:443/",
    "http://example.com:443/", "http://example.com:80/", "ssh://h:22/", "https://example.com:/", "https://example.com:0/", "https://example.com:65535/",
    "https://example.com:65536/", "https://example.com:999999999999/", "https://example.com:8a/", "https://example.com: 80/", "https://:80/", "foo://h:80/",
    "foo://h:x/", "sparse+https://example.com:443/",
    # hosts
    "https://EXAMPLE.com/", "ssh://EXAMPLE.com/", "https://example.com./", "https://example..com/", "https://a_b/", "https://-a-/", "https://a<b/",
    "https://a^b/", "https://a|b/", "https://a%2fb/", "https://a[b]/", "https://a`b{c}~!$&()*+=/", "foo://a b/", "foo://é/", "foo://a^b/", "foo://a[b/",
    "foo://A.B/", "https://localhost/", "https://xn--bcher-kva.de/", "https://XN--BCHER-KVA.de/", "https://bücher.de/", "https://日本.jp/",
    "https://ｅｘａｍｐｌｅ.com/", "https://example。com/", "https://xn--/", "https://a.xn--zz/", "https://пример.рф/", "https://127.0.0.1/", "https://127.1/",
    "https://2130706433/", "https://1.2.3/", "https://1.2.3.4.5/", "https://256.1.1.1/", "https://1.a/", "foo://127.1/", "https://[::1]/",
    "https://[1:2:3:4:5:6:7:8]/", "https://[1:0:0:2:0:0:3:4]/", "https://[0:1:0:1:0:1:0:1]/", "https://[::1/", "https://[::1]:443/", "https://[::1]:8443/",
    "https://[g::]/", "foo://[::1]/", "foo://[::1", "ssh://git@[::1]:22/x",
    # files
    "file:///home/x/index", "file:/home/x/index", "file:index", "file:./index", "file:../index", "file:../../../../../../../x", "file:/", "file://",
    "file:///", "file://localhost/x", "file://LOCALHOST/x", "file://example.com/x", "file://Example.com", "file:index/", "file:index.git",
    "FILE:index", "file:///a/../../b", "file:./", "file:///a b/é", "file:~/x",
    # what counts as the same
    "https://github.com/Foo/Bar.git", "https://github.com/foo/bar", "https://github.com/foo/bar/", "https://GitHub.com/FOO/bar.git/",
    "git://github.com/foo/bar", "ssh://git@github.com/foo/bar", "https://git@github.com/foo/bar", "http://github.com/foo/bar",
    "https://github.com:444/foo/bar", "https://github.com./foo/bar", "sparse+https://github.com/foo/bar/", "sparse+https://GitHub.com/foo/bar/",
    "https://example.com/i", "https://example.com/i/", "https://example.com/i.git", "https://example.com/i.git/",
    "https://example.com/i.git//", "https://example.com/I", "https://example.com/a/.git",
    "https://example.com.git", "file:///x/a.git", "file:///x/a", "file:///x/a/", "ssh://git@example.com/idx.git",
    "ssh://git@example.com/idx", "ssh://git@example.com:22/idx", "sparse+https://example.com/i.git/", "sparse+https://example.com/i/",
    "sparse+http://github.com/A/", "sparse+https://github.com/a/",
]  # fmt: skip

# libidn2 follows IDNA 2008 more strictly than cargo, limits the length of labels, and has an older Unicode.
REFUSED = "(it has a control character, a backslash, `[?]` or `#`|cannot-be-a-base-URLs are not supported)$"

PIECES = {
    "scheme": ["https", "http", "HTTPS", "ssh", "git", "sparse+https", "foo"],
    "slashes": ["://", "://", "://", ":", ":/", ":///"],
    "user": ["", "", "", "", "u@",  "u:@", "a b@", "@"],
    "host": ["example.com", "Example.COM", "github.com", "GitHub.com", "h", "[::1]", "[1:0::2:3]", "localhost", "", "a b",
             "xn--bcher-kva.de", "b\u00fccher.de"],
    "port": ["", "", "", ":443", ":80", ":22", ":", ":8080", ":65536", ":x"],
    "segment": ["a", "A", "b c", "..", ".", "", "\u00e9", "i.git", "x^y|z", "[x]", "'\"", "{}`"],
    "tail": ["", "", "", "/", ".git", ".git/",  "?a b'#c`", "/?", " "],
}  # fmt: skip
NOISE = list(" /:@[]|^`'\"<>{}+-aA0x~;=&,!$()*_") + ["\u00e9", "//", "..", ":8"]


def generated(count, seed):
    random_ = random.Random(seed)
    urls = []
    for _ in range(count):
        pick = {name: random_.choice(choices) for name, choices in PIECES.items()}
        path = "".join("/" + random_.choice(PIECES["segment"]) for _ in range(random_.randrange(5)))
        url = pick["scheme"] + pick["slashes"] + pick["user"] + pick["host"] + pick["port"] + path + pick["tail"]
        for _ in range(random_.choice((0, 0, 0, 1, 1, 3))):
            at = random_.randrange(len(url) + 1)
            url = url[:at] + random_.choice(NOISE) + url[at + random_.randrange(2) :]
        urls.append(url)
    return urls


@pytest.fixture(scope="module")
def show(program):
    """Ours: [(kind, text, canonical)] of a list of URLs."""
    tool = program.parent / "tests/cli/show_index_url"

    def run(urls, *args):
        done = subprocess.run([tool, *args], input="".join(url + "\0" for url in urls).encode(), capture_output=True, check=True, timeout=60)
        parts = done.stdout.decode().split("\0")[:-1]
        return list(zip(parts[::3], parts[1::3], parts[2::3], strict=True))

    return run


def ask_cargo(cargo, home, url, names):
    """(kind, text, names of the same index) for one URL, where `names` is a dict of the variables' names and URLs."""
    env = {"CARGO_HOME": home, "PATH": "/usr/bin:/bin", **{f"CARGO_REGISTRIES_{name}_INDEX": value for name, value in names.items() if value}}
    quoted = json.dumps(url, ensure_ascii=False).replace("\x7f", "\\u007f")
    done = subprocess.run([cargo, "logout", "--registry", "r", "--config", f"registries.r.index={quoted}"], cwd=home, env=env, capture_output=True, check=False, timeout=20)  # fmt: skip
    text = done.stderr.decode()
    found = re.fullmatch(r"note: name of alternative registry `(.*)` set to `(\w+)`\n +Logout not currently logged in to `r`\n", text)
    if found:
        return "ok", found[1], {found[2]}
    found = re.fullmatch(r"error: multiple registries are configured with the same index url '(.*)': (.*)\n", text)
    if found:
        return "ok", found[1].removeprefix("registry+"), set(found[2].split(", "))
    found = re.fullmatch(r"error: sparse registry url must end in a slash `/`: (.*)\n", text)
    if found:
        return "unfinished", found[1], None
    if "panicked" in text:
        return "panic", text, None
    error = text.removesuffix("\n").removeprefix("error: ")
    layer = "invalid index URL for registry `r` defined in --config cli option\n\nCaused by:\n  "
    if error.startswith(layer):
        error = "\n".join(line.removeprefix("  ") for line in ("  " + error.removeprefix(layer)).split("\n"))
    return ("error", error, None) if text.startswith("error: ") else ("?", text, None)


def printed(text):
    """As cargo's standard error shows it."""
    text = re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), text).replace("\\n", "\n").replace("\\t", "\t")  # we escape
    return re.sub("[\x00-\x08\x0b-\x1f\x7f]", "", text)


def differences(urls, cargo, show, home):
    resolved = show(urls, home)
    plain = [canonical for _, _, canonical in show(urls)]

    def variables(number):
        """Other URLs: neighbors, which are similar, some from the whole list, and those with the same canonical form. Our
        form of this URL is the first, so that cargo has at least one to find."""
        kind, text, canonical = resolved[number]
        others = {*range(max(0, number - 8), min(number + 9, len(urls))), *range(number % 23, len(urls), 23)}
        others = {other for other, form in enumerate(plain) if form and (other in others or form == canonical)}
        return {"OURS": text if kind == "ok" else "", **{f"U{other}": urls[other] for other in others}}

    def compare(number):
        kind, text, canonical = resolved[number]
        text = printed(text)
        names = variables(number)
        theirs, said, same = ask_cargo(cargo, home, urls[number], names)
        if theirs == "panic":
            return ""  # a sparse+ URL that is none without its prefix
        if theirs == "unfinished":
            equal = kind == "ok" and text == said and not text.endswith("/")
        elif theirs == "ok":
            held = {name.lower() for name in names if name == "OURS" or plain[int(name[1:])] == canonical}
            equal = kind == "ok" and text == said and same == held
        else:
            equal = kind == theirs and re.fullmatch(re.escape(text).replace("…", "[^\n]*?"), said) is not None  # a password is hidden
        return "" if equal else f"{urls[number]!r}\n  cargo {theirs} {said!r} {sorted(same or ())}\n  ours  {resolved[number]}"

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return {url: text for url, text in zip(urls, pool.map(compare, range(len(urls)))) if text}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    path = tmp_path_factory.mktemp("index url", numbered=True) / "h%é?#"
    path.mkdir()
    return str(path)


def test_fixed(cargo, show, home):
    found = differences(FIXED, cargo, show, home)
    assert not found, "\n".join(found.values())


def test_generated(cargo, show, home):
    urls = generated(int(os.environ.get("URL_ROUNDS", "150")), os.environ.get("URL_SEED", "1"))
    found = differences(urls, cargo, show, home)
    for url, (_, text, _) in zip(urls, show(urls, home)):
        international = re.search("xn--|[^\\x00-\\x7f]", url, re.I) and text.endswith("invalid international domain name")
        if international or re.search(REFUSED, text):
            found.pop(url, None)
    assert not found, "\n".join(found.values())


def test_a_url_has_a_limit(show):
    (kind, text, _), (long_kind, long_text, _) = show(["https://h/" + "a" * 65526, "https://h/" + "a" * 65527])
    assert (kind, len(text)) == ("ok", 65536)
    assert long_kind == "error" and long_text.endswith(": longer than 65536 bytes")
