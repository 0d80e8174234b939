"""TLS, proxies and redirects, with a certificate authority of the test's own."""

import contextlib
import ssl

import pytest

import tls
from broken_server import Server, at_once, says
from registry_stand_in import Answer


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return tls.Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def contexts(authority):
    unknown = tls.Authority(authority.directory, "unknown")
    contexts = {
        "good": authority.sign("good", "127.0.0.1", "localhost"),
        "expired": authority.sign("expired", "127.0.0.1", end="20200102000000Z"),
        "other host": authority.sign("other", "registry.example"),
        "self-signed": tls.context(unknown.path, unknown.key),
        "other authority": unknown.sign("theirs", "127.0.0.1"),
        "crates.io": authority.sign("crates", "crates.io"),
        "old TLS": authority.sign("old", "127.0.0.1"),
        "new TLS": authority.sign("new", "127.0.0.1"),
    }
    contexts["old TLS"].maximum_version = ssl.TLSVersion.TLSv1_2
    contexts["new TLS"].minimum_version = ssl.TLSVersion.TLSv1_3
    return contexts


@pytest.fixture
def site(registry, contexts):
    """The registry behind TLS of some sort."""
    with contextlib.ExitStack() as stack:
        yield lambda sort: stack.enter_context(tls.Site(registry, contexts[sort]))


def reaches(ask, registry, **request):
    """Returns true if it can revoke a token there."""
    token = registry.issue()
    answer = ask(token=token, **request)
    assert registry.alive(token) == (answer["verdict"] == "no-answer")
    assert answer["verdict"] in ("no-answer", "revoked-unchecked"), answer
    return answer["verdict"] == "revoked-unchecked"


def test_verified(ask, registry, site, authority):
    token = registry.issue()
    url = site("good").url
    answer = ask(token=token, api=url, cainfo=str(authority.path))
    assert answer == {"verdict": "revoked-unchecked", "status": 204, "url": url + "/api/v1/tokens/current"}
    assert not registry.alive(token)


@pytest.mark.parametrize("sort", ["expired", "other host", "self-signed", "other authority", "crates.io"])
def test_not_verified(ask, registry, site, authority, sort):
    token = registry.issue()
    answer = ask(token=token, api=site(sort).url, cainfo=str(authority.path))
    assert answer["verdict"] == "no-answer"
    assert "certificate" in answer["detail"] or "SSL" in answer["detail"]
    assert registry.alive(token) and registry.requests == []


@pytest.mark.parametrize(
    "cainfo, variables, works",
    [
        (None, {}, False),
        ("/nonexistent", {}, False),
        ("/dev/null", {"SSL_CERT_FILE": "ca.pem"}, False),
        (None, {"SSL_CERT_FILE": "ca.pem"}, True),
        (None, {"SSL_CERT_DIR": "."}, True),
        (None, {"SSL_CERT_FILE": "", "SSL_CERT_DIR": "."}, True),
        (None, {"SSL_CERT_FILE": "ca.pem", "SSL_CERT_DIR": ""}, True),
        (None, {"GIT_SSL_NO_VERIFY": "1", "CURL_INSECURE": "1", "CURL_CA_BUNDLE": "", "SSL_VERIFY": "0"}, False),
    ],
)
def test_authorities(ask, registry, site, authority, cainfo, variables, works):
    """cargo asks the first two variables too, through openssl-probe."""
    authority.openssl("rehash", ".")
    ask.env |= {name: str(authority.directory / value) if name.startswith("SSL_CERT") and value else value for name, value in variables.items()}
    assert reaches(ask, registry, api=site("good").url, cainfo=cainfo) == works


