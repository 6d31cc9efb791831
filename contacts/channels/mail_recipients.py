"""Read the addresses that the e-mail in a verified call was sent to: that of the envelope, then those in its headers.

Sources: Mailgun, "Parsed messages parameters" (recipient); Postmark, "Inbound webhook" (OriginalRecipient, ToFull …).
"""

from collections.abc import Iterator
from contextlib import suppress

from .email import StoredRequest
from .letters.provider_mails import NoMailError, postmark_payload
from .mail_headers import split_addresses

MAX_RECIPIENTS = 200
MAX_LENGTH = 20_000


def read_recipients(provider: str, body: bytes, content_type: str) -> list[str]:
    """Addresses that an e-mail was sent to, in a call that `verify_call` accepted."""
    fields = _mailgun_fields(body, content_type) if provider == "mailgun" else _postmark_fields(body)
    addresses = (address for field in fields for _name, address in split_addresses(field[:MAX_LENGTH]))
    return list(dict.fromkeys(addresses))[:MAX_RECIPIENTS]


def _mailgun_fields(body: bytes, content_type: str) -> Iterator[str]:
    form = StoredRequest({}, body, content_type).POST
    for name in ("recipient", "To", "Cc"):
        yield str(form.get(name, ""))


def _postmark_fields(body: bytes) -> Iterator[str]:
    with suppress(NoMailError):
        payload = postmark_payload(body)
        for name in ("OriginalRecipient", "To", "Cc"):
            if isinstance(value := payload.get(name), str):
                yield value
        for name in ("ToFull", "CcFull", "BccFull"):
            items = payload.get(name)
            full = items[:MAX_RECIPIENTS] if isinstance(items, list) else []
            yield from (str(each.get("Email", "")) for each in full if isinstance(each, dict))
