"""The registries of the truth test: any index on the loopback device, and crates.io behind a proxy with a certificate of our own.

Each request for a crate's owners is noted as (index, token), each one for an index's config.json as (index, None).
"""

import http.server
import json
import ssl
import threading

import tls


class Servers:
    def __init__(self, directory):
        authority = tls.Authority(directory)
        hosts = ("crates.io", "index.crates.io")
        self.asked, self.ca = [], authority.path
        self.plain = Server(self.asked)
        self.crates_io = Server(self.asked, authority.sign("crates-io", *hosts))
        self.relay = tls.Proxy({f"{host}:443": self.crates_io.server_port for host in hosts})
        self.port, self.proxy = self.plain.server_port, self.relay.url

    def close(self):
        for server in (self.plain, self.crates_io, self.relay):
            server.shutdown()
            server.server_close()


class Server(http.server.ThreadingHTTPServer):
    def __init__(self, asked, certificate=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked, self.url = asked, f"http://127.0.0.1:{self.server_port}"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.path, certificate.key)
            self.socket = context.wrap_socket(self.socket, server_side=True)
            self.url = "https://crates.io"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        is_plain = self.server.url.startswith("http:")
        index = self.path.split("/")[1] if is_plain else "crates-io"
        here = f"{self.server.url}/{index}" if is_plain else self.server.url
        self.server.asked.append((index, self.headers["Authorization"]))
        body = json.dumps({"dl": f"{here}/dl", "api": here} if self.path.endswith("/config.json") else {"users": []}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
