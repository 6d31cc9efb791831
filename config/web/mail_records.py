"""Records in DNS by which others tell that our mails are ours, for `manage.py doctor --dns`.

Sources: RFC 7208 (SPF), RFC 7489 (DMARC).
"""

import re
from collections.abc import Callable, Iterator
from email.utils import parseaddr

from django.conf import settings

from .dns_records import DnsError, read_texts

OK, WARN, FAIL = "ok", "warn", "fail"
SHOWN = 200
type Line = tuple[str, str, str, str]


def check_mail_records() -> Iterator[Line]:
    """Look for SPF and DMARC of the domains of our mails; only a mail that arrived tells the selector of DKIM."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    for sender in dict.fromkeys(filter(None, [domain, settings.REPLY_DOMAIN])):
        yield _try(f"dns: SPF of {sender}", sender, _check_spf)
    yield _try(f"dns: DMARC of {domain}", domain, _check_dmarc)
    question = f"dig +short TXT SELECTOR._domainkey.{domain}"
    advice = f"Ask {question}; the selector is s= of DKIM-Signature in a mail that arrived."
    yield f"dns: DKIM of {domain}", WARN, "not looked up, as its name is not known here", advice


def _try(name: str, domain: str, check: Callable[[str], tuple[str, str, str]]) -> Line:
    try:
        return (name, *check(domain))
    except DnsError as error:
        asked = f"_dmarc.{domain}" if check is _check_dmarc else domain
        advice = f"Ask dig +short TXT {asked}; docs/operations.md says what should be there."
        return name, WARN, f"not looked up: {error}", advice


def _check_spf(domain: str) -> tuple[str, str, str]:
    records = [text for text in read_texts(domain) if re.match(r"v=spf1( |$)", text, re.I)]
    if not records:
        return WARN, "there is no record", "Add a TXT record like v=spf1 include:PROVIDER ~all."
    if len(records) > 1:
        return FAIL, f"there are {len(records)} records, and others take none", "Make one record of them."
    if re.search(r" \+?all\b", records[0], re.I):
        return FAIL, records[0][:SHOWN], "It lets any machine send for the domain: end it with ~all."
    return OK, records[0][:SHOWN], ""


def _check_dmarc(domain: str) -> tuple[str, str, str]:
    labels = domain.split(".")
    # The record of a domain above holds for those below it.
    for start in range(max(1, len(labels) - 1)):
        asked = f"_dmarc.{'.'.join(labels[start:])}"
        records = [text for text in read_texts(asked) if re.match(r"v=DMARC1\s*(;|$)", text, re.I)]
        if len(records) > 1:
            return FAIL, f"{asked} has {len(records)} records, and others take none", "Make one record of them."
        if records:
            return OK, f"{asked}: {records[0][:SHOWN]}", ""
    advice = f"Add a TXT record at _dmarc.{domain}, such as v=DMARC1; p=none; rua=mailto:dmarc@{domain}."
    return WARN, "there is no record", advice
