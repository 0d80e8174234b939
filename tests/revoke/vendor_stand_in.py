"""Stand-ins for the servers of other makes that host cargo registries, one row of a table each.

What they answer is shaped by the vendors' sources or documentation:

    GitLab       gitlabhq/gitlabhq: lib/api/personal_access_tokens/self_information.rb, lib/api/api_guard.rb,
                 lib/api/helpers/personal_access_tokens_helpers.rb, lib/api/entities/personal_access_token.rb
    Gitea        go-gitea/gitea: routers/api/v1/token/token.go, routers/api/v1/api.go (apiAuth), modules/auth/httpauth
    Artifactory  JFrog's REST documentation (Get Token by ID, Revoke Token by ID); its source is not public

    with Vendor("GitLab") as server:
        token = server.issue()
        ...                                     # point a client at server.root, or at server.index
        assert not server.alive(token)
"""

import dataclasses
import itertools

from registry_stand_in import Answer, Server

serial = itertools.count(1)


@dataclasses.dataclass(frozen=True)
class Kind:
    route: str
    schemes: tuple  # that it understands, in lower case
    index: str  # a path below the root
    facts: dict  # the answer to a check of a valid token
    revoked: Answer
    unknown: Answer
    who: str
    scopes: str
    expires: str


KINDS = {
    "Artifactory": Kind(
        route="/access/api/v1/tokens/me",
        schemes=("bearer",),
        index="/artifactory/api/cargo/crates-local/index/",
        facts={
            "token_id": "7e0eec2b", "subject": "jfac@01/users/ada", "expiry": 1798761600, "issued_at": 1767225600,
            "issuer": "jfac@01", "scope": "applied-permissions/user", "refreshable": False,
        },
        revoked=Answer(200),
        unknown=Answer(401, {"errors": [{"code": "UNAUTHORIZED", "message": "Token validation failed"}]}),
        who="ada",
        scopes="applied-permissions/user",
        expires="2027-01-01",
    ),
    "GitLab": Kind(
        route="/api/v4/personal_access_tokens/self",
        schemes=("bearer",),
        index="/api/v4/projects/42/packages/cargo/",
        facts={
            "id": 17, "name": "cargo on laptop", "revoked": False, "created_at": "2026-01-02T03:04:05.000Z", "scopes": ["api", "read_registry"],
            "user_id": 5, "last_used_at": None, "active": True, "expires_at": "2027-02-03",
        },
        revoked=Answer(204),
        unknown=Answer(401, {"message": "401 Unauthorized"}),
        who="cargo on laptop",
        scopes="api read_registry",
        expires="2027-02-03",
    ),
    "Gitea": Kind(
        route="/api/v1/token",
        schemes=("token", "bearer"),
        index="/api/packages/ada/cargo/",
        facts={
            "id": 3, "name": "ci", "scopes": ["write:package"], "created_at": "2026-01-02T03:04:05Z", "last_used_at": "2026-01-02T03:04:05Z",
            "user": {"id": 1, "login": "ada"},
        },
        revoked=Answer(204),
        unknown=Answer(401, {"message": "invalid username, password or token", "url": "https://gitea.example/api/swagger"}),
        who="ci of ada",
        scopes="write:package",
        expires=None,
    ),
}  # fmt: skip


class Vendor(Server):
    """`answers` are for the next calls with a method, in place of the server's own; None is its own."""

    def __init__(self, kind, below=""):
        super().__init__()
        self.kind = KINDS[kind]
        self.below = below
        self.root = self.url + below
        self.index = f"sparse+{self.root}{self.kind.index}"
        self.answers = {"GET": [], "DELETE": []}
        self.lag = 0  # checks for which a revoked token is still valid
        self.tokens = {}

    def issue(self):
        token = f"S3CRET{next(serial):034}"
        self.tokens[token] = True
        return token

    def alive(self, token):
        return self.tokens.get(token, False)

    def methods(self):
        return [request.method for request in self.requests]

    def respond(self, request):
        if request.path != self.below + self.kind.route:
            return Answer(404, {"message": "Not Found"})
        if self.answers[request.method]:
            answer = self.answers[request.method].pop(0)
            if answer is not None:
                return answer
        scheme, _, token = (request.header("Authorization") or "").partition(" ")
        known = scheme.lower() in self.kind.schemes and token in self.tokens
        if known and not self.tokens[token] and self.lag > 0 and request.method == "GET":
            self.lag -= 1
        elif not known or not self.tokens[token]:
            return self.kind.unknown
        if request.method == "DELETE":
            self.tokens[token] = False
            return self.kind.revoked
        return Answer(200, self.kind.facts)
