"""The command `demo`, as its tests run it."""

import io
import json

from django.core.management import call_command

from config.accounts.models import Pro, User
from contact_requests.models import ContactRequest, ContactRequestEvent, Property
from contacts.models import Contact, ContactIdentity
from inquiries.models import DirectoryUser, FilterOption, Inquiry, InquiryHistory, Offer

INQUIRIES = (Inquiry, InquiryHistory, Offer, DirectoryUser, FilterOption)
ROWS = (Pro, User, Property, ContactRequest, ContactRequestEvent, Contact, ContactIdentity, *INQUIRIES)


def run(**options: object) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("demo", stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def loaded(**options: object) -> dict:
    return json.loads(run(json=True, **options)[0])


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in ROWS}
