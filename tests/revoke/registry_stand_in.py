"""A stand-in for a registry's server, on the loopback device, as crates.io answers.

No server of a Rust registry is among Debian's packages, so this one takes its place. It is shaped by the source of
crates.io (rust-lang/crates.io of August 2026: src/auth.rs, controllers/token.rs, controllers/trustpub/tokens/revoke,
util/errors, middleware/require_user_agent.rs and cargo_compat.rs): which question is asked first, and the status and words of each
refusal. ROUTES has what it knows.

    with Registry() as registry:
        token = registry.issue()                      # or issue(scopes=("yank",)), issue(expired=True), issue_trusted()
        ...                                           # point a client at registry.index, or at registry.url as the API
        assert not registry.alive(token)
        assert registry.lines() == ["DELETE /api/v1/tokens/current"]
"""

import dataclasses
import itertools
import re
import threading
import urllib.parse

import loopback

TOKEN_FORMAT = (
    "The given API token does not match the format used by crates.io. Tokens generated before 2020-07-14 were generated with an "
    "insecure random number generator, and have been revoked. You can generate a new token at https://crates.io/me. For more "
    "information please see https://blog.rust-lang.org/2020/07/14/crates-io-security-advisory.html. We apologize for any inconvenience."
)
FAILED = "authentication failed"
WEBSITE_ONLY = "this action can only be performed on the crates.io website"
NOT_PERMITTED = "this token does not have the required permissions to perform this action"
serial = itertools.count(1)


@dataclasses.dataclass
class Token:
    scopes: tuple = None  # None: a token of before 2023, which may do all
    expired: bool = False
    revoked: bool = False


@dataclasses.dataclass
class Request:
    method: str
    path: str
    headers: list  # of (name, value), as they came
    body: bytes

    @property
    def line(self):
        return f"{self.method} {self.path}"

    def header(self, name):
        """None where it was not sent; a name that is sent twice is a fault of every client."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) <= 1, f"{name} is there {len(values)} times"
        return values[0] if values else None


@dataclasses.dataclass
class Answer:
    status: int
    body: object = b""  # bytes as they are, anything else as JSON
    headers: dict = dataclasses.field(default_factory=dict)


class Refusal(Exception):
    def __init__(self, status, detail, headers=()):
        super().__init__(detail)
        self.answer = Answer(status, {"errors": [{"detail": detail}]}, dict(headers))


class Server(loopback.Server):
    """`requests` has the requests in order."""

    def __init__(self):
        self.lock = threading.Lock()
        super().__init__(Handler)

    def lines(self):
        return [request.line for request in self.requests]


class Registry(Server):
    """Tests can change its members at any time."""

    def __init__(self):
        super().__init__()
        self.index = f"sparse+{self.url}/index/"
        self.api = self.url  # what config.json says; None: nothing
        self.config = None  # bytes: config.json as it is, whatever they are
        self.auth_required = False  # of the index and of all else
        self.prefix = "cio"  # of its tokens; "": they may be anything
        self.can_revoke = True  # else it is like the registries that know no such call
        self.answers = []  # for the next calls to the API, before anything is looked at; None: as it is
        self.tokens = {}
        self.trusted = set()

    def issue(self, token=None, **state):
        token = token or f"cioS3CRET{next(serial):027}"
        self.tokens[token] = Token(**state)
        return token

    def issue_trusted(self):
        token = f"cio_tp_S3CRET{next(serial):026}"
        self.trusted.add(token)
        return token

    def alive(self, token):
        state = self.tokens.get(token)
        return token in self.trusted or bool(state and not state.revoked and not state.expired)

    # What follows is the server's side, in the order in which crates.io asks.

    def respond(self, request):
        if self.answers and request.path.startswith("/api/"):
            answer = self.answers.pop(0)
            if answer is not None:
                return answer
        if not request.header("User-Agent"):
            raise Refusal(403, "We require that all requests include a `User-Agent` header.  To allow us to determine the impact ...")
        action = ROUTES.get(f"{request.method} {urllib.parse.urlsplit(request.path).path}")
        if not action:
            raise Refusal(404, "Not Found")
        return action(self, request)

    @staticmethod
    def authorization(request):
        """AuthHeader: the token, raw or as Bearer."""
        scheme, blank, token = (request.header("Authorization") or "").partition(" ")
        if blank and scheme.lower() != "bearer":
            raise Refusal(401, f"Invalid `Authorization` header: Found unexpected authentication scheme `{scheme}`")
        return token.strip() or scheme

    def check(self, request, scope=None, any_scope=False):
        """AuthCheck::check; the token's state."""
        token = self.authorization(request)
        if not token.startswith(self.prefix):
            raise Refusal(401, TOKEN_FORMAT)
        state = self.tokens.get(token)
        if state is None or state.revoked or state.expired:
            raise Refusal(403, FAILED)
        if not any_scope and state.scopes is not None and scope not in state.scopes:
            raise Refusal(403, NOT_PERMITTED)
        return state

    def revoke_current(self, request):
        if not self.can_revoke:
            raise Refusal(404, "Not Found")
        self.check(request).revoked = True
        return Answer(204)

    def me(self, request):
        if not self.can_revoke:
            raise Refusal(404, "Not Found")
        self.check(request, any_scope=True)
        raise Refusal(403, WEBSITE_ONLY)

    def revoke_trusted(self, request):
        """No question whether there is such a token: 204 in any case."""
        token = self.authorization(request)
        if not re.fullmatch(r"cio_tp_[0-9A-Za-z]{32}", token):
            raise Refusal(401, "Invalid `Authorization` header: Failed to parse token")
        self.trusted.discard(token)
        return Answer(204)

    def index_config(self, request):
        """A private index answers as cargo's documentation has it for registries with `auth-required`."""
        if self.auth_required and not self.alive(request.header("Authorization")):
            raise Refusal(401, "this index is for those with a token", {"WWW-Authenticate": f'Cargo login_url="{self.url}/me"'})
        if self.config is not None:
            return Answer(200, self.config)
        config = {"dl": f"{self.url}/dl", "api": self.api} | ({"auth-required": True} if self.auth_required else {})
        return Answer(200, {key: value for key, value in config.items() if value is not None})


ROUTES = {
    "DELETE /api/v1/tokens/current": Registry.revoke_current,
    "GET /api/v1/me": Registry.me,
    "DELETE /api/v1/trusted_publishing/tokens": Registry.revoke_trusted,
    "GET /index/config.json": Registry.index_config,
}


class Handler(loopback.Handler):
    protocol_version = "HTTP/1.1"

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, self.path, self.headers.items(), body)
        with self.server.lock:
            self.server.requests.append(request)
            try:
                answer = self.server.respond(request)
            except Refusal as refusal:
                answer = refusal.answer
        self.answer(answer.body, answer.status, answer.headers)

    do_GET = do_DELETE = do_PUT = do_POST = serve
