"""HTTP servers on the loopback device, which most suites need in some form."""

import http.server
import json
import threading


class Server(http.server.ThreadingHTTPServer):
    """A context manager. `url` is where it is; `requests` is for what the handler records."""

    daemon_threads = True

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.requests = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def handle_error(self, *_):
        """Ignores clients that close the connection."""


class Handler(http.server.BaseHTTPRequestHandler):
    timeout = 20

    def answer(self, body=b"", status=200, headers=()):
        """Sends bytes as they are, and anything else as JSON."""
        plain = isinstance(body, bytes)
        text = body if plain else json.dumps(body).encode()
        sent = {} if status == 204 else {"Content-Length": str(len(text))}
        sent |= {} if plain else {"Content-Type": "application/json"}
        self.send_response(status)
        for name, value in (sent | dict(headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass
