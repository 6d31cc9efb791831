"""Recognise reports on a delivery: the e-mail and recipient that they are about, and if delivery failed for good.

Sources: RFC 3464 (delivery status), RFC 8098 (read receipts), and the forms of mail servers without these: Exim
(X-Failed-Recipients), qmail (cr.yp.to/proto/qsbmf.txt), Sendmail, Yahoo and older Exchange, which repeat the e-mail in
their text.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import suppress
from email.message import EmailMessage
from typing import Any, NamedTuple

from config.web.refusals import is_mailbox_gone

from .letters.parts import MailPart
from .mail_headers import (
    ADDRESS,
    MALFORMED,
    MESSAGE_ID,
    address_in,
    addresses_in,
    content_of,
    header,
    is_address,
    message_id,
    references_of,
)

# A report repeats the e-mail that it is about: all of it, or its headers.
RETURNED_TYPES = ("message/rfc822", "text/rfc822-headers")
# A report's result.
REPORT_TYPES = ("message/delivery-status", "text/delivery-status")
MAX_RETURNED_HEADERS = 100_000  # bytes; the headers of a returned e-mail
MAX_REPORT = 50_000  # characters; the text of a report
_DAEMON = re.compile(r"^(?:mailer-?daemon|mail-?daemon|microsoftexchange[0-9a-f]{20,})(?:$|[-_.+@])", re.I)
# Subjects and texts without accents.
_FAILURE = re.compile(
    r"undeliver|returned mail|returning message|mail delivery fail|delivery (?:has )?fail|failure notice|"
    r"could ?n.t be delivered|could not (?:be deliver|deliver)|not (?:be )?delivered|unable to deliver|"
    r"wasn.t able to deliver|did not reach|"
    r"permanent (?:fatal )?error|delivery status notification \(fail|mail system error|"
    r"message (?:was )?(?:rejected|blocked)|user unknown|no such user|non remis|non distribu|echec (?:de|d.|lors|dans)|"
    r"impossible de (?:remettre|distribuer)|"
    r"unzustellbar|nicht zugestellt|zustellung fehlgeschlagen|onbestelbaar|niet (?:worden )?(?:bezorgd|afgeleverd)|"
    r"kan niet worden (?:bezorgd|afgeleverd)|no se (?:ha podido|pudo|puede) entregar|no entregado|non recapitat|"
    r"mancato recapito|impossibile recapitare|consegna (?:non riuscita|fallita)"
)
_DELAY = re.compile(
    r"delayed|delay\)|still being retried|will (?:be )?(?:retried|continue|keep trying)|not yet been delivered|"
    r"warning: (?:message|could not send)|this is a warning message|do not need to resend|still trying|"
    r"temporar(?:y|ily)|differe|retarde|verzogert|wordt nog geprobeerd|vertraag|retrasad|demorad|ritardat"
)
# The line above the repeated e-mail.
_COPY = re.compile(
    r"^[ \t]*-{2,}.{0,30}(?:copy of|original|forwarded|unsent|returned|headers|below this line).{0,80}$|"
    r"^[ \t]*original (?:message )?headers.{0,20}$",
    re.I | re.M,
)
_MESSAGE_ID_LINE = re.compile(
    r"^[> \t]{0,20}(?:original-|x-original-)?message-id:[ \t]*\r?\n?[> \t]{0,20}(<[^<>\s]{1,250}>)", re.I | re.M
)
_HEADER_LINE = re.compile(r"^[> \t]{0,20}(?:return-path|received|dkim-signature|message-id|from):", re.I | re.M)
_ACTION = re.compile(r"^action:[ \t]*(\w+)", re.I | re.M)
_RECIPIENT = re.compile(r"^(?:original|final)-recipient:[ \t]*(?:[\w-]+[ \t]*;)?[ \t]*<?([^\s<>;]+)", re.I | re.M)
_TO_LINE = re.compile(r"^[> \t]{0,20}to:[ \t]*(.{1,500})$", re.I | re.M)


class Bounce(NamedTuple):
    """A report on a sent e-mail: `about` its Message-ID, `recipient` whose mailbox it did not reach.

    `is_gone`: there is no such mailbox.
    """

    about: str = ""
    is_returned: bool = False
    recipient: str = ""
    is_gone: bool = False


def is_report(email: MailPart) -> bool:
    """True for a report on a delivery or a reading."""
    is_standard = header(email, "Content-Type").lower().startswith("multipart/report")
    if is_standard or "X-Failed-Recipients" in email:
        return True
    writers = [address for _name, address in addresses_in(email, "From")]
    # "MAILER-DAEMON <>" and "<MAILER-DAEMON>" are no addresses.
    if any(map(_DAEMON.match, writers or re.split(r"[\s<>()\"]+", header(email, "From")))):
        return True
    if any(part.get_content_type() in REPORT_TYPES for part in _own_parts(email)):
        return True
    is_postmaster = any(writer.lower().startswith("postmaster@") for writer in writers)
    return (is_postmaster or has_no_sender(email)) and _failure_or_delay(_subject(email)) != ""


def _own_parts(email: EmailMessage) -> Iterator[EmailMessage]:
    """Parts of an e-mail, those of an e-mail within it left out."""
    remaining: list[Any] = [email]
    while remaining:
        part = remaining.pop(0)
        yield part
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            remaining = [*part.get_payload(), *remaining]


def has_no_sender(email: MailPart) -> bool:
    """True for an empty sender of the envelope, which no answer may go to (RFC 5321, 4.5.5)."""
    return header(email, "Return-Path").strip() == "<>" or email.envelope_sender == ""


def read_bounce(email: MailPart, text: str, own_addresses: Collection[str]) -> Bounce:
    """The report in an e-mail with this text; an empty one for an e-mail of a person."""
    if not (is_report(email) or has_no_sender(email)):
        return Bounce()
    is_failed = is_report(email) and _is_failed(email, text[:MAX_REPORT])
    recipient = next(_recipients(email, text[:MAX_REPORT], own_addresses), "") if is_failed else ""
    is_gone = is_failed and is_mailbox_gone(_reason(email, text[:MAX_REPORT]))
    return Bounce(_about(email, text[:MAX_REPORT]), is_failed, recipient, is_gone)


def _reason(email: MailPart, text: str) -> str:
    """Reason that a report gives for the failed deliveries: their status, else its own words."""
    return "\n".join(_failed_blocks(email)) or _plain(_before_copy(text))


def _plain(text: str) -> str:
    """Text in lower case and without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def _subject(email: EmailMessage) -> str:
    return _plain(header(email, "Subject")[:300])