@pytest.mark.parametrize(
    "sort, versions, works",
    [
        ("old TLS", {}, True),
        ("new TLS", {}, True),
        ("old TLS", {"ssl_min": "tlsv1.3"}, False),
        ("new TLS", {"ssl_min": "tlsv1.3"}, True),
        ("new TLS", {"ssl_max": "tlsv1.2"}, False),
        ("old TLS", {"ssl_min": "tlsv1.2", "ssl_max": "tlsv1.3"}, True),
        ("new TLS", {"ssl_min": "default", "ssl_max": "default"}, True),
        ("old TLS", {"ssl_min": "tlsv1.0", "ssl_max": "tlsv1.1"}, False),
    ],
)
def test_tls_versions(ask, registry, site, authority, sort, versions, works):
    assert reaches(ask, registry, api=site(sort).url, cainfo=str(authority.path), **versions) == works


def test_both_over_tls(ask, registry, site, authority):
    registry.auth_required = True
    registry.api = site("good").url
    assert reaches(ask, registry, index=site("good").url.join(("sparse+", "/index/")), cainfo=str(authority.path))


UNTIL_IT_CLOSES = b"HTTP/1.1 200 OK\r\n\r\n"


@pytest.mark.parametrize("leaves", ["politely", "without a word"])
@pytest.mark.parametrize("text, how", [(UNTIL_IT_CLOSES, "no-answer"), (UNTIL_IT_CLOSES + b'{"ok":true}', "no-answer"), (UNTIL_IT_CLOSES + b"{", "no-answer"), (b"HTTP/1.1 204 No", "no-answer")])
def test_a_connection_that_is_cut(ask, authority, leaves, text, how):
    """Whoever cuts a connection in the middle must not make a yes of it; libcurl does not tell that TLS was cut."""
    context = authority.sign("cut", "127.0.0.1")

    def cut(connection):
        with context.wrap_socket(connection, server_side=True) as secure:
            while b"\r\n\r\n" not in secure.recv(65536):
                pass
            secure.sendall(text)
            if leaves == "politely":
                secure.unwrap()

    with Server(at_once(cut)) as server:
        answer = ask(token="cioS3CRET", api=server.url.replace("http:", "https:"), cainfo=str(authority.path))
    assert answer["verdict"] == how, answer


# Proxies.


@pytest.fixture
def proxy(site):
    with tls.Proxy({"crates.io:443": site("crates.io").server_port}) as proxy:
        yield proxy


def test_crates_io_by_a_proxy(ask, registry, authority, proxy):
    """All that is done for the real one, but the last step of the way."""
    token = registry.issue()
    answer = ask(token=token, kind="crates.io", api="https://crates.io", proxy=proxy.url, cainfo=str(authority.path))
    assert answer == {"verdict": "revoked-checked", "status": 204, "url": "https://crates.io/api/v1/tokens/current"}
    assert not registry.alive(token)
    assert len(proxy.requests) == 3
    for host, headers in proxy.requests:
        assert host == "crates.io:443"
        assert "Authorization" not in dict(headers) and "S3CRET" not in str(headers)


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy"])
def test_the_configuration_is_above_the_environment(ask, registry, authority, proxy, variable):
    request = {"api": "https://crates.io", "cainfo": str(authority.path)}
    ask.env[variable] = proxy.url
    assert reaches(ask, registry, **request)
    assert not reaches(ask, registry, **request, proxy="http://127.0.0.1:1")
    assert not reaches(ask, registry, **request, proxy="")  # none, as in libcurl


def test_the_proxy_of_git(ask, registry, authority, proxy, tmp_path):
    """Where cargo's configuration names none: above the environment, for cargo as for us."""
    (tmp_path / ".gitconfig").write_text(f"[http]\n\tproxy = {proxy.url}\n")
    ask.env |= {"HOME": str(tmp_path), "https_proxy": "http://127.0.0.1:1"}
    request = {"api": "https://crates.io", "cainfo": str(authority.path)}
    assert reaches(ask, registry, **request)
    assert not reaches(ask, registry, **request, proxy="http://127.0.0.1:1")
    (tmp_path / ".gitconfig").write_text("[http\n")
    assert not reaches(ask, registry, **request)


