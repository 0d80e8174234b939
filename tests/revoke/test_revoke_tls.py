"""TLS, proxies and redirects: nginx in front of the stand-in, as in earnest."""

import socket
import ssl
import subprocess
import threading

import pytest

import tls
from broken_server import Server, answer, says
from revoke_asker import SECONDS, environment
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
    sites = [
        tls.Site(good, behind.url),
        tls.Site(authority.sign("expired", "127.0.0.1", end="20200102000000Z"), behind.url),
        tls.Site(authority.sign("other", "registry.example"), behind.url),
        tls.Site(authority.self_signed("self", "127.0.0.1"), behind.url),
        tls.Site(tls.Authority(authority.directory, "unknown").sign("theirs", "127.0.0.1"), behind.url),
        tls.Site(authority.sign("crates", "crates.io"), behind.url),
        tls.Site(good, behind.url, more="ssl_protocols TLSv1.2;"),
        tls.Site(good, behind.url, more="ssl_protocols TLSv1.3;"),
        tls.Site(good, does="default_type application/json; return 200 '{}';", more="server_tokens off;"),
    ]
    with tls.Nginx(tmp_path_factory.mktemp("nginx"), sites) as nginx:
        yield nginx


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


@pytest.mark.parametrize("cainfo", [None, "/nonexistent", "/dev/null"])
def test_an_authority_that_is_not_trusted(ask, behind, nginx, cainfo):
    assert ask(token=behind.issue(), api=nginx.url(GOOD), cainfo=cainfo)["verdict"] == "no-answer"
    assert behind.requests == []


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_an_empty_variable_names_no_authority(ask, behind, nginx, authority, variable):
    """It is as if it were not set, and the other one counts."""
    authority.openssl("rehash", ".")
    ask.env |= {"SSL_CERT_FILE": str(authority.path), "SSL_CERT_DIR": str(authority.directory)} | {variable: ""}
    assert ask(token=behind.issue(), api=nginx.url(GOOD))["verdict"] == "revoked-unchecked"


def test_variables_do_not_turn_it_off(ask, behind, nginx):
    ask.env |= {"GIT_SSL_NO_VERIFY": "1", "CURL_INSECURE": "1", "CURL_CA_BUNDLE": "", "SSL_VERIFY": "0"}
    assert ask(token=behind.issue(), api=nginx.url(GOOD))["verdict"] == "no-answer"


@pytest.mark.parametrize("check", [True, False])
def test_check_revoke(ask, behind, nginx, authority, check):
    """It is for Windows: here neither value changes anything."""
    assert ask(token=behind.issue(), api=nginx.url(GOOD), cainfo=str(authority.path), check_revoke=check)["verdict"] == "revoked-unchecked"


def uses_the_systems_libcurl(cargo):
    return "libcurl" in subprocess.run(["readelf", "-d", cargo], capture_output=True, text=True, check=True).stdout


def cargo_reaches(cargo, nginx, tmp_path, env):
    (tmp_path / "config.toml").write_text(f'[registries.corp]\nindex = "sparse+{nginx.url(GOOD)}/index/"\n')
    env = environment(CARGO_HOME=str(tmp_path), CARGO_REGISTRIES_CORP_TOKEN="cio1", CARGO_NET_RETRY="0", **env)
    command = [cargo, "owner", "--list", "--registry", "corp", "foo"]
    done = subprocess.run(command, cwd=tmp_path, env=env, check=False, capture_output=True, text=True, timeout=SECONDS)
    return "remote server responded" in done.stderr


