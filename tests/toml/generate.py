"""Random TOML documents, from a seed.

Each document is written twice with one meaning: as `text`, with all that TOML 1.1 allows, and as `plain`, in TOML 1.0 for
tomllib. A name is now and then used again, so that some documents are faulty.
"""

import random

NAMES = ["token", "registry", "registries", "my-reg", "a", "b_c", "42", "index"]
QUOTED = ['"q k"', "'l.k'", '"\\u00e9"', '""', "'#'", '"token"']
SCALARS = ["1", '"x\\u0000y"', "-7", "0xff", "1_000", "true", "false", "1.5", "-2e3", "inf", "'lit # \\'", '"b\\"a\\\\"', '"é\\n"', '"# no"',
           "1979-05-27", "1979-05-27T07:32:00Z", "07:32:00", "1979-05-27 07:32:00.5", "''", '"}"', "'],'",
           '"""one\n# two\n"""', "'''\nl = 1 # no\n'''", '"""\\\n   x"""', "''''q''''", '"""\r\nw\r\n"""']
NEW_SCALARS = [('"\\e"', '"\\u001b"'), ('"\\x41\\xe9"', '"A\\u00e9"'), ("07:32", "07:32:00"),
               ("1979-05-27T07:32Z", "1979-05-27T07:32:00Z")]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.number = 0
        self.text = []
        self.plain = []
        self.comments = []  # those on a line of their own: no cut may take one
        self.newline = self.random.choice(["\n", "\n", "\n", "\r\n"])

    def chance(self, probability):
        return self.random.random() < probability

    def blank(self):
        return self.random.choice(["", "", " ", " ", "  ", "\t"])

    def comment(self):
        self.number += 1
        return f"# note {self.number} é \" ' }} ]"

    def part(self):
        if self.chance(0.15):
            return self.random.choice(QUOTED)
        name = self.random.choice(NAMES)
        if self.chance(0.8):
            self.number += 1
            name += str(self.number)
        return name

    def key(self, most=3):
        return (self.blank() + "." + self.blank()).join(self.part() for _ in range(self.random.randint(1, most)))

    def gap(self, lines):
        """What may stand between the pieces of an array or a TOML 1.1 inline table."""
        gap = self.blank()
        if not lines or self.chance(0.5):
            return gap
        for _ in range(self.random.randint(1, 2)):
            roll = self.random.random()
            if roll < 0.3:
                gap += self.comment()
            elif roll < 0.5:
                note = self.comment()
                self.comments.append(note)
                gap += self.newline + "  " + note
            gap += self.newline + self.blank()
        return gap

    def array(self, depth):
        text, plain = "[", "["
        lines = self.chance(0.4)
        for position in range(self.random.randint(0, 3)):
            if position:
                text, plain = text + ",", plain + ","
            inner, inner_plain = self.value(depth + 1)
            text += self.gap(lines) + inner + self.gap(lines)
            plain += inner_plain
        return text + self.gap(lines) + "]", plain + "]"

    def inline(self, depth):
        text, plain = "{", "{"
        lines = self.chance(0.4)
        count = self.random.randint(0, 4)
        for position in range(count):
            key = self.key(2)
            inner, inner_plain = self.value(depth + 1)
            text += self.gap(lines) + key + self.blank() + "=" + self.blank() + inner + self.gap(lines)
            plain += key + "=" + inner_plain
            if position < count - 1:
                text, plain = text + ",", plain + ","
            elif self.chance(0.3):
                text += ","
        return text + self.gap(lines) + "}", plain + "}"

    def value(self, depth=0):
        roll = self.random.random()
        if depth < 3 and roll < 0.12:
            return self.array(depth)
        if depth < 3 and roll < 0.35:
            return self.inline(depth)
        if roll < 0.42:
            return self.random.choice(NEW_SCALARS)
        scalar = self.random.choice(SCALARS)
        return scalar, scalar

    def write(self, text, plain=None):
        self.text.append(text)
        self.plain.append(text if plain is None else plain)

    def end_line(self):
        self.write(self.blank())
        if self.chance(0.2):
            self.write(self.comment())
        self.write(self.newline)

    def between(self):
        while self.chance(0.25):
            if self.chance(0.6):
                note = self.comment()
                self.comments.append(note)
                self.write(self.blank() + note)
            self.write(self.newline)

    def pairs(self):
        for _ in range(self.random.randint(0, 4)):
            self.between()
            value, plain = self.value()
            self.write(self.blank() + self.key() + self.blank() + "=" + self.blank())
            self.write(value, plain)
            self.end_line()

    def document(self):
        if self.chance(0.1):
            self.write("\ufeff", "")
        self.pairs()
        headers = []
        for _ in range(self.random.randint(0, 5)):
            self.between()
            if headers and self.chance(0.3):
                header = self.random.choice(headers)
                header = (header[0] + "." + self.part(), False) if self.chance(0.6) else header
            else:
                header = (self.key(), self.chance(0.3))
            headers.append(header)
            self.write("[[" + header[0] + "]]" if header[1] else "[" + self.blank() + header[0] + self.blank() + "]")
            self.end_line()
            self.pairs()
        self.between()
        text, plain = "".join(self.text), "".join(self.plain)
        if self.chance(0.2):
            text = text.removesuffix(self.newline)
        return text.encode(), plain


def document(seed):
    """(text, plain, comments on lines of their own)"""
    generator = Generator(seed)
    text, plain = generator.document()
    return text, plain, generator.comments


PIECES = [b"'", b'"', b'"""', b"'''", b"[", b"]", b"{", b"}", b"=", b".", b",", b"#", b"\n", b"\r", b"\r\n", b" ", b"\t", b"\\", b"_", b"+",
          b"-", b"0", b"0x", b"1e", b"1e999", b"\x00", b"\x01", b"\x7f", "é".encode(), b"a", b"token = x", b"99999999999999999999", b"1979-02-30",
          b"\\u12", b"\xef\xbb\xbf", b"[[a]]", b"[a]", b"a.b = 1", b"a = 1", b"true", b":", b"T"]


def mutated(seed):
    """A generated document after some accidents; still UTF-8."""
    rng = random.Random(f"mutated {seed}")
    text = bytearray(document(seed)[0])
    for _ in range(rng.randint(1, 3)):
        at = rng.randint(0, len(text))
        roll = rng.random()
        if roll < 0.45:
            text[at:at] = rng.choice(PIECES)
        elif roll < 0.75:
            del text[at:at + rng.randint(1, 4)]
        elif roll < 0.85:
            del text[at:]
        else:
            end = min(len(text), at + rng.randint(1, 12))
            text[at:at] = text[at:end]
    return bytes(text).decode("utf-8", "ignore").encode()
