"""Read the letter in an e-mail: its words in order, the history apart, and every file.

Which parts are words and which are files no library decides as mail programs mean it: Apple Mail writes on after a
file, scanners put a line before the letter, forms name the letter "message.txt".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from config.web.text import one_line

from ..message import File
from ..payload import MAX_TEXT, clean_text
from .calendars import describe_invitation
from .charsets import decode, html_charset, is_declared
from .history import split_history
from .html_text import MAX_READ, html_to_text
from .parts import MailPart, parse_head
from .plain_text import split_uuencoded, unflow

MAX_FILES = 100
MAX_SOURCE = 4_000_000  # bytes of one part's words
FILE_TEXTS = {"text/rtf", "text/csv", "text/vcard", "text/x-vcard", "text/directory", "text/css", "text/javascript"}
FILE_TEXTS |= {"text/rfc822-headers", "text/delivery-status", "text/x-patch", "text/x-diff", "text/x-sql"}
# Pictures within HTML, written out: no words.
DATA_URL = re.compile(rb"data:[\w/+.-]+;base64,[A-Za-z0-9+/=\s]{200,}+")
# HTML that a program calls plain text.
HTML = re.compile(rb"\s*(?:<!doctype html|<html[\s>])", re.I)
PLACEHOLDER_WORDS = 5
MAX_TABLE_PARTS = 3


@dataclass(frozen=True)
class Letter:
    """The words of an e-mail, the history below them, and its files, those that hold mails included.

    `refused` names each file that cannot be kept, and why.
    """

    text: str
    quoted: str
    files: tuple[File, ...]
    refused: tuple[str, ...] = ()


@dataclass
class _Passage:
    """The words of one part, or of several; `kind` is the type of the first."""

    new: str
    quoted: str = ""
    kind: str = "text/plain"


@dataclass
class _Reader:
    """Collects the files of an e-mail while its words are read; `has_named_words` reads parts with a name as words."""

    has_named_words: bool = False
    files: list[File] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    invitations: list[str] = field(default_factory=list)

    def passages(self, part: MailPart) -> list[_Passage]:
        """Words of a part, in order."""
        if part.is_multipart():
            inner = [self.passages(child) for child in children(part)]
            return _choose(inner) if part.kind == "multipart/alternative" else _in_order(inner)
        is_words = self._is_words(part)
        if not is_words or part.get_content_disposition() == "attachment":
            self._keep_file(part)
        if not is_words:
            return []
        return [passage for passage in [self._read_words(part)] if passage.new or passage.quoted]

    def _is_words(self, part: MailPart) -> bool:
        if part.get_content_maintype() != "text" or part.kind in FILE_TEXTS or part.kind == "text/calendar":
            return False
        is_named = part.get_content_disposition() == "attachment" or bool(filename(part))
        is_letter = part.kind in ("text/plain", "text/html", "text/enriched")
        return not is_named or (self.has_named_words and is_letter)

    def _keep_file(self, part: MailPart) -> None:
        content = part.get_content_bytes()
        if part.is_broken:
            self.refused.append(_("%(file)s: The file arrived damaged.") % {"file": _file_name(part, content)})
            return
        if part.kind == "text/calendar" or part.kind == "application/ics":
            self.invitations.append(describe_invitation(_decoded(part, content)))
        file = File(_file_name(part, content), content)
        if part.kind not in ("text/calendar", "application/ics") or content not in [
            file.content for file in self.files
        ]:
            self.files.append(file)

    def _read_words(self, part: MailPart) -> _Passage:
        content = part.get_content_bytes()
        if part.kind == "text/plain":
            content, files = split_uuencoded(content)
            self.files += files
        text = _part_words(part, content)[:MAX_READ]
        new, quoted = split_history(text)
        return _Passage(new, quoted, part.kind)


def read_letter(email: MailPart) -> Letter:
    """Read an e-mail's words and files."""
    reader = _Reader()
    passages = reader.passages(email)
    if not passages and any(map(filename, email.walk())):
        # A part with a name is the letter when nothing else is.
        reader = _Reader(has_named_words=True)
        passages = reader.passages(email)
    text, quoted = (_joined(getattr(passage, name) for passage in passages) for name in ("new", "quoted"))
    invitations = [words for words in dict.fromkeys(reader.invitations) if words.partition("\n")[0] not in text]
    text = _joined([text, *invitations])
    if not text:
        # An e-mail of only quotations, or one that only hands on another.
        text, quoted = quoted or _joined(_hand_ons(email)) or ("" if reader.files else _outside(email)), ""
    too_many = [
        _("%(file)s: The e-mail has too many files.") % {"file": file.name} for file in reader.files[MAX_FILES:]
    ]
    return Letter(_limited(text), _limited(quoted), tuple(reader.files[:MAX_FILES]), (*reader.refused, *too_many))


