"""Random worlds. A seed gives a list of features, and any part of the list gives a world, so that a failing world can be reduced."""

import random

from stage import TEMPERS, World

NAMES = ["r", "foo", "my-reg", "my_reg", "ünï", "Foo", "x-y_z"]
INDEXES = ["i1", "i1", "i1", "i2", "i2", "i1.git", "crates-io"]
LAYOUTS = [  # CARGO_HOME, the working directory, the directories with `.cargo` above it
    ("h/.cargo", "h/w/p", ["h/w/p/.cargo", "h/w/.cargo"]),
    ("h/.cargo", "h/w/p", ["h/w/p/.cargo", "h/w/.cargo"]),
    ("ch", "h/w/p", ["h/w/p/.cargo", "h/w/.cargo", "h/.cargo"]),
    ("h/w/.cargo", "h/w/p", ["h/w/p/.cargo", "h/.cargo"]),
    ("h/.cargo", "x/p", ["x/p/.cargo", "x/.cargo"]),
    ("link", "h/w/p", ["h/w/p/.cargo", "h/.cargo"]),
    ("h/w/../.cargo", "h/w/p", ["h/w/p/.cargo"]),
]


def part(name):
    return name.upper().replace("-", "_")


def url(index):
    return "sparse+https://index.crates.io/" if index == "crates-io" else f"sparse+http://127.0.0.1:$PORT/{index}/"


