"""Read how the receiving server verified the sender of an e-mail.

Sources: RFC 8601 (Authentication-Results), RFC 7208 (Received-SPF), Mailgun's and Postmark's documentation of inbound
e-mails (X-Mailgun-Spf, X-Mailgun-Dkim-Check-Result; Received-SPF).

| reported | proven |
|---|---|
| DMARC: pass | yes |
| DMARC: fail | no |
| SPF or DKIM: pass, for the domain of the sender or one above or below it | yes |
| SPF or DKIM, and none of them so | no |
| nothing | yes: a mail server that reports nothing is the Pro's own, and is trusted to refuse forged e-mails |

Only the topmost header counts: those below it may have come with the e-mail.
"""

import re
from email.message import EmailMessage

from .letters.parts import MailPart
from .mail_headers import domain_of, envelope_sender, header, headers, is_within

_RESULT = re.compile(r"^\s*(spf|dkim|dmarc)\s*=\s*([a-z]+)", re.I)
_PROPERTY = re.compile(r"\b(?:header\.[di]|smtp\.mailfrom|smtp\.mail)\s*=\s*\"?([^\s;\"]+)", re.I)
_ENVELOPE = re.compile(r"\benvelope-from\s*=\s*\"?<?([^\s;>\"]+)", re.I)
_COMMENT = re.compile(r"\([^()]*\)")
_SIGNER = re.compile(r"(?:^|;)\s*d\s*=\s*([^\s;]+)")
MAX_RESULTS = 50
# A domain that no sender has: nothing is known of whom the result is about.
UNKNOWN = "-"


def is_proven(email: MailPart, address: str) -> bool:
    """True unless the receiving server reports that it could not verify the sender `address`."""
    results = _authentication_results(email) or _mailgun_results(email) or _received_spf(email)
    if not results:
        return True
    dmarc = {result for method, result, _domain in results if method == "dmarc"}
    if dmarc & {"pass", "fail"}:
        return "fail" not in dmarc
    domain = domain_of(address)
    return any(result == "pass" and is_within(domain, other) for _method, result, other in results)


def _authentication_results(email: EmailMessage) -> list[tuple[str, str, str]]:
    """(method, result, domain) of each result in Authentication-Results."""
    text = header(email, "Authentication-Results")
    for _depth in range(3):
        text = _COMMENT.sub(" ", text)
    parts = text.split(";")[:MAX_RESULTS]
    matches = [(match, part) for part in parts if (match := _RESULT.match(part))]
    return [(match[1].lower(), match[2].lower(), _domain_in(part)) for match, part in matches]


def _domain_in(text: str) -> str:
    match = _PROPERTY.search(text)
    return domain_of(match[1]) if match else UNKNOWN


def _mailgun_results(email: MailPart) -> list[tuple[str, str, str]]:
    """Mailgun's results: SPF is about the sender of the envelope, DKIM about any of the signatures."""
    envelope = domain_of(envelope_sender(email))
    signers = {domain_of(domain) for value in headers(email, "DKIM-Signature") for domain in _SIGNER.findall(value)}
    names = [("spf", "X-Mailgun-Spf", envelope), ("dkim", "X-Mailgun-Dkim-Check-Result", _common_domain(signers))]
    # Somebody may have sent the header along: all of its values must be the same.
    values = [(method, {v.strip().lower() for v in headers(email, name)}, domain) for method, name, domain in names]
    return [(method, " ".join(sorted(results)), domain or UNKNOWN) for method, results, domain in values if results]


def _common_domain(domains: set[str]) -> str:
    """The one domain that all of them are part of; "" for several."""
    shortest = min(domains, key=len, default="")
    return shortest if all(is_within(shortest, domain) for domain in domains) else ""


def _received_spf(email: MailPart) -> list[tuple[str, str, str]]:
    text = header(email, "Received-SPF")
    if not text.strip():
        return []
    envelope = _ENVELOPE.search(text)
    sender = envelope[1] if envelope else envelope_sender(email)
    return [("spf", text.split(maxsplit=1)[0].strip(";:").lower(), domain_of(sender) or UNKNOWN)]
