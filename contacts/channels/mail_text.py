"""Text of an e-mail: the visible text of HTML, and the new text apart from the quoted history."""

import re
from collections.abc import Iterator
from html import unescape

BLOCKS = {
    *(
        "address",
        "article",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
    ),
    *("h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "tr", "ul"),
}
UNSEEN = {"head", "style", "script", "title", "template", "noscript"}
# Their content is no HTML.
RAW = {"style", "script", "title"}
# A comment, a declaration or a tag. An unclosed one ends with the text: the standard library's parser starts over then,
# and takes the square of the length.
TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<[!?][^>]*+(?:>|\Z)|"
    r"</?([a-z][^\s/>]*+)(?:=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))|[^>])*+(?:>|\Z)",
    re.I | re.S,
)
# The line above a quotation, in the product's languages and their neighbours: "On … wrote:".
ON = re.compile(r"^\s*(?:on|le|op|am|el|il|em|\d)\b", re.I)
WROTE = re.compile(r"(?:wrote|a écrit|escribió|ha scritto|escreveu|(?:schreef|schrieb)\b.*)\s*:\s*$", re.I)
# Lines that mail programs put between an answer and the e-mail that it answers.
DIVIDER = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|message d'origine|message d’origine|oorspronkelijk bericht|forwarded message|"
    r"ursprüngliche nachricht)\s*-{2,}|_{20,})\s*$",
    re.I,
)
# The first lines of the block that Outlook writes there, without quotation marks: "From: …", then "Sent: …".
FROM = re.compile(r"^\s*\*?(?:from|de|van|von)\s?:\*?\s*\S", re.I)
SENT = re.compile(r"^\s*\*?(?:sent|date|envoyé|verzonden|datum|gesendet)\s?:\*?\s*\S", re.I)
# Lines that an attribution may be broken into, and the length of one of them or of any other mark of the history.
ATTRIBUTION_LINES, MAX_MARK = 3, 500


class _TextBuilder:
    """Collects lines of text, [quotation marks, text, …] each."""

    def __init__(self) -> None:
        self.lines: list[list[str]] = [[""]]
        self.unseen = self.quotation_depth = 0

    def open_tag(self, tag: str) -> None:
        if tag == "body":
            # A head may be unclosed.
            self.unseen = 0
        elif tag in UNSEEN:
            self.unseen += 1
        elif tag in BLOCKS:
            self.quotation_depth += tag == "blockquote"
            self._break_line()

    def close_tag(self, tag: str) -> None:
        if tag in UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif tag in BLOCKS - {"br", "hr"}:
            self.quotation_depth = max(0, self.quotation_depth - (tag == "blockquote"))
            self._break_line()

    def add_text(self, text: str) -> None:
        if not self.unseen:
            # No character has more digits, and the standard library fails on very many.
            plain = unescape(re.sub(r"&#[0-9]{8,};?", "\ufffd", text))
            self.lines[-1].append(re.sub(r"\s+", " ", plain))

    def _break_line(self) -> None:
        self.lines.append([">" * min(self.quotation_depth, 5)])


def _split_tags(html: str) -> Iterator[tuple[str, str]]:
    """Yield each text with the tag after it: "p", "/p", "" for a comment and at the end. Takes one pass."""
    at = 0
    while match := TAG.search(html, at):
        tag = (match[1] or "").lower()
        is_closing = match[0].startswith("</")
        yield html[at : match.start()], f"/{tag}" if is_closing else tag
        at = match.end()
        if tag in RAW and not is_closing:
            closing = re.compile(f"</{tag}", re.I).search(html, at)
            at = closing.start() if closing else len(html)
    yield html[at:], ""


def html_to_text(html: str) -> str:
    """Visible text of HTML, in lines; quotations are marked with ">"."""
    builder = _TextBuilder()
    for text, tag in _split_tags(html):
        builder.add_text(text)
        builder.close_tag(tag[1:]) if tag.startswith("/") else builder.open_tag(tag)
    marked = [(marks, "".join(pieces).strip()) for marks, *pieces in builder.lines]
    lines = [f"{marks} {line}".strip() if line else "" for marks, line in marked]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def split_quoted(text: str) -> tuple[str, str]:
    """Split an e-mail into its new text and the history quoted at its end, "" for none.

    When an answer stands between the quoted lines, all of it is new.
    """
    lines = text.split("\n")
    tail = _quoted_tail(lines)
    start = next((at for at in range(len(lines)) if _starts_history(lines, at, tail)), None)
    if start is None:
        return text.strip(), ""
    new, quoted = "\n".join(lines[:start]).strip(), "\n".join(lines[start:]).strip()
    return (new, quoted) if new else (quoted, "")


def _quoted_tail(lines: list[str]) -> int:
    """Index of the first of the quoted lines at the end; the number of lines when the last one is not quoted."""
    start = quoted = len(lines)
    while start and (not lines[start - 1].strip() or lines[start - 1].startswith(">")):
        start -= 1
        quoted = start if lines[start].startswith(">") else quoted
    return quoted


def _starts_history(lines: list[str], at: int, tail: int) -> bool:
    line = lines[at]
    if line.startswith(">"):
        return at >= tail
    # A longer line is no mark, and matching it could take very long.
    near = [part if len(part) <= MAX_MARK else "" for part in lines[at : at + ATTRIBUTION_LINES]]
    if DIVIDER.match(near[0]):
        return True
    if FROM.match(near[0]):
        return any(SENT.match(following) for following in near[1:])
    # "On … wrote:", perhaps broken into lines, with nothing but a quotation after it.
    after = next((n for n, part in enumerate(near) if WROTE.search(part)), None)
    if after is None or not ON.match(line) or tail == len(lines):
        return False
    ends = at + after + 1
    return all(lines[at:ends]) and ends <= tail and not any(between.strip() for between in lines[ends:tail])
