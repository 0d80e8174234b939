"""TLS, proxies and redirects: nginx in front of the stand-in, as in earnest."""

import contextlib
import socket
import ssl
import threading

import pytest

import tls
from broken_server import Server, answer, says
from revoke_asker import SECONDS
from registry_stand_in import Registry

GOOD, EXPIRED, OTHER_HOST, SELF_SIGNED, OTHER_AUTHORITY, CRATES_IO, OLD_TLS, NEW_TLS, LIMITED = range(9)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return tls.Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def behind():
    """The registry behind nginx."""
    with Registry() as registry:
        yield registry


@pytest.fixture(autouse=True)
def as_new(behind):
    behind.requests.clear()
    behind.api, behind.auth_required = behind.url, False


@pytest.fixture(scope="module")
def nginx(tmp_path_factory, authority, behind):
    good = authority.sign("good", "127.0.0.1", "localhost")
    unknown = tls.Authority(authority.directory, "unknown")
    sites = [
        tls.Site(good, behind.url),
        tls.Site(authority.sign("expired", "127.0.0.1", end="20200102000000Z"), behind.url),
        tls.Site(authority.sign("other", "registry.example"), behind.url),
        tls.Site(tls.Certificate(unknown.path, unknown.key), behind.url),
        tls.Site(unknown.sign("theirs", "127.0.0.1"), behind.url),
        tls.Site(authority.sign("crates", "crates.io"), behind.url),
        tls.Site(good, behind.url, more="ssl_protocols TLSv1.2;"),
        tls.Site(good, behind.url, more="ssl_protocols TLSv1.3;"),
        tls.Site(good, does="default_type application/json; return 200 '{}';", more="server_tokens off;"),
    ]
    with tls.Nginx(tmp_path_factory.mktemp("nginx"), sites) as nginx:
        yield nginx


def reaches(ask, behind, **request):
    """Returns true if it can revoke a token there."""
    token = behind.issue()
    answer = ask(token=token, **request)
    assert behind.alive(token) == (answer["verdict"] == "no-answer")
    assert answer["verdict"] in ("no-answer", "revoked-unchecked"), answer
    return answer["verdict"] == "revoked-unchecked"


def test_verified(ask, behind, nginx, authority):
    token = behind.issue()
    answer = ask(token=token, api=nginx.url(GOOD), cainfo=str(authority.path))
    assert answer == {"verdict": "revoked-unchecked", "status": 204, "url": nginx.url(GOOD) + "/api/v1/tokens/current"}
    assert not behind.alive(token)
    assert "S3CRET" not in nginx.log.read_text()


@pytest.mark.parametrize("site", [EXPIRED, OTHER_HOST, SELF_SIGNED, OTHER_AUTHORITY, CRATES_IO])
def test_not_verified(ask, behind, nginx, authority, site):
    token = behind.issue()
    answer = ask(token=token, api=nginx.url(site), cainfo=str(authority.path))
    assert answer["verdict"] == "no-answer"
    assert "certificate" in answer["detail"] or "SSL" in answer["detail"]
    assert behind.alive(token) and behind.requests == []


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
def test_authorities(ask, behind, nginx, authority, cainfo, variables, works):
    """cargo asks the first two variables too, through openssl-probe."""
    authority.openssl("rehash", ".")
    ask.env |= {name: str(authority.directory / value) if name.startswith("SSL_CERT") and value else value for name, value in variables.items()}
    assert reaches(ask, behind, api=nginx.url(GOOD), cainfo=cainfo) == works


@pytest.mark.parametrize(
    "site, versions, works",
    [
        (OLD_TLS, {}, True),
        (NEW_TLS, {}, True),
        (OLD_TLS, {"ssl_min": "tlsv1.3"}, False),
        (NEW_TLS, {"ssl_min": "tlsv1.3"}, True),
        (NEW_TLS, {"ssl_max": "tlsv1.2"}, False),
        (OLD_TLS, {"ssl_min": "tlsv1.2", "ssl_max": "tlsv1.3"}, True),
        (NEW_TLS, {"ssl_min": "default", "ssl_max": "default"}, True),
        (OLD_TLS, {"ssl_min": "tlsv1.0", "ssl_max": "tlsv1.1"}, False),
    ],
)
def test_tls_versions(ask, behind, nginx, authority, site, versions, works):
    assert reaches(ask, behind, api=nginx.url(site), cainfo=str(authority.path), **versions) == works


def test_both_over_tls(ask, behind, nginx, authority):
    behind.auth_required = True
    behind.api = nginx.url(GOOD)
    assert reaches(ask, behind, index=f"sparse+{nginx.url(GOOD)}/index/", cainfo=str(authority.path))


UNTIL_IT_CLOSES = b"HTTP/1.1 200 OK\r\n\r\n"


