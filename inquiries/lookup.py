"""Find the inquiry of a page, and the contacts that it can be about."""

import uuid

from django.http import Http404
from django.shortcuts import get_object_or_404

from config.accounts.http import ProRequest
from config.accounts.models import Pro
from config.web.forms import SearchField
from contacts.models import Contact
from contacts.models.queryset import ContactQuerySet

from .models import Inquiry


def find_inquiry(request: ProRequest, id: int) -> Inquiry:
    """Find an inquiry of this Pro, with type, step, contact and Pro. Raises Http404 for any other.

    Find its files and offers through its relations: SQLite raises OverflowError for a foreign key out of range, but
    finds no row for a primary key out of range.
    """
    rows = Inquiry.objects.for_pro(request.pro).select_related("inquiry_type", "step", "contact", "pro")
    return get_object_or_404(rows, pk=id)


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