@pytest.mark.parametrize("variable", [None, "SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_whom_cargo_trusts(ask, behind, nginx, authority, cargo, tmp_path, variable):
    """rust-lang.org's cargo asks these variables, through openssl-probe. Debian's uses the system's libcurl, which does not."""
    where = authority.path
    if variable == "SSL_CERT_DIR":
        authority.openssl("rehash", ".")
        where = authority.directory
    env = {variable: str(where)} if variable else {}
    behind.api = nginx.url(GOOD)
    ask.env |= env
    ours = ask(token=behind.issue(), api=nginx.url(GOOD))["verdict"] == "revoked-unchecked"
    assert ours == bool(variable)
    assert cargo_reaches(cargo, nginx, tmp_path, env) == (ours and not uses_the_systems_libcurl(cargo))


@pytest.mark.parametrize(
    "site, versions, works",
    [
        (OLD_TLS, {}, True),
        (NEW_TLS, {}, True),
        (OLD_TLS, {"min": "tlsv1.3"}, False),
        (NEW_TLS, {"min": "tlsv1.3"}, True),
        (NEW_TLS, {"max": "tlsv1.2"}, False),
        (OLD_TLS, {"max": "tlsv1.2"}, True),
        (OLD_TLS, {"min": "tlsv1.2", "max": "tlsv1.3"}, True),
        (NEW_TLS, {"min": "default", "max": "default"}, True),
        (NEW_TLS, {"min": "tlsv1"}, True),
        (OLD_TLS, {"min": "tlsv1.0", "max": "tlsv1.1"}, False),
    ],
)
def test_tls_versions(ask, behind, nginx, authority, site, versions, works):
    answer = ask(token=behind.issue(), api=nginx.url(site), cainfo=str(authority.path), ssl_version=versions)
    assert answer["verdict"] == ("revoked-unchecked" if works else "no-answer"), answer


def test_both_over_tls(ask, behind, nginx, authority):
    behind.auth_required = True
    behind.api = nginx.url(GOOD)
    token = behind.issue()
    assert ask(token=token, index=f"sparse+{nginx.url(GOOD)}/index/", cainfo=str(authority.path))["verdict"] == "revoked-unchecked"
    assert not behind.alive(token)


UNTIL_IT_CLOSES = b"HTTP/1.1 200 OK\r\n\r\n"


@pytest.mark.parametrize("leaves", ["politely", "without a word"])
@pytest.mark.parametrize("text, how", [(UNTIL_IT_CLOSES, "refused"), (UNTIL_IT_CLOSES + b'{"ok":true}', "no-answer"), (UNTIL_IT_CLOSES + b"{", "refused"), (b"HTTP/1.1 204 No", "no-answer")])
def test_a_connection_that_is_cut(ask, authority, leaves, text, how):
    """Whoever cuts a connection in the middle must not make a yes of it; libcurl does not tell that TLS was cut."""
    certificate = authority.sign("cut", "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.path, certificate.key)

    def serve(listener):
        connection, _ = listener.accept()
        with context.wrap_socket(connection, server_side=True) as server:
            while b"\r\n\r\n" not in server.recv(65536):
                pass
            server.sendall(text)
            if leaves == "politely":
                server.unwrap()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=quietly, args=(serve, listener))
        thread.start()
        answer = ask(token="cioS3CRET", api=f"https://127.0.0.1:{listener.getsockname()[1]}", cainfo=str(authority.path))
        thread.join(SECONDS)
    assert answer["verdict"] == how, answer


def quietly(function, *arguments):
    try:
        function(*arguments)
    except OSError:
        pass


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
def test_proxies_of_the_environment(ask, behind, authority, proxy, variable):
    ask.env[variable] = proxy.url
    assert ask(token=behind.issue(), api="https://crates.io", cainfo=str(authority.path))["verdict"] == "revoked-unchecked"


def test_the_configuration_is_above_the_environment(ask, behind, authority, proxy):
    ask.env["https_proxy"] = "http://127.0.0.1:1"
    request = {"api": "https://crates.io", "cainfo": str(authority.path)}
    assert ask(token=behind.issue(), **request)["verdict"] == "no-answer"
    assert ask(token=behind.issue(), **request, proxy=proxy.url)["verdict"] == "revoked-unchecked"
    ask.env["https_proxy"] = proxy.url
    assert ask(token=behind.issue(), **request, proxy="")["verdict"] == "no-answer"  # none, as in libcurl


def test_the_proxy_of_git(ask, behind, authority, proxy, cargo, tmp_path):
    """Where cargo's configuration names none: above the environment, for cargo as for us."""
    (tmp_path / ".gitconfig").write_text(f"[http]\n\tproxy = {proxy.url}\n")
    env = {"HOME": str(tmp_path), "https_proxy": "http://127.0.0.1:1"}
    ask.env |= env
    request = {"api": "https://crates.io", "cainfo": str(authority.path)}
    assert ask(token=behind.issue(), **request)["verdict"] == "revoked-unchecked"
    assert ask(token=behind.issue(), **request, proxy="http://127.0.0.1:1")["verdict"] == "no-answer"
    (tmp_path / "config.toml").write_text('[registries.corp]\nindex = "sparse+https://registry.example/index/"\n')
    env = environment(CARGO_HOME=str(tmp_path), CARGO_REGISTRIES_CORP_TOKEN="cio1", CARGO_NET_RETRY="0", **env)
    command = [cargo, "owner", "--list", "--registry", "corp", "foo"]
    subprocess.run(command, cwd=tmp_path, env=env, check=False, capture_output=True, timeout=SECONDS)
    assert proxy.requests[-1][0] == "registry.example:443"
    (tmp_path / ".gitconfig").write_text("[http\n")
    assert ask(token=behind.issue(), **request)["verdict"] == "no-answer"


def test_no_proxy(ask, behind, nginx, authority, proxy):
    ask.env |= {"https_proxy": proxy.url, "no_proxy": "127.0.0.1"}
    assert ask(token=behind.issue(), api=nginx.url(GOOD), cainfo=str(authority.path))["verdict"] == "revoked-unchecked"
    assert proxy.requests == []


def test_a_proxy_that_wants_a_password(ask, behind, nginx, authority):
    with tls.Proxy({"crates.io:443": nginx.sites[CRATES_IO].port}, user="me:S3CRETpw") as proxy:
        request = {"api": "https://crates.io", "cainfo": str(authority.path)}
        refused = ask(token=behind.issue(), **request, proxy=proxy.url)
        assert refused["verdict"] == "no-answer" and "407" in refused["detail"]
        with_password = proxy.url.replace("//", "//me:S3CRETpw@")
        assert ask(token=behind.issue(), **request, proxy=with_password)["verdict"] == "revoked-unchecked"
        wrong = ask(token=behind.issue(), **request, proxy=proxy.url.replace("//", "//me:S3CRETno@"))
        assert wrong["verdict"] == "no-answer" and "S3CRET" not in str(wrong)


def test_a_proxy_that_refuses(ask, behind, authority, proxy):
    answer = ask(token=behind.issue(), api="https://other.example", proxy=proxy.url, cainfo=str(authority.path))
    assert answer["verdict"] == "no-answer" and "403" in answer["detail"]


def test_a_proxy_that_is_not_there(ask):
    for proxy in ("http://127.0.0.1:1", "http://proxy.invalid:80"):
        assert ask(token="cioS3CRET", api="https://crates.io", proxy=proxy)["verdict"] == "no-answer"


def test_a_proxy_sees_no_token_of_plain_http(ask, behind, proxy):
    """http is for this machine alone; a proxy would be handed the token."""
    ask.env |= {"http_proxy": proxy.url, "all_proxy": proxy.url}
    assert ask(token=behind.issue(), api=behind.url, proxy=proxy.url)["verdict"] == "revoked-unchecked"
    assert proxy.requests == []


@pytest.mark.parametrize(
    "proxy",
    [
        "http://me:S3CRETpw@[::bad/", "me:S3CRETpw@127.0.0.1:1", "foo://me:S3CRETpw@127.0.0.1:1", "http://me:S3CRETpw@proxy.invalid:80",
        "http://me:S3CRETpw@127.0.0.1:99999", "http://me:S3CRET%20pw@127.0.0.1:1/", "http://S3CRET-user@127.0.0.1:1",
        "http://:S3CRETpw@127.0.0.1:x",
    ],
)  # fmt: skip
def test_the_password_of_a_proxy_is_not_shown(ask, proxy):
    answer = ask(token="cioS3CRET", api="https://crates.io", proxy=proxy)
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
