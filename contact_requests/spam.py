"""Quiet spam defence for the public form. Nothing here costs a visitor a click, and nothing is thrown away."""

import time
import uuid
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.http import HttpRequest

from config.web.client import client_place
from config.web.limits import Limit

from .models import ContactRequest, Property

SALT = "contact_requests.form"
MIN_SECONDS = 3
# One stamp that a program has read off the page does not open the form for ever.
MAX_AGE = timedelta(days=7)
# From here on one place's requests are set aside; far beyond, the door closes for a while.
PER_PLACE = Limit("form", settings.FORM_SENDS_PER_HOUR, 3600)
FLOOD = Limit("form-flood", 12 * settings.FORM_SENDS_PER_HOUR, 3600)

Reason = ContactRequest.Quarantine


class Stamp(NamedTuple):
    """When a form was handed out, and the id its request will have, so that sending twice makes one."""

    id: uuid.UUID
    at: float  # Unix seconds


def make_stamp(prop: Property, at: float | None = None) -> str:
    """The signed stamp of a form for `prop`, handed out now or at Unix second `at`."""
    return signing.dumps({"p": prop.slug, "id": uuid.uuid4().hex, "t": at or time.time()}, salt=SALT)


def read_stamp(text: str, prop: Property) -> Stamp | None:
    """The stamp, or None when it is missing, forged, too old or of another property's form."""
    try:
        data = signing.loads(text, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    return Stamp(uuid.UUID(data["id"]), data["t"]) if data["p"] == prop.slug else None


def judge(request: HttpRequest, stamp: Stamp | None, honeypot: str) -> str:
    """Why this submission looks like spam (a `ContactRequest.Quarantine` value), or "" when it does not."""
    is_too_often = PER_PLACE.hit(client_place(request)) > 0
    if honeypot:
        return Reason.HONEYPOT
    if stamp is None:
        return Reason.NO_STAMP
    if time.time() - stamp.at < MIN_SECONDS:
        return Reason.TOO_FAST
    return Reason.TOO_OFTEN if is_too_often else ""
