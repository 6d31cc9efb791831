"""Changes of an inquiry that are no moves: priority, category, filter options, contact."""

import uuid
from typing import Annotated

from django.db import transaction
from msgspec import UNSET, Meta, UnsetType, structs

from config.accounts.access import Caller
from config.api.errors import Detail, invalid_fields
from config.api.reading import Body
from contacts.models import Contact
from contacts.models.locking import hold_book

from ..linking import link_contact
from ..models import Inquiry
from ..models.filter_option import find_options
from ..schemas.answers import DetailAnswer
from ..schemas.input import Id
from ..schemas.types import Priority
from .base import api
from .reading import get_inquiry, lock_inquiry


class InquiryUpdate(Body):
    priority: Priority | UnsetType = UNSET
    category: Annotated[str, Meta(max_length=100, description="Empty or null for none.")] | UnsetType | None = UNSET
    filter_option_ids: (
        Annotated[list[Id], Meta(max_length=100, description="All of them: those that are not sent go.")] | UnsetType
    ) = UNSET
    contact_id: (
        Annotated[uuid.UUID, Meta(description="The contact that the customer is, or null for none.")] | UnsetType | None
    ) = UNSET


def hold_inquiry(caller: Caller, id: int) -> DetailAnswer:
    """Lock an inquiry, and the Pro's book before it; answer as `get_inquiry` does."""
    hold_book(caller.pro.pk)
    return lock_inquiry(caller, id)


@api.endpoint(
    "PATCH", "/<int:id>", scope="inquiries:write", body=InquiryUpdate, answer=DetailAnswer, current=hold_inquiry
)
def update_inquiry(caller: Caller, id: int, body: InquiryUpdate) -> DetailAnswer:
    """Change priority, category, filter options or the contact of an inquiry.

    Send only the fields to change. These are no moves and stand in no history; moves are actions. The answer is that of
    GET.
    """
    inquiry = Inquiry.objects.for_pro(caller.pro).get(pk=id)
    given = {name: value for name, value in structs.asdict(body).items() if value is not UNSET}
    with transaction.atomic():
        if "contact_id" in given:
            link_contact(inquiry, _find_contact(caller, given.pop("contact_id")))
        if "category" in given:
            given["category"] = given["category"] or ""
        if "filter_option_ids" in given:
            present = [option.pk for option in inquiry.filter_options.all()]
            given["filter_options"] = find_options(given.pop("filter_option_ids"), kept=present)
        if given:
            inquiry.classify(**given)
    return get_inquiry(caller, id)


def _find_contact(caller: Caller, id: uuid.UUID | None) -> Contact | None:
    """The contact with this id. Raises ProblemError (invalid) for one that is not the Pro's."""
    contact = Contact.objects.for_pro(caller.pro).filter(pk=id).first() if id else None
    if id and contact is None:
        raise invalid_fields(Detail("contact_id", "There is no contact with this id."))
    return contact
