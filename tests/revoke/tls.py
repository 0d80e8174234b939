"""TLS, redirects and proxies on the loopback device: a certificate authority of the test's own, nginx, and a proxy.

    authority = Authority(directory)                        # openssl makes it, and what it signs
    with Registry() as registry, Nginx(directory, [
        Site(authority.sign("good", "127.0.0.1"), to=registry.url),
    ]) as nginx:
        nginx.url(0)                                        # https://127.0.0.1:PORT, for who trusts authority.path

nginx has no CONNECT, so `Proxy` is our own. It can also connect a client that asks for crates.io:443 to a stand-in.
"""

import base64
import contextlib
import dataclasses
import os
import pathlib
import shutil
import socket
import subprocess
import threading
import time

import loopback

SECONDS = 20  # nothing here takes as long
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"  # which is not in everyone's PATH


@dataclasses.dataclass
class Certificate:
    path: pathlib.Path  # the chain, PEM
    key: pathlib.Path


class Authority:
    """Its own certificate is at `path`, for http.cainfo. Keys on a curve: those of RSA take seconds to make."""

    def __init__(self, directory, name="authority"):
        self.directory = pathlib.Path(directory) / name
        self.directory.mkdir()
        self.key, self.path = self.directory / "ca.key", self.directory / "ca.pem"
        self.openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.key)
        self.openssl(
            "req", "-x509", "-new", "-key", self.key, "-out", self.path, "-days", "30", "-subj", f"/CN=Test {name}",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
        )  # fmt: skip

    def openssl(self, *arguments, **options):
        done = subprocess.run(
            ["openssl", *map(str, arguments)], cwd=self.directory, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=SECONDS, check=False, **options,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def sign(self, name, *hosts, end="20991231235959Z"):
        """A certificate for these names and addresses that is valid from 2020 until then."""
        key, request, path = (self.directory / f"{name}.{kind}" for kind in ("key", "csr", "pem"))
        names = ",".join(f"IP:{host}" if host.replace(".", "").isdigit() else f"DNS:{host}" for host in hosts)
        extensions = self.directory / f"{name}.ext"
        extensions.write_text(f"subjectAltName={names}\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n")
        (self.directory / "index").touch()
        (self.directory / "ca.cnf").write_text(
            f"[ca]\ndefault_ca=test\n[test]\ndatabase={self.directory}/index\nnew_certs_dir={self.directory}\nrand_serial=yes\n"
            "unique_subject=no\ndefault_md=sha256\npolicy=names\n[names]\ncommonName=supplied\n"
        )
        self.openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
        self.openssl("req", "-new", "-key", key, "-out", request, "-subj", f"/CN={hosts[0]}")
        self.openssl(
            "ca", "-batch", "-notext", "-config", "ca.cnf", "-in", request, "-cert", self.path, "-keyfile", self.key, "-out", path,
            "-startdate", "20200101000000Z", "-enddate", end, "-extfile", extensions,
        )  # fmt: skip
        return Certificate(path, key)


@dataclasses.dataclass
class Site:
    """One port of nginx: passes on to `to`, or does what `does` says in nginx's words."""

    certificate: Certificate = None  # None: plain HTTP
    to: str = None
    does: str = None
    more: str = ""  # of the server block, such as "ssl_protocols TLSv1.2;"
    port: int = 0

    def block(self):
        tls = f"ssl_certificate {self.certificate.path}; ssl_certificate_key {self.certificate.key};" if self.certificate else ""
        does = self.does or f"proxy_pass {self.to}; proxy_set_header Host $http_host;"
        listen = f"127.0.0.1:{self.port}" + (" ssl" if self.certificate else "")
        return f"server {{ listen {listen}; {tls} {self.more} location / {{ {does} }} }}\n"


def free_ports(count):
    """Held all at once, so that they differ; nginx takes them a moment later."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


class Nginx:
    """A context manager; returns when each port takes connections."""

    def __init__(self, directory, sites):
        self.directory = pathlib.Path(directory) / "nginx"
        self.sites = sites
        self.log = self.directory / "access.log"
        self.process = None

    def url(self, number):
        site = self.sites[number]
        return f"{'https' if site.certificate else 'http'}://127.0.0.1:{site.port}"

    def configure(self):
        for site, port in zip(self.sites, free_ports(len(self.sites))):
            site.port = port
        places = " ".join(f"{kind}_temp_path {self.directory}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;\n" if os.geteuid() == 0 else ""  # else it could not read the keys
        (self.directory / "nginx.conf").write_text(
            f"daemon off;\nworker_processes 1;\npid {self.directory}/pid;\n{user}error_log {self.directory}/error.log;\n"
            f"events {{ }}\nhttp {{ access_log {self.log}; {places}\n{''.join(site.block() for site in self.sites)}}}\n"
        )

    def start(self):
        self.configure()
        self.process = subprocess.Popen(
            [NGINX, "-p", str(self.directory), "-e", str(self.directory / "error.log"), "-c", str(self.directory / "nginx.conf")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            if all(self.listens(site.port) for site in self.sites):
                return True
            time.sleep(0.01)  # it has no way to say that it is ready
        return False

    @staticmethod
    def listens(port):
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", port)) == 0

    def __enter__(self):
        self.directory.mkdir()
        if self.start():
            return self
        self.end()
        if self.start():  # someone may have taken one of the ports
            return self
        self.end()
        raise AssertionError((self.directory / "error.log").read_text())

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=SECONDS)

    def __exit__(self, *_):
        self.end()


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
