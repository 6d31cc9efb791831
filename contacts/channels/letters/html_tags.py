"""HTML as a stream of texts and tags, and the elements that a reader does not see."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

# Their content is no HTML.
RAW = {"style", "script", "title", "textarea", "xmp"}
UNSEEN = {"head", "style", "script", "title", "template", "noscript", "audio", "video", "object", "svg", "math"}
# With nothing else to read, even a reader that shows all does not show these.
NEVER_SEEN = {"style", "script"}
HEAD_TAGS = {"title", "meta", "link", "style", "script", "base", "noscript", "template", "object"}
PREFORMATTED = {"pre", "textarea", "xmp"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# A comment, a declaration or a tag. An unclosed one ends with the text: the standard library's parser starts over then,
# and takes the square of the length.
TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<[!?][^>]*+(?:>|\Z)|"
    r"</?([a-z][^\s/>]*+)(?:=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))|[^>])*+(?:>|\Z)",
    re.I | re.S,
)
ATTRIBUTE = re.compile(r"[\s/]([a-z][\w:-]*+)(?:\s*+=\s*+(?:\"([^\"]*+)|'([^']*+)|([^\s>]++)))?", re.I)
MAX_TAGS = 30_000  # a newsletter has 3,000
MAX_TAG = 20_000  # characters; attributes after them are not read
# An opening tag ends an unclosed element of the same kind.
SIBLINGS = {
    **{tag: {tag} for tag in ("p", "li", "option", "tr")},
    **{tag: {"td", "th"} for tag in ("td", "th")},
    **{tag: {"dt", "dd"} for tag in ("dt", "dd")},
}
LONG_REFERENCE = re.compile(r"&#(?:[0-9]{8,}|x[0-9a-f]{8,});?", re.I)
_ZERO = r"0*\.?0*(?:px|pt|em|rem|%)?\s*(?:!important\s*)?(?:;|$)"
HIDING = re.compile(
    rf"(?:^|[;\s])(?:display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden|"
    rf"max-height\s*:\s*0{_ZERO}|opacity\s*:\s*0{_ZERO})",
    re.I,
)
FONT_SIZE = re.compile(r"(?:^|[;\s])font-size\s*:\s*([^;]*)", re.I)
NO_SIZE = re.compile(r"0*\.?0*\s*(?:px|pt|em|rem|%)?\s*(?:!important)?\s*", re.I)


@dataclass(slots=True)
class Element:
    """An element that is open: whether it is seen, the size of its letters, and its place in lists."""

    tag: str
    attributes: dict[str, str]
    is_hidden: bool = False
    has_no_size: bool = False
    is_preformatted: bool = False

    @property
    def is_unseen(self) -> bool:
        return self.is_hidden or self.has_no_size


def split_tags(html: str) -> Iterator[tuple[str, str, str]]:
    """Yield each text with the tag after it: its name "p", "/p", "" for a comment and at the end; and its source.

    Takes one pass. After MAX_TAGS the rest is one text.
    """
    at = count = 0
    while (match := TAG.search(html, at)) and (count := count + 1) <= MAX_TAGS:
        name = (match[1] or "").lower()
        is_closing = match[0].startswith("</")
        yield html[at : match.start()], f"/{name}" if is_closing else name, match[0][:MAX_TAG]
        at = match.end()
        if name in RAW and not is_closing:
            closing = re.compile(f"</{name}", re.I).search(html, at)
            end = closing.start() if closing else len(html)
            if name in ("textarea", "xmp"):
                yield html[at:end], "", ""
            at = end
    yield TAG.sub(" ", html[at:]), "", ""


def attributes(source: str) -> dict[str, str]:
    """Attributes of a tag, the first of each name."""
    if "=" not in source and " " not in source:
        return {}
    values: dict[str, str] = {}
    for match in ATTRIBUTE.finditer(source):
        values.setdefault(match[1].lower(), decode_entities(match[2] or match[3] or match[4] or ""))
    return values


def decode_entities(text: str) -> str:
    # No character has more digits, and the standard library fails on very many.
    return unescape(LONG_REFERENCE.sub("\ufffd", text)) if "&" in text else text


class OpenElements:
    """The elements that are open. An element stays open to its closing tag, or to that of one around it."""

    def __init__(self, *, shows_hidden: bool) -> None:
        self.shows_hidden = shows_hidden
        self.stack: list[Element] = []
        self.counts: dict[str, int] = {}

    @property
    def is_unseen(self) -> bool:
        return bool(self.stack) and self.stack[-1].is_unseen

    @property
    def is_preformatted(self) -> bool:
        return bool(self.stack) and self.stack[-1].is_preformatted

    def open(self, tag: str, source: str) -> tuple[Element, list[Element]]:
        """Open an element; return it, and those that it ends."""
        closed = []
        if self.stack and self.stack[-1].tag in SIBLINGS.get(tag, ()):
            closed.append(self._pop())
        if tag == "body" or (self.stack and self.stack[-1].tag == "head" and tag not in HEAD_TAGS):
            # A head may be unclosed.
            closed += self._pop_to(0)
        element = self._inherit(Element(tag, attributes(source)))
        if tag not in VOID and not source.endswith("/>"):
            self.stack.append(element)
            self.counts[tag] = self.counts.get(tag, 0) + 1
        return element, closed

    def close(self, tag: str) -> list[Element]:
        """Close the last open element of this kind; return it and those within it, innermost first."""
        if not self.counts.get(tag):
            return []
        closed = [self._pop()]
        while closed[-1].tag != tag:
            closed.append(self._pop())
        return closed

    def _inherit(self, element: Element) -> Element:
        if self.stack:
            outer = self.stack[-1]
            element.is_hidden, element.has_no_size = outer.is_hidden, outer.has_no_size
            element.is_preformatted = outer.is_preformatted
        element.is_hidden |= element.tag in (NEVER_SEEN if self.shows_hidden else UNSEEN)
        element.is_preformatted |= element.tag in PREFORMATTED
        if style := element.attributes.get("style", ""):
            element.is_preformatted |= "white-space:pre" in style.replace(" ", "")
            if not self.shows_hidden:
                _hide(element, style)
        element.is_hidden |= "hidden" in element.attributes and not self.shows_hidden
        return element

    def _pop(self) -> Element:
        element = self.stack.pop()
        self.counts[element.tag] -= 1
        return element

    def _pop_to(self, size: int) -> list[Element]:
        return [self._pop() for _n in range(len(self.stack) - size)]


def _hide(element: Element, style: str) -> None:
    element.is_hidden |= bool(HIDING.search(style))
    if size := FONT_SIZE.search(style):
        element.has_no_size = "0" in size[1] and bool(NO_SIZE.fullmatch(size[1]))
