"""Read a visitor's request from an e-mail of a portal or of a site's form: labelled words, or OpenImmo feedback.

Labelled words of a program, a portal, a list or the Pro's own address are a lead with two of: an e-mail address or
phone number, a name, a message. Those of anybody else need all three; or another e-mail address than the sender's and a
message below it.

A person's e-mail whose signature has "Tel.:" is no lead, nor is one that repeats a form's e-mail as history. When the
labelled e-mail address is the Pro's own, the labels are about the Pro, such as those of an order.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import unescape

from config.web.text import one_line

from .letters.html_text import HISTORY_MARK
from .mail_headers import address_in, domain_of, header, is_address, split_addresses
from .mail_labelled_lines import LabelledLine, plain_value, read_labelled_lines
from .mail_machines import is_own
from .mail_openimmo import read_openimmo
from .mail_senders import MailSender
from .message import Lead

MAX_REFERENCES = 30
MAX_MESSAGE = 20_000  # characters
URL = re.compile(r"https?://[^\s<>\"'()\[\]|]{1,500}", re.I)
# A reference within a line or subject: "Votre annonce Réf. AB-123", "(Objekt-Nr. 4711)".
_INLINE_REFERENCE = re.compile(
    r"\b(?:r[ée]f(?:[ée]rence|erenz|erentie|erencia)?|rif(?:erimento)?|annonce\s+n[°ºo]|"
    r"(?:objekt|immobilien|anzeigen|expos[ée]|scout|object|pand)[- ]?(?:nr|nummer|id)|"
    r"(?:property|listing|ad)[ -]?(?:id|ref|no|number))(?!\w)"
    r"[.:#°º ]{1,4}(?:annonce|nr|n°|no)?[.:# ]{0,3}([A-Za-z0-9][\w./-]{1,40})",
    re.I,
)
_FORM_OF_ADDRESS = re.compile(r"(?:mrs?|ms|miss|dr|herr|frau|divers|m|mme|mlle|monsieur|madame|sra?)[. ]*", re.I)
_TEL_LINK = re.compile(r"^tel:|[<(\[]?tel:[^\s>)\]]*[>)\]]?|(?<=\d) \(\+?\d{6,15}\)$", re.I)
_FREE_MAIL = re.compile(
    r"^(?:gmail|googlemail|outlook|hotmail|live|yahoo|gmx|web|icloud|orange|free|laposte|telenet)\."
)


def read_lead(mail: MailSender, texts: Sequence[str]) -> Lead | None:
    """The request in an e-mail. `texts` are readings of its words; the one that gives most counts, else the first."""
    leads = [lead for text in texts if (lead := _read_labels(text, mail))]
    lead = read_openimmo(mail.email) or max(leads, key=_count_values, default=None)
    if lead is None or is_own(lead.email, mail.own_addresses):
        return None
    text = max(texts, key=len)
    references = dict.fromkeys([*lead.references, *_other_references(header(mail.email, "Subject"), text)])
    return replace(lead, references=tuple(references)[:MAX_REFERENCES], source=lead.source or _source(mail, text))


def _count_values(lead: Lead) -> int:
    return sum(map(bool, (lead.name, lead.email, lead.phone, lead.message)))


def _read_labels(text: str, mail: MailSender) -> Lead | None:
    if not mail.is_machine:
        text = text.partition(HISTORY_MARK)[0]
    lines = read_labelled_lines(text.replace(HISTORY_MARK, ""), is_whole=mail.is_machine)
    lead = Lead(
        name=_visitor_name(lines),
        email=_email(lines),
        phone=next(_phones(lines), ""),
        message="\n\n".join(line.value for line in lines if line.field == "message" and line.value)[:MAX_MESSAGE],
        references=tuple(_references(lines)),
        title=_title(lines),
    )
    accepts = _is_lead if mail.is_machine else _is_direct_lead
    return lead if accepts(lead, mail, lines) else None


def _is_lead(lead: Lead, mail: MailSender, lines: list[LabelledLine]) -> bool:
    if lead.message:
        return bool(lead.name or lead.email or lead.phone)
    # A newsletter ends with the name and address of its office.
    has_name = any(line.field in ("name", "first_name", "last_name") for line in lines)
    return has_name and bool(lead.name and (lead.email or lead.phone)) and "List-Unsubscribe" not in mail.email


def _is_direct_lead(lead: Lead, mail: MailSender, lines: list[LabelledLine]) -> bool:
    if not (lead.message and (lead.email or lead.phone)):
        return False
    fields = [line.field for line in lines]
    is_above = "email" in fields and fields.index("email") < fields.index("message")
    return bool(lead.name) or (is_above and lead.email.lower() not in ("", mail.address.lower()))


def _field_values(lines: list[LabelledLine], field: str) -> Iterator[str]:
    """Values of a field, on one line each, without empty ones."""
    values = (one_line(plain_value(line.value)) for line in lines if line.field == field)
    yield from filter(None, values)


def _first(lines: list[LabelledLine], field: str) -> str:
    return next(_field_values(lines, field), "")


def _visitor_name(lines: list[LabelledLine]) -> str:
    """Name of the visitor. A "Name" beside a "First name" is the last name."""
    name, first, last = _first(lines, "name"), _first(lines, "first_name"), _first(lines, "last_name")
    if first:
        name = f"{first} {last}" if last else name if first.casefold() in name.casefold() else f"{first} {name}"
    elif last.casefold() not in name.casefold():
        name = f"{name} {last}"
    return _without_address((name or _first(lines, "person") or _first(lines, "from")).strip())


def _without_address(name: str) -> str:
    """ "Lea Visitor <lea@visitor.example>" without the address."""
    pairs = split_addresses(name)
    if pairs and pairs[0][0]:
        return pairs[0][0]
    return name.replace(address_in(name) or "\0", "").strip(" <>()[],;-") or name


def _email(lines: list[LabelledLine]) -> str:
    """E-mail address of the visitor, by its label, else beside the name."""
    candidates = (
        address_in(value) for field in ("email", "name", "person", "from") for value in _field_values(lines, field)
    )
    return next(filter(is_address, candidates), "")


def _phones(lines: list[LabelledLine]) -> Iterator[str]:
    for value in _field_values(lines, "phone"):
        # "06 12 34 56 78 (+33612345678)": the address of a link stands behind its text.
        phone = _TEL_LINK.sub("", value).strip()
        if sum(c.isdigit() for c in phone) >= 5:
            yield phone[:50]


def _references(lines: list[LabelledLine]) -> Iterator[str]:
    """Labelled references: each whole, and its first word with a digit ("VP-12 (vente)")."""
    for value in _field_values(lines, "reference"):
        yield value[:100]
        if word := re.search(r"\b(?=[\w./-]*\d)\w[\w./-]*\w", value[:100]):
            yield word[0]


def _title(lines: list[LabelledLine]) -> str:
    titles = (value for field in ("title", "subject") for value in _field_values(lines, field))
    return next((title for title in titles if not _FORM_OF_ADDRESS.fullmatch(title) and not URL.match(title)), "")


def _other_references(subject: str, text: str) -> Iterator[str]:
    """References within the subject and the text, then all addresses of pages."""
    candidates = _INLINE_REFERENCE.findall(f"{subject}\n{text[:50_000]}")
    yield from (value.rstrip("./-") for value in candidates if any(c.isdigit() for c in value))
    yield from (unescape(url).rstrip(".,;:!?*") for url in URL.findall(text[:200_000])[:MAX_REFERENCES])


def _source(mail: MailSender, text: str) -> str:
    """Host name of the portal or site: of the sender, else of the first page that the text names."""
    host = domain_of(mail.address)
    if host and not mail.is_own and not _FREE_MAIL.match(host):
        return host
    pages = (re.sub(r"^https?://(?:[^/@]*@)?|[:/?#].*$", "", url, flags=re.I) for url in URL.findall(text[:50_000]))
    return next((page.lower() for page in pages if "." in page), host)
