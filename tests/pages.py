"""Pages as tests read them: parsed as a browser parses them, and asked by CSS selector.

    page = Page(browser.get("/inbox"))
    page.one("h1").text
    page.texts("li.row strong")
    form = page.form("#reply")
    browser.post(form.action, {**form.fields, "body": "Bonjour"})

A page, a fragment for htmx and an element of either are asked in the same way. An absence is asserted of something that
is there: `page.one("ul.rows").texts("li") == []`.
"""

from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

UNSEEN = {"script", "style", "template"}
BUTTONS = {"submit", "button", "image", "reset"}


class Element:
    """One element. `element["href"]` is an attribute, `element.get("href")` the same or None."""

    def __init__(self, node: LexborNode, page: "Page") -> None:
        self._node = node
        self._page = page
        self._id = getattr(node, "mem_id", id(node))

    def __repr__(self) -> str:
        return f"<{self.tag}> {self.text[:80]!r}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Element) and self._id == other._id

    def __hash__(self) -> int:
        return hash(self._id)

    def __getitem__(self, attribute: str) -> str:
        """The attribute's value, "" for one that has none (`disabled`). KeyError: the element does not carry it."""
        return self._node.attributes[attribute] or ""

    def __contains__(self, attribute: str) -> bool:
        return attribute in self._node.attributes

    def get(self, attribute: str, default: str | None = None) -> str | None:
        return (self._node.attributes[attribute] or "") if attribute in self else default

    @property
    def tag(self) -> str:
        return self._node.tag or ""

    @property
    def html(self) -> str:
        return self._node.html or ""

    @property
    def classes(self) -> list[str]:
        return (self.get("class") or "").split()

    @property
    def text(self) -> str:
        """The text of it and of all within: every piece apart from the next, each run of white space one space."""
        return " ".join(" ".join(self._texts()).split())

    @property
    def raw_text(self) -> str:
        """The text as it is written, no-break spaces and line breaks included."""
        return "".join(self._texts())

    @property
    def value(self) -> str:
        """The text that a control would send."""
        if self.tag == "textarea":
            return self._node.text()
        if self.tag == "option":
            return self.get("value", self.text) or ""
        if self.tag == "select":
            options = self.all("option")
            return next((o.value for o in options if "selected" in o), options[0].value if options else "")
        return self.get("value", "on" if self.get("type") in ("checkbox", "radio") else "") or ""

    def all(self, selector: str) -> list["Element"]:
        """Every element within that matches, once, in the order of the page."""
        # One that matches two selectors of a list is given twice.
        elements = dict.fromkeys(Element(node, self._page) for node in self._node.css(selector))
        return [element for element in elements if element != self]

    def one(self, selector: str) -> "Element":
        """The only element within that matches. AssertionError: there is none, or several."""
        elements = self.all(selector)
        assert elements, f"no {selector} in {self._excerpt()}"
        assert len(elements) == 1, f"{len(elements)} of {selector}: {elements}"
        return elements[0]

    def has(self, selector: str) -> bool:
        return bool(self.all(selector))

    def texts(self, selector: str) -> list[str]:
        return [element.text for element in self.all(selector)]

    def values(self, selector: str, attribute: str) -> list[str]:
        """One attribute of every element that matches."""
        return [element[attribute] for element in self.all(selector)]

    def without(self, selector: str) -> "Page":
        """A copy with everything that matches taken out, such as times."""
        copy = Page(self.html)
        for element in copy.all(selector):
            element._node.decompose()
        return copy

    def form(self, selector: str = "form") -> "Form":
        """The only form that matches."""
        element = self.one(selector)
        assert element.tag == "form", f"{selector} is a {element.tag}, no form"
        return Form(element._node, self._page)

    def _texts(self) -> Iterator[str]:
        return _pieces(self._node)

    def _excerpt(self) -> str:
        return f"<{self.tag}>: {self.text[:600]}"


class Form(Element):
    """A form; `fields` is what a browser would send with it, before anybody touches it."""

    @property
    def action(self) -> str:
        """The address as written; "" for the page's own."""
        return self.get("action") or ""

    @property
    def method(self) -> str:
        return (self.get("method") or "get").lower()

    @property
    def fields(self) -> dict[str, Any]:
        """{name: value}, or a list of values for a name that is sent more than once. Buttons and the tokens of
        `{% csrf_token %}` are left out, so are boxes that are not ticked, disabled controls and files."""
        sent: dict[str, Any] = {}
        for control in self._controls():
            for value in _sent(control):
                known = sent.get(control["name"])
                if known is None:
                    sent[control["name"]] = value
                else:
                    sent[control["name"]] = [*(known if isinstance(known, list) else [known]), value]
        for name in ("csrfmiddlewaretoken", "typed_by"):
            sent.pop(name, None)
        return sent

    def _controls(self) -> Iterator[Element]:
        """The controls within that name no other form, and those elsewhere that name this one."""
        disabled = set(self._page.all("fieldset[disabled] :is(input, select, textarea)"))
        mine = set(self.all("input, select, textarea"))
        for control in self._page.all(":is(input, select, textarea)[name]"):
            home = control.get("form")
            if (control in mine if home is None else home == self.get("id")) and control not in disabled:
                yield control


class Page(Element):
    """A whole page or a fragment, of a response or of HTML. A response must have the status that is expected."""

    def __init__(self, source: Any, status: int = 200) -> None:
        if not isinstance(source, str):
            where = source.headers.get("Location")
            assert source.status_code == status, f"{source.status_code} to {where}, expected {status}"
            source = source.content.decode()
        whole = source.lstrip()[:9].lower().startswith(("<!doctype", "<html"))
        # As htmx does: within a template, a row of a table needs no table.
        kind = {} if whole else {"is_fragment": True, "fragment_tag": "template"}
        self._parser = LexborHTMLParser(source, **kind)
        super().__init__(self._parser, self)

    @property
    def tag(self) -> str:
        return "page"

    def _texts(self) -> Iterator[str]:
        for node in _siblings(self._parser.root):
            yield from _pieces(node)


def _sent(control: Element) -> list[str]:
    kind = control.get("type")
    if "disabled" in control or kind in BUTTONS or kind == "file":
        return []
    if control.tag == "select" and "multiple" in control:
        return [option.value for option in control.all("option[selected]")]
    if kind in ("checkbox", "radio") and "checked" not in control:
        return []
    return [control.value]


def _pieces(node: LexborNode) -> Iterator[str]:
    """The texts of a node, without what no page shows."""
    if node.is_text_node:
        yield node.text_content or ""
    elif node.is_element_node and node.tag not in UNSEEN:
        for child in _siblings(node.first_child):
            yield from _pieces(child)


def _siblings(node: LexborNode | None) -> Iterator[LexborNode]:
    """The node and those after it."""
    while node is not None:
        yield node
        node = node.next
