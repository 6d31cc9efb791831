"""Find the inquiry of a page."""

from django.shortcuts import get_object_or_404

from config.accounts.http import ProRequest

from .models import Inquiry


def find_inquiry(request: ProRequest, id: int) -> Inquiry:
    """Find an inquiry of this Pro, with type, step, contact and Pro. Raises Http404 for any other.

    Find its files and offers through its relations: SQLite raises OverflowError for a foreign key out of range, but
    finds no row for a primary key out of range.
    """
    rows = Inquiry.objects.for_pro(request.pro).select_related("inquiry_type", "step", "contact", "pro")
    return get_object_or_404(rows, pk=id)