def test_no_proxy(ask, registry, site, authority, proxy):
    """no_proxy excludes the host, or the URL is http, with which a proxy would receive the token."""
    ask.env |= {"https_proxy": proxy.url, "http_proxy": proxy.url, "all_proxy": proxy.url, "no_proxy": "127.0.0.1"}
    assert reaches(ask, registry, api=site("good").url, cainfo=str(authority.path))
    assert reaches(ask, registry, api=registry.url, proxy=proxy.url)
    assert proxy.requests == []


def test_a_proxy_that_wants_a_password(ask, registry, site, authority):
    with tls.Proxy({"crates.io:443": site("crates.io").server_port}, user="me:S3CRETpw") as proxy:
        request = {"api": "https://crates.io", "cainfo": str(authority.path)}
        refused = ask(token=registry.issue(), **request, proxy=proxy.url)
        assert refused["verdict"] == "no-answer" and "407" in refused["detail"]
        assert reaches(ask, registry, **request, proxy=proxy.url.replace("//", "//me:S3CRETpw@"))
        wrong = ask(token=registry.issue(), **request, proxy=proxy.url.replace("//", "//me:S3CRETno@"))
        assert wrong["verdict"] == "no-answer" and "S3CRET" not in str(wrong)


def test_a_proxy_that_refuses(ask, registry, authority, proxy):
    answer = ask(token=registry.issue(), api="https://other.example", proxy=proxy.url, cainfo=str(authority.path))
    assert answer["verdict"] == "no-answer" and "403" in answer["detail"]


@pytest.mark.parametrize("variable", [None, "https_proxy"])
@pytest.mark.parametrize(
    "proxy",
    [
        "http://me:S3CRETpw@[::bad/", "me:S3CRETpw@127.0.0.1:1", "foo://me:S3CRETpw@127.0.0.1:1", "http://me:S3CRETpw@proxy.invalid:80",
        "http://me:S3CRETpw@127.0.0.1:99999", "http://me:S3CRET%20pw@127.0.0.1:1/", "http://S3CRET-user@127.0.0.1:1",
        "http://:S3CRETpw@127.0.0.1:x",
    ],
)  # fmt: skip
def test_the_password_of_a_proxy_is_not_shown(ask, proxy, variable):
    if variable:
        ask.env[variable] = proxy
    answer = ask(token="cioS3CRET", api="https://crates.io", proxy=None if variable else proxy)
    assert answer["verdict"] == "no-answer" and "S3CRET" not in str(answer), answer


# Redirects.


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(ask, registry, site, authority, status):
    place = "https://other.example/api/v1/tokens/current"
    registry.answers = [Answer(status, headers={"Location": place})]
    answer = ask(token=registry.issue(), api=site("good").url, cainfo=str(authority.path))
    assert (answer["verdict"], answer["status"]) == ("refused", status)
    assert answer["detail"] == f"it redirects to {place}, which is not followed"


def test_redirects_that_are_odd(ask, registry):
    token = registry.issue()
    for place in ("//me:S3CRETpw@127.0.0.1:1/x", f"https://evil.example/{token}", "javascript:alert(1)", "", "\x1b[31m", "x" * 5000):
        head = f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode()
        with Server(says(head)) as server:
            answer = ask(token=token, api=server.url)
            assert answer["verdict"] == "refused" and "S3CRET" not in str(answer) and "\x1b" not in str(answer)
            assert len(server.requests) == 1


def test_the_token_of_a_redirected_index_stays(ask, registry):
    """401 and then elsewhere: it is only told where."""
    behaviours = [
        says(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"),
        says(b"HTTP/1.1 307 Moved\r\nLocation: %s/index/config.json\r\nContent-Length: 0\r\n\r\n" % registry.url.encode()),
    ]
    with Server(*behaviours) as server:
        answer = ask(token="cioS3CRET", index=f"sparse+{server.url}")
    assert answer["verdict"] == "no-api" and registry.url in answer["detail"] and registry.requests == []
