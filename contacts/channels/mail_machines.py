"""Recognise addresses that write for others: machines, portals, relays, and lists that rewrite From."""

import re
from collections.abc import Collection

from django.conf import settings

from config.web.mail import is_answerable

from .mail_headers import address_in, domain_of, is_within

# Local parts of programs, besides those that take no answers.
_PROGRAM = re.compile(
    r"^(?:(?:e?mail)?notif(?:y|ier|ications?|icaciones|iche)|alerts?|alertes?|meldungen|leads?|enquir(?:y|ies)|"
    r"inquir(?:y|ies)|automail(?:er)?|mailer|robot|daemon|(?:web|contact|kontakt)?form(?:s|mail|mailer|ular|ulaire|ulier)?|"
    r"formulario|modulo|wordpress|www|www-?data|apache|nginx|nobody|root|webmaster|website|cgi|system|lists?|relay)"
    r"(?:$|[-_.+0-9])",
    re.I,
)
# Local parts of offices. A site's form often writes from one of them, with the visitor in Reply-To.
_OFFICE = re.compile(
    r"^(?:info|infos|contact|contacto|contatto|kontakt|hello|hallo|bonjour|mail|email|office|bureau|kantoor|buero|post|"
    r"service|support|team|sales|admin|anfragen?|client|clients|kunden|agence|web)[-_.+0-9@]",
    re.I,
)
# Local parts that a portal makes for one visitor, so that an answer reaches that person.
_RELAY = re.compile(
    r"[0-9a-f]{10,}|[0-9]{6,}|^(?:reply|relay|guest|conversation|conv|message|msg|interessent|buyer|prospect)[-_.+=].{4,}",
    re.I,
)
_VIA = re.compile(
    r"^['\"‘“]?(?P<name>.{1,150}?)['\"’”]?\s+\(?(?:via|über|par le biais de|a través de|tramite)\s+\S", re.I
)


def is_own(address: str, own_addresses: Collection[str]) -> bool:
    """True for one of `own_addresses`, also with a tag ("desk+form@example.org")."""
    user, _at, domain = address.lower().rpartition("@")
    own = {own_address.lower() for own_address in own_addresses if own_address}
    return bool(own & {address.lower(), f"{user.partition('+')[0]}@{domain}"})


def is_installation(address: str) -> bool:
    """True for the address that this installation's own mails come from."""
    return is_own(address, [address_in(settings.DEFAULT_FROM_EMAIL)])


def is_program(address: str) -> bool:
    """True for an address that no person writes from, by its local part."""
    return not is_answerable(address) or _PROGRAM.match(address.partition("@")[0]) is not None


def is_relay(address: str) -> bool:
    """True for an address that a portal made for one visitor."""
    return _RELAY.search(address.rpartition("@")[0]) is not None


def is_form(name: str, address: str, reply: tuple[str, str]) -> bool:
    """True for an office's address with somebody else, elsewhere, in Reply-To."""
    is_elsewhere = not is_within(domain_of(address), domain_of(reply[1]))
    return is_elsewhere and _OFFICE.match(address) is not None and name.lower() != reply[0].lower()


def name_before_via(name: str) -> str:
    """Name of the person in "'Lea Visitor' via Leads", which a list makes of From; "" for any other name."""
    match = _VIA.match(name)
    return match["name"].strip(" '\"‘’“”") if match else ""
