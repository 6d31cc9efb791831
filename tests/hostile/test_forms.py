"""Every field of every form, sent back as its page has it but for one hostile value."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from .corpus import NASTIEST, PARTS, TEXTS, Chosen, part_of
from .forms import Sending, encoded, field_name
from .pages import all_sendings

FORM = "application/x-www-form-urlencoded"


def send(sending: Sending, fields: dict[str, Any]) -> Any:
    client, path = sending.client, sending.path
    if sending.method == "get":
        return client.get(f"{path}?{encoded(fields | {'crumb': 'canaryquery'})}")
    path += ("&" if "?" in path else "?") + "crumb=canaryquery"
    fields = fields | {"crumb": "canarybody"}
    if sending.is_multipart:
        return client.generic("POST", path, encode_multipart(BOUNDARY, fields), MULTIPART_CONTENT)
    return client.generic("POST", path, encoded(fields), FORM)


def each_form(found: list[Sending]) -> Iterator[tuple[Sending, list[str]]]:
    """Each field of each address once, with the first form that has it."""
    seen = set()
    for sending in found:
        fresh = {}
        for name in [*sending.fields, *sending.names]:
            key = (sending.method, sending.address, field_name(name))
            if key not in seen:
                seen.add(key)
                fresh[name] = key
        yield sending, list(fresh)


@pytest.mark.long
@pytest.mark.parametrize("part", PARTS)
def test_every_field_of_every_form(rows, callers, assault, part):
    chosen = Chosen(TEXTS, NASTIEST)
    for sending, names in part_of(each_form(all_sendings(rows, callers)), part):
        where = (sending.method.upper(), sending.address)
        for name in names:
            for label, text in chosen():
                fields = {**sending.fields, name: text}
                assault.send((*where, field_name(name)), label, lambda: send(sending, fields))  # noqa: B023
        if len(names) > 1:
            fields = dict.fromkeys(names, TEXTS["nul"])
            assault.send((*where, "all at once"), "nul", lambda: send(sending, fields))  # noqa: B023
