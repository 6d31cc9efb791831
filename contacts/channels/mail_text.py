"""The words of an e-mail: of HTML what a reader sees, and the quoted history apart from what is new."""

import re
from collections.abc import Iterator
from html import unescape

BLOCKS = {
    *(
        "address",
        "article",
        "blockquote",
        "br",
        "div",
        "dl",
        "dd",
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
# What is in them is no HTML.
RAW = {"style", "script", "title"}
# A comment, a declaration or a tag, which ends where the text does when nothing else ends it: the standard library goes
# back to its beginning then, and takes the square of the length.
TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<[!?][^>]*+(?:>|\Z)|"
    r"</?([a-z][^\s/>]*+)(?:=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))|[^>])*+(?:>|\Z)",
    re.I | re.S,
)
# The line above a quotation, in the languages of the product and their neighbours: "On … wrote:".
ON = re.compile(r"^\s*(?:on|le|op|am|el|il|em|\d)\b", re.I)
WROTE = re.compile(r"(?:wrote|a écrit|escribió|ha scritto|escreveu|(?:schreef|schrieb)\b.*)\s*:\s*$", re.I)
# What mail programs put between an answer and the mail that it answers.
DIVIDER = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|message d'origine|message d’origine|oorspronkelijk bericht|forwarded message|"
    r"ursprüngliche nachricht)\s*-{2,}|_{20,})\s*$",
    re.I,
)
# The first lines of the block that Outlook writes there, without a sign before them: "From: …", then "Sent: …".
FROM = re.compile(r"^\s*\*?(?:from|de|van|von)\s?:\*?\s*\S", re.I)
SENT = re.compile(r"^\s*\*?(?:sent|date|envoyé|verzonden|datum|gesendet)\s?:\*?\s*\S", re.I)
# How many lines an attribution may be broken into, and how long one of them, or any other sign of a history, may be.
BROKEN_INTO, LONGEST = 3, 500


class _Reader:
    """Lines of text, those of a quotation with a sign before them."""

    def __init__(self) -> None:
        self.lines: list[list[str]] = [[""]]
        self.unseen = self.quotations = 0

    def begin(self, tag: str) -> None:
        if tag == "body":
            # The head need not be closed.
            self.unseen = 0
        elif tag in UNSEEN:
            self.unseen += 1
        elif tag in BLOCKS:
            self.quotations += tag == "blockquote"
            self._break()

    def end(self, tag: str) -> None:
        if tag in UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif tag in BLOCKS - {"br", "hr"}:
            self.quotations = max(0, self.quotations - (tag == "blockquote"))
            self._break()

    def say(self, text: str) -> None:
        if not self.unseen:
            # A character of more digits is none, and the standard library stumbles over very many.
            words = unescape(re.sub(r"&#[0-9]{8,};?", "\ufffd", text))
            self.lines[-1].append(re.sub(r"\s+", " ", words))

    def _break(self) -> None:
        self.lines.append([">" * min(self.quotations, 5)])


def _pieces(html: str) -> Iterator[tuple[str, str]]:
    """Each text, and the tag behind it: "p", "/p", "" for a comment and at the end. No character is looked at twice."""
    at = 0
    while found := TAG.search(html, at):
        tag = (found[1] or "").lower()
        yield html[at : found.start()], f"/{tag}" if found[0].startswith("</") else tag
        at = found.end()
        if tag in RAW and not found[0].startswith("</"):
            ends = re.compile(f"</{tag}", re.I).search(html, at)
            at = ends.start() if ends else len(html)
    yield html[at:], ""


def from_html(html: str) -> str:
    """What a reader sees of it, as lines."""
    reader = _Reader()
    for text, tag in _pieces(html):
        reader.say(text)
        reader.end(tag[1:]) if tag.startswith("/") else reader.begin(tag)
    said = [(sign, "".join(words).strip()) for sign, *words in reader.lines]
    lines = [f"{sign} {words}".strip() if words else "" for sign, words in said]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def fold_quoted(text: str) -> tuple[str, str]:
    """What is new in an e-mail, and the history that it repeats at its end; ("…", "") when there is none.

    An answer between the quoted lines is no history: then all of it is new.
    """
    lines = text.split("\n")
    tail = _quoted_tail(lines)
    start = next((at for at in range(len(lines)) if _begins_history(lines, at, tail)), None)
    if start is None:
        return text.strip(), ""
    new, quoted = "\n".join(lines[:start]).strip(), "\n".join(lines[start:]).strip()
    return (new, quoted) if new else (quoted, "")


def _quoted_tail(lines: list[str]) -> int:
    """From which line on there are quoted ones alone; the number of lines when the last one is not quoted."""
    start = quoted = len(lines)
    while start and (not lines[start - 1].strip() or lines[start - 1].startswith(">")):
        start -= 1
        quoted = start if lines[start].startswith(">") else quoted
    return quoted


def _begins_history(lines: list[str], at: int, tail: int) -> bool:
    line = lines[at]
    if line.startswith(">"):
        return at >= tail
    # A sign that is longer is none; and looking through it could take for ever.
    near = [part if len(part) <= LONGEST else "" for part in lines[at : at + BROKEN_INTO]]
    if DIVIDER.match(near[0]):
        return True
    if FROM.match(near[0]):
        return any(SENT.match(following) for following in near[1:])
    # "On … wrote:", which may be broken into lines, with nothing but a quotation behind it.
    after = next((n for n, part in enumerate(near) if WROTE.search(part)), None)
    if after is None or not ON.match(line) or tail == len(lines):
        return False
    ends = at + after + 1
    return all(lines[at:ends]) and ends <= tail and not any(between.strip() for between in lines[ends:tail])