class Maker:
    """Chooses. A feature is (method, arguments); nothing of another feature changes if it is left out."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.home, self.cwd, self.projects = self.pick(*LAYOUTS)
        self.names = self.random.sample(NAMES, self.random.randint(1, 3)) + (["crates-io"] if self.chance(3) else [])
        self.programs = [f"p{number}" for number in range(self.random.randint(0, 2))]
        self.style = self.pick("dotted", "tables")
        self.spelling = {}  # of the files, by directory
        self.tokens = 0
        self.features = []

    def pick(self, *choices):
        return self.random.choice(choices)

    def chance(self, one_in):
        return self.random.randrange(one_in) == 0

    def file(self, directory, name):
        if self.chance(12):
            return f"{directory}/{self.pick(name, name + '.toml')}"  # now and then both
        if directory not in self.spelling:
            self.spelling[directory] = self.pick(".toml", ".toml", ".toml", "")
        return f"{directory}/{name}{self.spelling[directory]}"

    def config_file(self):
        where = self.random.randrange(10)
        if where < 4:
            return self.file(self.home, "config")
        if where < 8 and self.projects:
            return self.file(self.pick(*self.projects), "config")
        return self.include(self.file(self.pick(self.home, *self.projects), "config"))

    def include(self, file, name="more.toml"):
        """The file that another one includes now."""
        directory = file.rsplit("/", 1)[0]
        kind = self.random.randrange(5)
        if kind < 3:
            written, path = self.pick((name, f"{directory}/{name}"), (f"sub/{name}", f"{directory}/sub/{name}"))
        elif kind == 3:
            link = f"ln{len(self.features)}"  # two directories can be the same one
            self.features.append(("link", f"{directory}/{link}", f"$TOP/far/{link}/deep"))
            written = f"{link}/../{name}"  # cargo before 1.97 goes through the link
            path = self.pick(f"{directory}/{name}", f"far/{link}/{name}")
            other = f"{directory}/{name}" if path.startswith("far") else f"far/{link}/{name}"
            self.features.append(("touch", path))
            self.features.append(("touch", other))
        else:
            written, path = f"../{name}", f"{directory.rsplit('/', 1)[0] if '/' in directory else '.'}/{name}"
        self.features.append(("include", file, written, path))
        return path

    def token(self):
        self.tokens += 1
        return "" if self.chance(15) else f"T{self.tokens}"

    def set(self, name, key, value, tokens=False):
        """A setting of a registry, somewhere; credentials only where cargo reads them."""
        table = ("registry",) if name == "crates-io" and key != "index" else ("registries", name)
        where = self.random.randrange(12)
        if tokens and where < 6:
            file = self.file(self.home, "credentials")
            if self.chance(6):
                file = self.include(file, "credentials-more.toml")
            self.features.append(("put", file, (*table, key), value))
        elif where == 6 or (where == 7 and name == "crates-io"):
            variable = "_".join(["CARGO", *map(part, table), part(key)])
            if self.chance(15):
                variable = variable.replace("REGISTR", "registr")
            self.features.append(("env", variable, value))
        elif where == 7 and not tokens and name.isascii():
            self.features.append(("config", f'{".".join(table)}.{key}="{value}"'))
        elif where == 8:
            self.features.append(("put", self.pick("arg.toml", "x/arg2.toml"), (*table, key), value))
        else:
            self.features.append(("put", self.config_file(), (*table, key), value))

    def provider(self):
        if self.programs and not self.chance(3):
            name = self.pick(*self.programs)
            return self.pick(f"$TOP/bin/{name}", f"$TOP/bin/{name}", f"$TOP/bin/{name} word", f"cargo:token-from-stdout $TOP/bin/{name}", "mine", "cargo:odd")
        return self.pick("cargo:token", "cargo:token", "cargo:wincred", "mine")

    def make(self):
        for name in self.names:
            for _ in range(self.pick(1, 1, 1, 2)):
                if name != "crates-io":
                    self.set(name, "index", url(self.pick(*INDEXES)))
            for _ in range(self.pick(0, 1, 1, 2)):
                self.set(name, "token", self.token(), tokens=True)
            if self.chance(4):
                self.set(name, "credential-provider", self.provider())
        if self.chance(10):
            self.features.append(("put", self.file(self.home, "credentials"), ("registries", "crates-io", "token"), self.token()))
        if self.chance(10):
            name = self.pick(*NAMES)
            self.features.append(("env", f"CARGO_REGISTRIES_{part(name)}_TOKEN", self.token()))
        for _ in range(self.pick(0, 0, 1, 2)):
            listed = [self.provider() for _ in range(self.pick(1, 2, 2))]
            if self.chance(5):
                self.features.append(("env", "CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS", " ".join(word.split()[-1] for word in listed)))
            else:
                self.features.append(("put", self.config_file(), ("registry", "global-credential-providers"), listed))
        if self.programs and self.chance(2):
            alias = [f"$TOP/bin/{self.pick(*self.programs)}", *self.pick([], ["word"])]
            self.features.append(("put", self.config_file(), ("credential-alias", self.pick("mine", "mine", "cargo:odd")), alias))
        for name in self.programs:
            self.features.append(("program", name, self.pick(*TEMPERS)))
        self.default = "crates-io"
        if self.chance(6):
            self.default = self.pick(*self.names)
            self.features.append(("put", self.file(self.home, "config").removesuffix(".toml"), ("registry", "default"), self.default))
        named = ["--registry", self.pick(*self.names)]
        command = self.pick(named, named, ["--all"], [] if self.default != "crates-io" else named)
        self.command = command + self.pick([], [], [], ["--everywhere"])
        return self


def quoted(value):
    return f'"{value}"' if isinstance(value, str) else f"[{', '.join(map(quoted, value))}]"


def key_of(path):
    return ".".join(key if key.isascii() and ":" not in key else f'"{key}"' for key in path)


def render(keys, includes, style):
    """Text of a file; `keys` are paths and values."""
    lines = [f"include = [{', '.join(map(quoted, includes))}]"] if includes else []
    if style == "dotted":
        lines += [f"{key_of(path)} = {quoted(value)}" for path, value in keys.items()]
    else:
        for table in dict.fromkeys(path[:-1] for path in keys):
            lines.append(f"[{key_of(table)}]")
            lines += [f"{key_of(path[-1:])} = {quoted(value)}" for path, value in keys.items() if path[:-1] == table]
    return "\n".join(lines) + "\n"


def world_of(maker, features):
    files, includes, env, config, programs, links = {}, {}, {}, [], {}, {}
    for kind, *rest in features:
        if kind == "put":
            files.setdefault(rest[0], {}).setdefault(rest[1], rest[2])
        elif kind == "touch":
            files.setdefault(rest[0], {})
        elif kind == "include":
            files.setdefault(rest[0], {})
            files.setdefault(rest[2], {})
            if rest[1] not in includes.setdefault(rest[0], []):
                includes[rest[0]].append(rest[1])
        elif kind == "env":
            env.setdefault(rest[0], rest[1])
        elif kind == "config":
            config.append(rest[0])
        elif kind == "program":
            programs[rest[0]] = rest[1]
        elif kind == "link":
            links.setdefault(rest[0], rest[1])
    config += [f"$TOP/{file}" for file in ("arg.toml", "x/arg2.toml") if file in files]
    if maker.home == "link":
        links = {"link": "$TOP/h/.cargo"} | links
    texts = {file: render(keys, includes.get(file, []), maker.style) for file, keys in files.items()}
    return World(
        files=texts, names=list(dict.fromkeys([*maker.names, "crates-io"])), command=maker.command, links=links, env=env, config=config,
        programs=programs, home=maker.home, cwd=maker.cwd, default=maker.default,
    )  # fmt: skip


def smaller(maker, features, fails):
    """A part of the features with which it still fails."""
    at = 0
    while at < len(features):
        without = features[:at] + features[at + 1 :]
        if fails(world_of(maker, without)):
            features = without
        else:
            at += 1
    return features
