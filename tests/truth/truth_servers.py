"""The registries of the truth test: any index on the loopback device, and crates.io behind a proxy with a certificate of our own.

Each request for a crate's owners is noted as (index, token), each one for an index's config.json as (index, None).
"""

import http.server
import json
import re
import socket
import ssl
import subprocess
import threading


class Servers:
    def __init__(self, directory):
        self.asked = []
        self.plain = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.plain.asked, self.port = self.asked, self.plain.server_port
        threading.Thread(target=self.plain.serve_forever, args=(0.05,), daemon=True).start()
        self.ca, key = directory / "ca.pem", directory / "ca.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-keyout", key, "-out", self.ca, "-subj", "/CN=ours", "-addext", "subjectAltName=DNS:crates.io,DNS:index.crates.io"],
            check=True, capture_output=True,
        )  # fmt: skip
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(self.ca, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.proxy = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()
        self.plain.shutdown()
        self.plain.server_close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._crates_io, args=(connection,), daemon=True).start()

    def _crates_io(self, connection):
        try:
            connection.settimeout(20)
            host = _head(connection).split()[1].split(":")[0]
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with self.tls.wrap_socket(connection, server_side=True) as stream:
                while head := _head(stream):
                    self.asked.append(("crates-io", next(iter(re.findall(r"(?im)^authorization: *(.*?)\r$", head)), None)))
                    body = {"dl": f"https://{host}/dl", "api": "https://crates.io"} if "config.json" in head else {"users": []}
                    text = json.dumps(body).encode()
                    stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text))
        except (OSError, IndexError):
            pass


def _head(stream):
    text = b""
    while not text.endswith(b"\r\n\r\n") and (more := stream.recv(1)):
        text += more
    return text.decode(errors="replace")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        index = self.path.split("/")[1]
        self.server.asked.append((index, self.headers["Authorization"]))
        here = f"http://127.0.0.1:{self.server.server_port}/{index}"
        body = json.dumps({"dl": here, "api": here} if self.path.endswith("/config.json") else {"users": []}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