@pytest.mark.parametrize("leaves", ["politely", "without a word"])
@pytest.mark.parametrize("text, how", [(UNTIL_IT_CLOSES, "no-answer"), (UNTIL_IT_CLOSES + b'{"ok":true}', "no-answer"), (UNTIL_IT_CLOSES + b"{", "no-answer"), (b"HTTP/1.1 204 No", "no-answer")])
def test_a_connection_that_is_cut(ask, authority, leaves, text, how):
    """Whoever cuts a connection in the middle must not make a yes of it; libcurl does not tell that TLS was cut."""
    certificate = authority.sign("cut", "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.path, certificate.key)

    def serve(listener):
        connection, _ = listener.accept()
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as server:
            while b"\r\n\r\n" not in server.recv(65536):
                pass
            server.sendall(text)
            if leaves == "politely":
                server.unwrap()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        answer = ask(token="cioS3CRET", api=f"https://127.0.0.1:{listener.getsockname()[1]}", cainfo=str(authority.path))
        thread.join(SECONDS)
    assert answer["verdict"] == how, answer


def test_tls_that_never_starts(ask):
    """A server that speaks HTTP where TLS is wanted."""
    with Server(says(answer("204 No Content"))) as server:
        got = ask(token="cioS3CRET", api=server.url.replace("http:", "https:"))
    assert got["verdict"] == "no-answer" and b"cioS3CRET" not in b"".join(server.requests)


# Proxies.


@pytest.fixture
def proxy(nginx):
    with tls.Proxy({"crates.io:443": nginx.sites[CRATES_IO].port}) as proxy:
        yield proxy


def test_crates_io_by_a_proxy(ask, behind, authority, proxy):
    """All that is done for the real one, but the last step of the way."""
    token = behind.issue()
    answer = ask(token=token, kind="crates.io", api="https://crates.io", proxy=proxy.url, cainfo=str(authority.path))
    assert answer == {"verdict": "revoked-checked", "status": 204, "url": "https://crates.io/api/v1/tokens/current"}
    assert not behind.alive(token)
    assert len(proxy.requests) == 3
    for host, headers in proxy.requests:
        assert host == "crates.io:443"
        assert "Authorization" not in dict(headers) and "S3CRET" not in str(headers)


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy"])
def test_the_configuration_is_above_the_environment(ask, behind, authority, proxy, variable):
    request = {"api": "https://crates.io", "cainfo": str(authority.path)}
    ask.env[variable] = proxy.url
    assert reaches(ask, behind, **request)
    assert not reaches(ask, behind, **request, proxy="http://127.0.0.1:1")
    assert not reaches(ask, behind, **request, proxy="")  # none, as in libcurl


def test_the_proxy_of_git(ask, behind, authority, proxy, tmp_path):
    """Where cargo's configuration names none: above the environment, for cargo as for us."""
    (tmp_path / ".gitconfig").write_text(f"[http]\n\tproxy = {proxy.url}\n")
    ask.env |= {"HOME": str(tmp_path), "https_proxy": "http://127.0.0.1:1"}
    request = {"api": "https://crates.io", "cainfo": str(authority.path)}
    assert reaches(ask, behind, **request)
    assert not reaches(ask, behind, **request, proxy="http://127.0.0.1:1")
    (tmp_path / ".gitconfig").write_text("[http\n")
    assert not reaches(ask, behind, **request)


def test_no_proxy(ask, behind, nginx, authority, proxy):
    """no_proxy excludes the host, or the URL is http, with which a proxy would receive the token."""
    ask.env |= {"https_proxy": proxy.url, "http_proxy": proxy.url, "all_proxy": proxy.url, "no_proxy": "127.0.0.1"}
    assert reaches(ask, behind, api=nginx.url(GOOD), cainfo=str(authority.path))
    assert reaches(ask, behind, api=behind.url, proxy=proxy.url)
    assert proxy.requests == []


def test_a_proxy_that_wants_a_password(ask, behind, nginx, authority):
    with tls.Proxy({"crates.io:443": nginx.sites[CRATES_IO].port}, user="me:S3CRETpw") as proxy:
        request = {"api": "https://crates.io", "cainfo": str(authority.path)}
        refused = ask(token=behind.issue(), **request, proxy=proxy.url)
        assert refused["verdict"] == "no-answer" and "407" in refused["detail"]
        assert reaches(ask, behind, **request, proxy=proxy.url.replace("//", "//me:S3CRETpw@"))
        wrong = ask(token=behind.issue(), **request, proxy=proxy.url.replace("//", "//me:S3CRETno@"))
        assert wrong["verdict"] == "no-answer" and "S3CRET" not in str(wrong)


def test_a_proxy_that_refuses(ask, behind, authority, proxy):
    answer = ask(token=behind.issue(), api="https://other.example", proxy=proxy.url, cainfo=str(authority.path))
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
def test_redirects_are_not_followed(ask, behind, registry, tmp_path, authority, status):
    site = tls.Site(authority.sign("moved", "127.0.0.1"), does=f"return {status} {registry.url}$request_uri;")
    with tls.Nginx(tmp_path, [site]) as nginx:
        answer = ask(token=behind.issue(), api=nginx.url(0), cainfo=str(authority.path))
    assert (answer["verdict"], answer["status"]) == ("refused", status)
    assert answer["detail"] == f"it redirects to {registry.url}/api/v1/tokens/current, which is not followed"
    assert registry.requests == []


def test_redirects_that_are_odd(ask, behind):
    token = behind.issue()
    for place in ("//me:S3CRETpw@127.0.0.1:1/x", f"https://evil.example/{token}", "javascript:alert(1)", "", "\x1b[31m", "x" * 5000):
        head = f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode()
        with Server(says(head)) as server:
            answer = ask(token=token, api=server.url)
            assert answer["verdict"] == "refused" and "S3CRET" not in str(answer) and "\x1b" not in str(answer)
            assert len(server.requests) == 1


def test_the_token_of_a_redirected_index_stays(ask, behind, registry, nginx):
    """401 and then elsewhere: it is only told where."""
    behaviours = [
        says(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"),
        says(b"HTTP/1.1 307 Moved\r\nLocation: %s/index/config.json\r\nContent-Length: 0\r\n\r\n" % registry.url.encode()),
    ]
    with Server(*behaviours) as server:
        answer = ask(token="cioS3CRET", index=f"sparse+{server.url}")
    assert answer["verdict"] == "no-api" and registry.url in answer["detail"] and registry.requests == []
