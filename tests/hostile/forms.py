"""Forms as the pages themselves have them, and the addresses that pages link to: nothing is written down here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote_from_bytes, urljoin, urlsplit

from django.http import Http404
from django.test import Client
from django.urls import resolve

from ..pages import Element, Form, Page

NUMBERED = re.compile(r"-\d+(?=-|$)")


@dataclass(frozen=True)
class Sending:
    """A form that can be sent: `fields` is what a browser would send, `names` what else it may send."""

    client: Client
    method: str
    path: str
    is_multipart: bool
    fields: dict[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        return address_of(self.path)


def address_of(path: str) -> str:
    """The address as it stands in the URL configuration; "" for a path that is none of ours."""
    try:
        return resolve(path).route
    except Http404:
        return ""


def field_name(name: str) -> str:
    """One name for the fields of all rows of a formset."""
    return NUMBERED.sub("-N", name)


def sendings(client: Client, path: str, page: Page) -> Iterator[Sending]:
    """Every form of the page by each of its buttons, and every address with a query that it links to."""
    for element in page.all("form"):
        form = Form(element._node, page)
        controls = page.all("input, select, textarea, button")
        mine = [c for c in controls if c.get("name") and belongs(c, form)]
        names = tuple(c["name"] for c in mine if c["name"] not in ("csrfmiddlewaretoken", "typed_by"))
        is_multipart = "multipart" in (form.get("enctype") or "")
        actions = [form.action, *(b["formaction"] for b in controls if "formaction" in b and belongs(b, form))]
        for action in dict.fromkeys(actions):
            where = urlsplit(urljoin(path, action))
            fields = dict(parse_qsl(where.query)) if form.method == "get" else {}
            address = where.path if form.method == "get" or not where.query else f"{where.path}?{where.query}"
            yield Sending(client, form.method, address, is_multipart, fields | form.fields, names)
    for link in page.all("a[href], [hx-get]"):
        where = urlsplit(urljoin(path, link.get("href") or link.get("hx-get") or ""))
        if where.query and where.netloc in ("", "testserver"):
            yield Sending(client, "get", where.path, False, dict(parse_qsl(where.query, keep_blank_values=True)))


def belongs(control: Element, form: Form) -> bool:
    """True for a control, or a button, that is sent with the form."""
    if "form" in control:
        return control["form"] == form.get("id")
    return control in set(form.all(control.tag))


def encoded(fields: dict[str, Any]) -> str:
    """A query or a form; texts may be bytes of no encoding."""
    pairs = [(name, v) for name, value in fields.items() for v in (value if isinstance(value, list) else [value])]
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)


def _quoted(text: Any) -> str:
    return quote_from_bytes(text if isinstance(text, bytes) else str(text).encode("utf-8", "surrogatepass"))
