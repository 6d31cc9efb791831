"""Text of HTML as a person reads it: cells apart, lists numbered, addresses of links kept, quotations marked with ">".

Libraries build a tree first: of hostile HTML they lose what is nested deeply, or take seconds and much memory.
"""

import re
from collections.abc import Callable

from .html_lines import Lines
from .html_tags import Element, OpenElements, decode_entities, split_tags

# Blank lines stand around these, line breaks around those.
SPACED = {"hr", "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "pre", "table", "figure", "fieldset"}
BROKEN = {
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "dd",
    "details",
    "div",
    "dt",
    "figcaption",
    "footer",
    "form",
}
BROKEN |= {
    "header",
    "html",
    "legend",
    "li",
    "main",
    "nav",
    "optgroup",
    "section",
    "summary",
    "tr",
    "caption",
    "textarea",
}
APART = {"option", "button"}
# Stands on a line of its own where a mail program says that the history begins; the splitting of history removes it.
HISTORY_MARK = "\x02"
HISTORY_IDS = re.compile(r"(?:x_)*(?:divRplyFwdMsg|appendonsend|mail-editor-reference-message-container)", re.I)
HISTORY_CLASSES = re.compile(
    r"(?:^|\s)(?:x_)*(?:gmail_quote|gmail_quote_container|gmail_attr|yahoo_quoted|protonmail_quote|moz-cite-prefix|"
    r"OutlookMessageHeader|zmail_extra|tutanota_quote|WordSection_quote)(?:\s|$)",
    re.I,
)
OUTLOOK_LINE = re.compile(r"border:none;border-top:solid#(?:e1e1e1|b5c4df)1\.0pt", re.I)
# Gmail indents by a quotation that is none.
INDENT = re.compile(r"margin:00040px;border:none|margin-left:40px;border:none", re.I)
SHOWN_SCHEMES = ("http://", "https://", "ftp://", "mailto:", "tel:")


MAX_READ = 400_000  # characters; more is not shown
MAX_LINK_TEXT = 100  # pieces


class _Reader:
    """Reads tags and texts into lines."""

    def __init__(self, *, shows_hidden: bool, between_cells: str) -> None:
        self.elements = OpenElements(shows_hidden=shows_hidden)
        self.between_cells = between_cells
        self.lines = Lines()
        # Numbers of the lists that are open; None for a list of bullets.
        self.numbers: list[int | None] = []
        # Lines before the cell that is open, None before the first cell of a row.
        self.cell_start: int | None = None
        # Addresses of the links that are open, with their text.
        self.links: list[tuple[str, list[str]]] = []

    def read_tag(self, tag: str, source: str) -> None:
        if tag.startswith("/"):
            closed = self.elements.close(tag[1:])
        else:
            element, closed = self.elements.open(tag, source)
        for ended in closed:
            self._leave(ended)
        if not tag.startswith("/") and not element.is_unseen:
            self._enter(element)

    def read_text(self, text: str) -> None:
        if self.elements.is_unseen or not text:
            return
        plain = decode_entities(text)
        if not self.elements.is_preformatted:
            self._add(re.sub(r"\s+", " ", plain))
            return
        first, *rest = re.split(r"\r\n?|\n", plain)
        self.lines.add(first, is_preformatted=True)
        for line in rest:
            self.lines.break_line()
            self.lines.add(line, is_preformatted=True)

    def _add(self, text: str) -> None:
        self.lines.add(text)
        if self.links and len(self.links[-1][1]) < MAX_LINK_TEXT:
            self.links[-1][1].append(text)

    def _enter(self, element: Element) -> None:
        self._separate(element)
        if _begins_history(element):
            self.lines.end()
            self.lines.add(HISTORY_MARK)
            self.lines.end()
        if _is_quotation(element):
            self.lines.depth += 1
        if enter := ENTER.get(element.tag):
            enter(self, element)

    def _leave(self, element: Element) -> None:
        if element.is_unseen:
            return
        if element.tag == "a" and self.links:
            self._end_link(*self.links.pop())
        self._separate(element)
        if element.tag in ("ul", "ol") and self.numbers:
            self.numbers.pop()
        if _is_quotation(element):
            self.lines.depth = max(0, self.lines.depth - 1)

    def _separate(self, element: Element) -> None:
        """Keep what stands before an element's begin or end apart from what follows."""
        is_nested = bool(self.numbers) and element.tag in ("ul", "ol", "p")
        if element.tag in SPACED and not is_nested:
            self.lines.space()
        elif element.tag == "p" and self.lines.pieces == ["- "]:
            pass  # The paragraph of a list's item stays on the line of its number.
        elif element.tag in SPACED or element.tag in BROKEN:
            self.lines.end()
        elif element.tag in APART:
            self._add(" ")
        if element.tag in ("tr", "table"):
            # Rows of a single line stand close together.
            self.lines.is_spaced &= element.tag == "table" or self.cell_start != len(self.lines.finished)
            self.cell_start = None

    def _open_cell(self, _element: Element) -> None:
        """Put a cell behind one of a single line, whatever elements that is in."""
        is_joined = self.cell_start == len(self.lines.finished)
        self.lines.begin_cell(is_joined=is_joined)
        if is_joined:
            self._add(self.between_cells)
        self.cell_start = len(self.lines.finished) + self.lines.is_ended * (1 + self.lines.is_spaced)

    def _break_line(self, _element: Element) -> None:
        self.lines.break_line()

    def _open_list(self, element: Element) -> None:
        start = element.attributes.get("start", "")
        number = int(start) if re.fullmatch(r"[0-9]{1,6}", start) else 1
        self.numbers.append(number if element.tag == "ol" else None)

    def _open_item(self, element: Element) -> None:
        if not self.numbers or (number := self.numbers[-1]) is None:
            self.lines.add("- ")
            return
        value = element.attributes.get("value", "")
        number = int(value) if re.fullmatch(r"[0-9]{1,6}", value) else number
        self.lines.add(f"{number}. ")
        self.numbers[-1] = number + 1

    def _open_link(self, element: Element) -> None:
        self.links.append((element.attributes.get("href", "").strip(), []))

    def _end_link(self, href: str, pieces: list[str]) -> None:
        """Add the address of a link whose text is another."""
        if not href.lower().startswith(SHOWN_SCHEMES):
            return
        text = "".join(pieces).strip()
        address = re.sub(r"^(?:mailto|tel):", "", href, flags=re.I)
        if _bare(text) not in (_bare(address), _bare(address.partition("?")[0])):
            self.lines.add(f" ({address})" if text else address)

    def _add_image(self, element: Element) -> None:
        alt = " ".join(element.attributes.get("alt", "").split())
        # A smiley has no letters.
        self._add(f"[{alt}]" if re.search(r"\w", alt) else alt)

    def _add_input(self, element: Element) -> None:
        if element.attributes.get("type", "text").lower() in ("text", "email", "tel"):
            self._add(f" {element.attributes.get('value', '')} ")


ENTER: dict[str, Callable[[_Reader, Element], None]] = {
    "br": _Reader._break_line,
    "ul": _Reader._open_list,
    "ol": _Reader._open_list,
    "li": _Reader._open_item,
    "a": _Reader._open_link,
    "td": _Reader._open_cell,
    "th": _Reader._open_cell,
    "img": _Reader._add_image,
    "input": _Reader._add_input,
}


def _style(element: Element) -> str:
    return element.attributes.get("style", "").replace(" ", "")


def _is_quotation(element: Element) -> bool:
    return element.tag == "blockquote" and not INDENT.search(_style(element))


def _begins_history(element: Element) -> bool:
    """Return true for the elements by which mail programs part an answer from the e-mail that it answers."""
    if not element.attributes:
        return False
    return bool(
        HISTORY_IDS.fullmatch(element.attributes.get("id", ""))
        or HISTORY_CLASSES.search(element.attributes.get("class", ""))
        or OUTLOOK_LINE.search(_style(element))
    )


def _bare(address: str) -> str:
    """An address without what a person leaves out of it."""
    return re.sub(r"^(?:https?://)?(?:www\.)?|/$|[\s()-]", "", address.strip().lower())


def html_to_text(html: str, *, between_cells: str = " ") -> str:
    """Text of HTML, in lines; quotations are marked with ">", the begin of the history with HISTORY_MARK.

    Elements that are not to be seen are left out, unless nothing else is there.
    """
    text = _read_html(html, shows_hidden=False, between_cells=between_cells)
    return text or _read_html(html, shows_hidden=True, between_cells=between_cells)


def _read_html(html: str, *, shows_hidden: bool, between_cells: str) -> str:
    reader = _Reader(shows_hidden=shows_hidden, between_cells=between_cells)
    for text, tag, source in split_tags(html):
        reader.read_text(text[:MAX_READ])
        if tag:
            reader.read_tag(tag, source)
        if reader.lines.size > MAX_READ:
            break
    return reader.lines.text()
