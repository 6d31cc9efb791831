"""Spam detection on the public form, invisible to visitors. Suspected spam goes to quarantine; nothing is deleted."""

import time
import uuid
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.http import HttpRequest

from config.web.client import client_place
from config.web.limits import Limit

from .models import ContactRequest, OfficePage, Property

SALT = "contact_requests.form"
MIN_SECONDS = 3
# A program must not send the form for ever with one stamp that it has read off the page.
MAX_AGE = timedelta(days=7)
# Above PER_PLACE, contact requests of one network go to quarantine; above FLOOD, the form answers 429.
PER_PLACE = Limit("form", settings.FORM_SENDS_PER_HOUR, 3600)
FLOOD = Limit("form-flood", 12 * settings.FORM_SENDS_PER_HOUR, 3600)

Reason = ContactRequest.Quarantine


class Stamp(NamedTuple):
    """The time at which a form was rendered, and the id of its contact request, so that sending it twice makes one."""

    id: uuid.UUID
    rendered_at: float  # Unix seconds


def make_stamp(about: Property | OfficePage, rendered_at: float | None = None) -> str:
    """Sign the stamp of a form for a property or an office, rendered now or at `rendered_at`, in Unix seconds."""
    return signing.dumps(
        {"p": _name_of_subject(about), "id": uuid.uuid4().hex, "t": rendered_at or time.time()}, salt=SALT
    )


def _name_of_subject(about: Property | OfficePage) -> str:
    # A slug has no space.
    return about.slug if isinstance(about, Property) else f"office {about.form_key}"


def read_stamp(text: str, about: Property | OfficePage) -> Stamp | None:
    """The stamp; None when it is missing, forged, too old or of another form."""
    try:
        data = signing.loads(text, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    return Stamp(uuid.UUID(data["id"]), data["t"]) if data["p"] == _name_of_subject(about) else None


def count_sending(request: HttpRequest, *, is_valid: bool) -> tuple[int, bool]:
    """Count a sent form: the seconds to wait where there is a flood, else 0; and True when too many valid ones came."""
    limits = (FLOOD, PER_PLACE) if is_valid else (FLOOD,)
    flood, *too_often = Limit.hit_all(limits, client_place(request))
    return flood, any(too_often)


def detect_spam(stamp: Stamp | None, honeypot: str, *, is_too_often: bool) -> str:
    """A `ContactRequest.Quarantine` value when a sent form looks like spam, else ""."""
    if honeypot:
        return Reason.HONEYPOT
    if stamp is None:
        return Reason.NO_STAMP
    if time.time() - stamp.rendered_at < MIN_SECONDS:
        return Reason.TOO_FAST
    return Reason.TOO_OFTEN if is_too_often else ""


def detect_foreign_spam(honeypot: str, *, is_foreign: bool, is_too_often: bool) -> str:
    """The same for a form on an office's own site, which has no stamp of ours, and a hidden field only if it likes.

    `is_foreign`: it came from a site that the office does not allow.
    """
    if honeypot:
        return Reason.HONEYPOT
    if is_foreign:
        return Reason.FOREIGN_SITE
    return Reason.TOO_OFTEN if is_too_often else ""
