"""TLS and proxies on the loopback device: a certificate authority of the test's own, and a proxy that knows CONNECT.

    authority = Authority(directory)                        # openssl makes it, and what it signs
    with Registry() as registry, Site(registry, authority.sign("good", "127.0.0.1")) as site:
        site.url                                            # https://127.0.0.1:PORT, for clients that trust authority.path
"""

import base64
import contextlib
import pathlib
import socket
import ssl
import subprocess
import threading

import loopback

SECONDS = 20  # nothing here takes as long


NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")  # a key of RSA takes seconds to make


class Authority:
    """Its own certificate is at `path`, for http.cainfo."""

    def __init__(self, directory, name="authority"):
        self.directory = pathlib.Path(directory) / name
        self.directory.mkdir()
        self.key, self.path = self.directory / "ca.key", self.directory / "ca.pem"
        self.openssl(
            "req", "-x509", *NEW_KEY, "-keyout", self.key, "-out", self.path, "-days", "30", "-subj", f"/CN=Test {name}",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign",
        )  # fmt: skip
        (self.directory / "index").touch()
        (self.directory / "ca.cnf").write_text(
            f"[ca]\ndefault_ca=test\n[test]\ndatabase={self.directory}/index\nnew_certs_dir={self.directory}\nrand_serial=yes\n"
            "unique_subject=no\ndefault_md=sha256\ncopy_extensions=copy\npolicy=names\n[names]\ncommonName=supplied\n"
        )

    def openssl(self, *arguments):
        command = ["openssl", *map(str, arguments)]
        done = subprocess.run(command, cwd=self.directory, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False)
        assert done.returncode == 0, done.stderr

    def sign(self, name, *hosts, end="20991231235959Z"):
        """The context of a server for these names and addresses. Its certificate is valid from 2020 until then."""
        key, request, path = (self.directory / f"{name}.{kind}" for kind in ("key", "csr", "pem"))
        names = ",".join(f"IP:{host}" if host.replace(".", "").isdigit() else f"DNS:{host}" for host in hosts)
        self.openssl(
            "req", "-new", *NEW_KEY, "-keyout", key, "-out", request, "-subj", f"/CN={hosts[0]}",
            "-addext", f"subjectAltName={names}", "-addext", "extendedKeyUsage=serverAuth",
        )  # fmt: skip
        self.openssl(
            "ca", "-batch", "-notext", "-config", "ca.cnf", "-in", request, "-cert", self.path, "-keyfile", self.key, "-out", path,
            "-startdate", "20200101000000Z", "-enddate", end,
        )  # fmt: skip
        return context(path, key)


def context(path, key):
    """For servers with this chain of certificates."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path, key)
    return server


class Server(loopback.Server):
    def __init__(self, handler, context):
        self.context = context
        super().__init__(handler)
        self.url = self.url.replace("http:", "https:")

    def get_request(self):
        """The handshake is left to the thread of the connection."""
        connection, address = super().get_request()
        return self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address


class Site(Server):
    """A registry's stand-in on another port, with TLS. Its requests are the registry's."""

    def __init__(self, registry, context):
        self.registry, self.lock = registry, registry.lock
        super().__init__(registry.RequestHandlerClass, context)
        self.requests = registry.requests

    def respond(self, request):
        return self.registry.respond(request)


class Proxy(loopback.Server):
    """An HTTP proxy that knows CONNECT only. `routes` says where a host goes: {"crates.io:443": PORT}; others are refused.

    With `user`, "name:password", it wants to be told so. `requests` is what clients asked for, with their headers.
    """

    def __init__(self, routes, user=None):
        super().__init__(ProxyHandler)
        self.routes, self.user = routes, user


class ProxyHandler(loopback.Handler):
    protocol_version = "HTTP/1.1"

    def do_CONNECT(self):
        self.server.requests.append((self.path, self.headers.items()))
        self.close_connection = True
        wanted = self.server.user and "Basic " + base64.b64encode(self.server.user.encode()).decode()
        if wanted and self.headers["Proxy-Authorization"] != wanted:
            self.answer(status=407, headers={"Proxy-Authenticate": 'Basic realm="test"'})
            return
        if self.path not in self.server.routes:
            self.send_error(403)
            return
        with socket.create_connection(("127.0.0.1", self.server.routes[self.path]), SECONDS) as server:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=pump, args=(server, self.connection), daemon=True)
            back.start()
            pump(self.connection, server)
            back.join(SECONDS)


def pump(source, target):
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
