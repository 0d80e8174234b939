"""The registries of the truth test: any index on the loopback device, and crates.io behind a proxy with a certificate of our own.

Each request for a crate's owners is noted as (index, token), each one for an index's config.json as (index, None).
"""

import loopback
import tls


class Servers:
    def __init__(self, directory):
        authority = tls.Authority(directory)
        hosts = ("crates.io", "index.crates.io")
        self.asked, self.ca = [], authority.path
        self.plain = loopback.Server(Handler)
        self.crates_io = tls.Server(Handler, authority.sign("crates-io", *hosts))
        self.crates_io.url = "https://crates.io"
        self.relay = tls.Proxy({f"{host}:443": self.crates_io.server_port for host in hosts})
        self.port, self.proxy = self.plain.server_port, self.relay.url
        self.plain.requests = self.crates_io.requests = self.asked

    def close(self):
        for server in (self.plain, self.crates_io, self.relay):
            server.__exit__()


class Handler(loopback.Handler):
    def do_GET(self):
        is_plain = self.server.url.startswith("http:")
        index = self.path.split("/")[1] if is_plain else "crates-io"
        here = f"{self.server.url}/{index}" if is_plain else self.server.url
        self.server.requests.append((index, self.headers["Authorization"]))
        self.answer({"dl": f"{here}/dl", "api": here} if self.path.endswith("/config.json") else {"users": []})
