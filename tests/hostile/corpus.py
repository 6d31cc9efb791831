"""The corpus: texts, JSON values and whole bodies that stumble a reader. `chosen` picks what this run sends."""

import json
import os
from collections.abc import Iterable, Mapping
from itertools import cycle, islice
from typing import Any

IS_WHOLE = os.environ.get("HOSTILE") == "whole"
# A long test of a whole run is made in so many parts, for as many processes.
PARTS = range(8 if IS_WHOLE else 1)
# In a form field or parameter whose value is otherwise fine, so that it may be taken: then no log names it.
CANARY = "canarytext"

TEXTS: dict[str, str | bytes] = {
    "nul": "\x00",
    "5000 digits": "9" * 5000,
    "surrogate": b"re\xed\xa0\x80ad",
    "2^63": str(2**63),
    "canary": CANARY,
    "NaN": "NaN",
    "2^31": str(2**31),
    "bad UTF-8": b"re\xff\xfead",
    "2^80": str(2**80),
    "control": "\x01\x1b[31m\x7f\x85\u2028",
    "nul within": "re\x00ad",
    "exponent": "1e999999999",
    "line break": "read\r\nSet-Cookie: a=b",
    "negative": "-" + "9" * 5000,
    "other digits": "\u0663\u00b2",
    "year 0": "0000-00-00T99:99",
    "year 9999": "9999-12-31T23:59:59-23:59",
    "list": "[1,2]",
    "zero width alone": "\u200b\u200d\ufeff",
    "bidi": "\u202eread\u202c",
    "path": "../../../etc/passwd",
    "broken address": "http://[",
    "empty": "",
    "zero width": "re\u200bad",
    "combining": "e" + "\u0301" * 400,
    "emoji": "🏳️‍🌈" * 20,
    "minus one": "-1",
    "Infinity": "-Infinity",
    "hexadecimal": "0x41",
    "null": "null",
    "object": '{"$gt": ""}',
    "deep": "[" * 20_000,
    "sql": "' OR '1'='1",
    "template": "{{ 7 * 7 }}{% debug %}",
    "format": "%s%n%(message)s{0}",
    "long": "x" * 20_000,
    "words": "w " * 3000,
    "replacement": "\ufffd",
    "non-character": "\uffff\U0010ffff",
    "overlong UTF-8": b"re\xc0\xa1ad",
}
# How many of the first ones a quick run sends in turns.
NASTIEST = 7
STRINGS = {label: text for label, text in TEXTS.items() if isinstance(text, str)}
# JSON as it comes over the wire, where it says more than Python's own encoder would.
VALUES = {
    "lone surrogate": r'"\ud800"',
    "integer 2^63": str(2**63),
    "nested 200,000 deep": "[" * 200_000 + "]" * 200_000,
    "integer of 5000 digits": "9" * 5000,
    "empty object": "{}",
    "bare NaN": "NaN",
    "integer 2^31": str(2**31),
    "integer 2^80": str(2**80),
    "empty list": "[]",
    **{f"text {name}": json.dumps(text) for name, text in STRINGS.items()},
    "low surrogate first": r'"\udc00\ud800"',
    "surrogate within": r'"re\ud83dad"',
    "integer of 4000 digits": "9" * 4000,
    "negative": "-1",
    "float": "0.1",
    "float of 5000 digits": "0." + "9" * 5000,
    "huge exponent": "1e999999999",
    "bare Infinity": "Infinity",
    "bare -Infinity": "-Infinity",
    "true": "true",
    "bare null": "null",
    "nested 900 deep": "[" * 900 + "]" * 900,
    "nested 3000 deep": "[" * 3000 + "]" * 3000,
    "objects nested 3000 deep": '{"a":' * 3000 + "1" + "}" * 3000,
    "objects nested 200,000 deep": '{"":' * 200_000,
    "nested and never closed": "[" * 200_000,
    "many texts": json.dumps(["\u0000"] * 1000),
    "surrogate in a nested key": r'{"a": [{"\ud800": 1}]}',
    "long text": '"' + "x" * 1_000_000 + '"',
}
KEYS = {name: value for name, value in VALUES.items() if value.startswith('"')}
BODIES = {
    "empty": b"",
    "white space": b" \r\n\t",
    "array": b'[{"status": "read"}]',
    "string": b'"status"',
    "number": b"7",
    "null": b"null",
    "NaN": b"NaN",
    "bad UTF-8": b'{"status": "read\xff"}',
    "overlong UTF-8": b'{"status": "re\xc0\xa1d"}',
    "surrogate in UTF-8": b'{"status": "\xed\xa0\x80"}',
    "latin-1": '{"status": "réad"}'.encode("latin-1"),
    "UTF-8 with BOM": '\ufeff{"status": "read"}'.encode(),
    "UTF-16": '{"status": "read"}'.encode("utf-16"),
    "UTF-16 without BOM": '{"status": "read"}'.encode("utf-16-le"),
    "UTF-32": '{"status": "read"}'.encode("utf-32"),
    "a key twice": b'{"status": "read", "status": "replied"}',
    "a key twice, escaped": b'{"status": "read", "st\\u0061tus": "read"}',
    "a key twice, nested": b'{"status": {"a": 1, "a": 2}}',
    "two documents": b'{"status": "read"}{"status": "read"}',
    "trailing comma": b'{"status": "read",}',
    "single quotes": b"{'status': 'read'}",
    "comment": b'{"status": "read"} // yes',
    "raw NUL": b'{"status": "read"}\x00',
    "raw line break in text": b'{"status": "re\nad"}',
    "form": b"status=read",
    "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "deep": b"[" * 200_000,
    "deep objects": b'{"":' * 200_000,
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    "canary": b'{"canarytext": "canarytext"',
    "3 MB of text": b'{"status": "' + b"x" * 3_000_000 + b'"}',
    "3 MB of white space": b" " * 3_000_000,
    "3 MB of form": b"status=" + b"x" * 3_000_000,
    "many fields": b"&".join(b"a=b" for _ in range(1500)),
}


def part_of[T](values: Iterable[T], part: int) -> list[T]:
    """The values that fall to one of PARTS, in turns."""
    return list(values)[part :: len(PARTS)]


class Chosen:
    """The whole corpus at every call; quick, some of its first `nastiest` values in turns."""

    def __init__(self, values: Mapping[Any, Any], nastiest: int) -> None:
        self._values = list(values.items())
        self._in_turns = cycle(self._values[:nastiest])

    def __call__(self, count: int = 1) -> list[tuple[Any, Any]]:
        return self._values if IS_WHOLE else list(islice(self._in_turns, count))
