"""TOML texts that are large in one way: test_limits has the program work on them, ./bench how the time grows with them."""

import dataclasses
from collections.abc import Callable


@dataclasses.dataclass
class Taken:
    text: Callable[[int], str]  # of so many
    count: int
    memory: int  # MiB it may take: a node takes 96 bytes, and the check of a cut reads the result as a second tree


@dataclasses.dataclass
class Refused:
    text: Callable[[int], str]
    count: int
    word: str  # in the message


def lines(pattern):
    return lambda count: "".join(pattern % number for number in range(count))


TAKEN = {
    "keys": Taken(lines("k%d = 1\n"), 1_000_000, 700),
    "keys of one registry": Taken(lambda count: "[registries.a]\n" + lines("k%d = 1\n")(count), 1_000_000, 700),
    "tables": Taken(lines("[registries.r%d]\n"), 600_000, 1000),
    "tables with a token": Taken(lines('[registries.r%d]\ntoken = "x"\n'), 200_000, 400),
    "dotted keys": Taken(lines('registries.r%d.token = "x"\n'), 200_000, 400),
    "array of tables": Taken(lambda count: "[[a]]\n" * count, 1_000_000, 500),
    "comments": Taken(lambda count: "# comment\n" * count, 100_000, 200),
    "blank lines": Taken(lambda count: "\n" * count, 10_000_000, 200),
    "long comment": Taken(lambda count: "#" + "x" * count + "\n", 15_000_000, 200),
    "long string": Taken(lambda count: 's = "' + "x" * count + '"\n', 15_000_000, 300),
    "long string of lines": Taken(lambda count: "s = '''" + "x\n" * count + "'''\n", 5_000_000, 300),
    "escapes": Taken(lambda count: 's = "' + "\\n" * count + '"\n', 5_000_000, 300),
    "elements": Taken(lambda count: "a = [" + "1," * count + "]\n", 1_000_000, 500),
    "inline pairs": Taken(lambda count: "a = {" + ",".join(f"k{number} = 1" for number in range(count)) + "}\n", 300_000, 400),
    "dots as far as they go": Taken(lambda count: "a" + ".a" * count + " = 1\n", 79, 100),
    "tables as deep as they go": Taken(lambda count: "a = " + ("{" + "a." * 79 + "a = ") * count + "1" + "}" * count + "\n", 80, 100),
    "arrays as deep as they go": Taken(lambda count: "a = " + "[" * count + "]" * count + "\n", 80, 100),
}

REFUSED = {
    "dots": Refused(lambda count: "a" + ".a" * count + " = 1\n", 100_000, "recursion limit"),
    "dots of a header": Refused(lambda count: "[a" + ".a" * count + "]\n", 100_000, "recursion limit"),
    "arrays": Refused(lambda count: "a = " + "[" * count + "]" * count + "\n", 100_000, "max recursion depth met"),
    "open arrays": Refused(lambda count: "a = " + "[" * count, 100_000, "max recursion depth met"),
    "inline tables": Refused(lambda count: "a = " + "{a = " * count + "1" + "}" * count + "\n", 100_000, "max recursion depth met"),
    "open string": Refused(lambda count: 's = "' + "x" * count, 10_000_000, "invalid"),
    "quotes": Refused(lambda count: "s = " + '"' * (count + 1), 100_000, "unexpected key or value"),
    "one key many times": Refused(lambda count: "k = 1\n" * count, 100_000, "duplicate key"),
    "digits": Refused(lambda count: "n = " + "9" * count + "\n", 5_000_000, "unsupported number or date"),
    "values": Refused(lambda count: "a = [\n" + "1,\n" * count + "]\n", 1_700_000, "too many keys and values"),
    "a NUL among many": Refused(lambda count: "# c\n" * count + "\0 ", 100_000, ""),
}