def read_tables(email: MailPart) -> str:
    """Text of an e-mail's HTML with tabs between the cells of its tables; "" without tables."""
    parts = [part for part in email.walk() if isinstance(part, MailPart) and part.kind == "text/html"]
    parts = [part for part in parts if not filename(part)][:MAX_TABLE_PARTS]
    pages = (_decoded(part, DATA_URL.sub(b"", part.get_content_bytes())) for part in parts)
    return _joined([html_to_text(page, between_cells="\t") for page in pages if re.search(r"<t[dh][\s>]", page, re.I)])


def children(part: MailPart) -> list[MailPart]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, MailPart)] if isinstance(payload, list) else []


def filename(part: object) -> str:
    """The name of a part that is a file, "" for none."""
    return clean_text(part.get_filename() or "", 1000) if isinstance(part, MailPart) else ""


def _part_words(part: MailPart, content: bytes) -> str:
    if part.kind in ("text/html", "text/x-amp-html") or HTML.match(content):
        html = _decoded(part, DATA_URL.sub(b"", content))
        return html_to_text(html)
    text = _lines(_decoded(part, content))
    if part.kind in ("text/enriched", "text/richtext"):
        return _enriched(text)
    if part.parameter("format").lower() == "flowed":
        return unflow(text, deletes_space=part.parameter("delsp").lower() == "yes")
    return text


def _decoded(part: MailPart, content: bytes) -> str:
    charset = part.parameter("charset")
    if part.kind.endswith("html") and not is_declared(charset):
        charset = html_charset(content) or charset
    return decode(content[:MAX_SOURCE], charset)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _enriched(text: str) -> str:
    """Words of text/enriched (RFC 1896): a single line break is a space, "<<" is "<"."""
    plain = re.sub(r"(?is)<param>.*?</param>|<(?!<)/?[a-z][\w-]*>", "", text.replace("<<", "\0"))
    return re.sub(r"(?<!\n)\n(?!\n)", " ", plain).replace("\0", "<")


def _choose(options: list[list[_Passage]]) -> list[_Passage]:
    """The first of alternatives that has words, unless HTML says clearly more."""
    worded = [option for option in options if any(passage.new for passage in option)]
    best: list[_Passage] = worded[0] if worded else next(filter(None, options), [])
    for option in worded[1:]:
        if _says_more(option, best):
            best = option
    return best


def _in_order(options: list[list[_Passage]]) -> list[_Passage]:
    """All words, each once: some programs put the HTML of a text after it and do not call it an alternative."""
    passages: list[_Passage] = []
    for passage in (passage for option in options for passage in option):
        known = set().union(*(_word_set(before.new) for before in passages))
        if passage.kind != "text/html" or not passages or not (_word_set(passage.new) <= known):
            passages.append(passage)
    return passages


def _says_more(option: list[_Passage], best: list[_Passage]) -> bool:
    """Return true when most words of `option` are new and it has more than `best`, a stub or a banner."""
    words, others = (set().union(*(_word_set(passage.new) for passage in each)) for each in (option, best))
    new = words - others
    return len(new) >= PLACEHOLDER_WORDS and len(new) * 2 > len(words) and len(words) > len(others)


def _word_set(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def _joined(texts: Iterator[str] | list[str]) -> str:
    return "\n\n".join(text.strip("\n") for text in texts if text.strip())


def _limited(text: str) -> str:
    """Text that every database can store, with a note at its end when it is cut."""
    cleaned = clean_text(text, MAX_TEXT + 1)
    if len(cleaned) <= MAX_TEXT:
        return cleaned.strip()
    note = _("This e-mail is longer than what is shown. Open the original.")
    return f"{cleaned[: MAX_TEXT - len(note) - 2].strip()}\n\n{note}"


def _file_name(part: MailPart, content: bytes) -> str:
    """The name that the sender gave a file, else one by which it can be told."""
    name = filename(part).strip()
    if part.get_content_maintype() == "message" and part.kind in ("message/rfc822", "message/global"):
        name = name or one_line(re.sub(r"[/\\:]", "-", _inner(content, "Subject")), 100) or _("Unnamed file")
        return name if name.lower().endswith((".eml", ".msg")) else f"{name}.eml"
    if part.kind == "text/calendar" and not name:
        return _("invitation") + ".ics"
    return name or _("Unnamed file")


def _inner(content: bytes, name: str) -> str:
    """A header of a mail within the mail."""
    try:
        return clean_text(str(parse_head(content[:65536]).get(name, "")))
    except (ValueError, LookupError, AttributeError, TypeError):
        return ""


def _hand_ons(email: MailPart) -> Iterator[str]:
    """A line for each mail within a mail that has no words of its own."""
    for part in email.walk():
        if isinstance(part, MailPart) and part.kind in ("message/rfc822", "message/global"):
            content = part.get_content_bytes()
            fields = {"subject": one_line(_inner(content, "Subject")), "sender": one_line(_inner(content, "From"))}
            yield _("Attached e-mail: %(subject)s, from %(sender)s") % fields


def _outside(email: MailPart) -> str:
    """Text before and after the parts of an e-mail, which mail programs do not show."""
    return _lines(decode(email.outside[:MAX_SOURCE]))
