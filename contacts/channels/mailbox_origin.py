"""Origin of a mail in a mailbox, noted in the content type of its delivery."""

from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from django.utils.dateparse import parse_datetime
from django.utils.http import parse_header_parameters

MEDIA_TYPE = "message/rfc822"


class MailOrigin(NamedTuple):
    """`is_sent`: it is from the folder of sent mail. `is_past`: it arrived before the mailbox was connected.

    `omitted_size`: the body, of a mail of so many bytes, was not fetched; -1 for a mail that the server refused.
    """

    arrived_at: datetime
    is_sent: bool = False
    is_past: bool = False
    omitted_size: int = 0

    def as_content_type(self) -> str:
        marks = [
            "sent=1" * self.is_sent,
            "past=1" * self.is_past,
            f"omitted={self.omitted_size}" * bool(self.omitted_size),
        ]
        return "; ".join(filter(None, [MEDIA_TYPE, f'arrived="{self.arrived_at.isoformat()}"', *marks]))


def read_origin(content_type: str) -> MailOrigin | None:
    """The origin that `as_content_type` wrote, None for another content type."""
    _type, parameters = parse_header_parameters(content_type)
    with suppress(ValueError):
        if arrived_at := parse_datetime(parameters.get("arrived", "")):
            return MailOrigin(
                arrived_at, "sent" in parameters, "past" in parameters, int(parameters.get("omitted", "0"))
            )
    return None
