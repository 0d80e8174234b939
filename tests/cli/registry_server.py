"""A registry on the loopback device, which records the Authorization headers that cargo sends."""

import loopback


class Handler(loopback.Handler):
    def do_GET(self):
        self.answer({"dl": self.server.url, "api": self.server.url})

    def do_DELETE(self):
        self.server.authorizations.append(self.headers["Authorization"])
        self.answer({"ok": True})


class Registry(loopback.Server):
    """`authorizations` are the headers of the calls to the API."""

    def __init__(self):
        super().__init__(Handler)
        self.index = f"sparse+{self.url}/index/"
        self.authorizations = []
