"""A registry on the loopback device, which records the Authorization headers that cargo sends."""

import http.server
import json
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, message):
        body = json.dumps(message).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer({"dl": self.server.url, "api": self.server.url})

    def do_DELETE(self):
        self.server.authorizations.append(self.headers["Authorization"])
        self.answer({"ok": True})

    def log_message(self, *_):
        pass


class Registry(http.server.ThreadingHTTPServer):
    """A context manager. `authorizations` are the headers of the calls to the API."""

    def __init__(self, handler=Handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.index = f"sparse+{self.url}/index/"
        self.authorizations = []
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
