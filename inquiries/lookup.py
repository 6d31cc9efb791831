"""Find the inquiry of a page, and the contacts that it can be about."""

import uuid

from django.db.models import BigIntegerField, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from config.accounts.http import ProRequest
from config.accounts.models import Pro
from config.web.compiled import Compiled
from config.web.forms import SearchField
from contacts.models import Contact
from contacts.models.queryset import ContactQuerySet

from .models import Inquiry

MAX_ID = BigIntegerField.MAX_BIGINT


def find_inquiry(request: ProRequest, id: int) -> Inquiry:
    """Find an inquiry of this Pro, with type, step, contact and Pro. Raises Http404 for any other.

    Find its files and offers through its relations: databases raise errors for a number that no key can be.
    """
    inquiry = _FOUND.first(request.pro, id) if id <= MAX_ID else None
    if inquiry is None:
        raise Http404
    return inquiry


def _found(pro: Pro, id: int) -> QuerySet[Inquiry]:
    rows = Inquiry.objects.for_pro(pro).filter(pk=id)
    return rows.select_related("inquiry_type", "step", "contact", "pro")


_FOUND = Compiled(_found, keeps_plan=True)


def find_contact(request: ProRequest, id: str) -> Contact:
    """Find a contact of this Pro by its id, as text. Raises Http404 for any other."""
    try:
        return get_object_or_404(Contact.objects.for_pro(request.pro), pk=uuid.UUID(id))
    except ValueError as error:
        raise Http404 from error


def read_search(text: str) -> str:
    """The text of a search, as `SearchField` reads it."""
    return SearchField(required=False).to_python(text)


def search_contacts(pro: Pro, text: str) -> ContactQuerySet:
    """The Pro's contacts with every word of `text`, the last changed first."""
    return Contact.objects.for_pro(pro).search(text, by_word=True).order_by("-updated_at", "-id")
