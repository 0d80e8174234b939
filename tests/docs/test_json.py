"""docs/json.md explains each key and value of docs/json-schema.json. Other suites check that output matches the schema (tests/places/schema.py)."""

import pathlib
import re

from schema import SCHEMA

PROJECT = pathlib.Path(__file__).resolve().parents[2]


def words_of(schema):
    for key, value in schema.items() if isinstance(schema, dict) else ():
        if key == "enum":
            yield from map(str, value)
        elif key == "properties":
            yield from value
        yield from words_of(value)


def test_each_word_is_explained():
    text = re.sub(r"^```.*?^```", "", (PROJECT / "docs/json.md").read_text(), flags=re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"`([^`]+)`", text))
    missing = set(words_of(SCHEMA)) - named - {"0", "1", "2", "101"}
    assert not missing