def _is_failed(email: MailPart, text: str) -> bool:
    """True for a failed delivery; other reports are about delays, deliveries and readers."""
    reports = "\n".join(_status_reports(email))
    if actions := {action.lower() for action in _ACTION.findall(reports)}:
        return "failed" in actions
    if "disposition-notification" in header(email, "Content-Type").lower():
        return False
    of_subject = _failure_or_delay(_subject(email))
    if of_subject or "X-Failed-Recipients" in email:
        return of_subject != "delay"
    own_words = _plain(_before_copy(text))
    return _FAILURE.search(own_words) is not None and not _DELAY.search(own_words)


def _failure_or_delay(subject: str) -> str:
    """The kind of report by its subject: "failure", "delay", "" for neither. The subject of the e-mail may follow."""
    failure, delay = _FAILURE.search(subject), _DELAY.search(subject)
    if failure and delay:
        return "failure" if failure.start() < delay.start() else "delay"
    return "failure" if failure else "delay" if delay else ""


def _status_reports(email: MailPart) -> Iterator[str]:
    for part in _own_parts(email):
        if part.get_content_type() in REPORT_TYPES:
            with suppress(*MALFORMED):
                yield part.as_string() if part.is_multipart() else content_of(part).decode("latin-1")


def _before_copy(text: str) -> str:
    """The report's own words, without the e-mail that it repeats."""
    return _COPY.split(_HEADER_LINE.split(text, maxsplit=1)[0], maxsplit=1)[0]


def _about(email: MailPart, text: str) -> str:
    """Message-ID of the e-mail that a report is about, "" for unknown."""
    own = message_id(email)
    ids = (id for id in _candidate_ids(email, text) if id and id != own)
    return next(ids, "")


def _candidate_ids(email: MailPart, text: str) -> Iterator[str]:
    parts = [part for part in _own_parts(email) if part is not email and part.get_content_type() in RETURNED_TYPES]
    yield from map(_repeated_message_id, parts)
    yield from _MESSAGE_ID_LINE.findall(_receipt(email))
    if is_report(email):
        copy = _COPY.search(text)
        yield from _MESSAGE_ID_LINE.findall(text, copy.end() if copy else 0)
        yield from _MESSAGE_ID_LINE.findall(text)
    yield from MESSAGE_ID.findall(header(email, "In-Reply-To"))
    yield from reversed(references_of(email))


def _receipt(email: EmailMessage) -> str:
    """Text of the read receipt, which names the e-mail in Original-Message-ID."""
    for part in _own_parts(email):
        if part.get_content_type() == "message/disposition-notification":
            with suppress(*MALFORMED):
                return part.as_string()[:MAX_REPORT]
    return ""


def _repeated_message_id(part: EmailMessage) -> str:
    """Message-ID of the e-mail that a report repeats, whole or its headers alone."""
    inner: Any = part.get_payload()
    if isinstance(inner, list):
        return message_id(inner[0]) if inner else ""
    return next(iter(_MESSAGE_ID_LINE.findall(_repeated_headers(part))), "")


def _repeated_headers(part: EmailMessage) -> str:
    content = content_of(part)[:MAX_RETURNED_HEADERS].decode("latin-1")
    return re.split(r"\r?\n\r?\n", content, maxsplit=1)[0]


def _recipients(email: MailPart, text: str, own_addresses: Collection[str]) -> Iterator[str]:
    """Addresses that a failed e-mail was sent to, the surest first."""
    own = {address.lower() for address in own_addresses} | {
        address.lower() for _name, address in addresses_in(email, "From")
    }
    candidates = [*(address for _name, address in addresses_in(email, "X-Failed-Recipients")), *_reported(email)]
    candidates += ADDRESS.findall(_before_copy(text))[:20]
    candidates += [address_in(line) for line in _TO_LINE.findall(text)]
    for candidate in candidates:
        address = candidate.strip("<>.,;:()'\"")
        if is_address(address) and address.lower() not in own:
            yield address


def _reported(email: MailPart) -> Iterator[str]:
    """Recipients in the delivery status, those of failed deliveries first."""
    for block in _failed_blocks(email):
        yield from _RECIPIENT.findall(block)


def _failed_blocks(email: MailPart) -> list[str]:
    """The parts of the delivery status about failed deliveries, all where none says so."""
    blocks = [block for report in _status_reports(email) for block in re.split(r"\r?\n[ \t]*\r?\n", report)]
    return [block for block in blocks if "failed" in (action.lower() for action in _ACTION.findall(block))] or blocks
