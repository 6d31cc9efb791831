"""How every page of an inquiry finds it."""

from django.shortcuts import get_object_or_404

from config.accounts.http import ProRequest

from .models import Inquiry


def find_inquiry(request: ProRequest, id: int) -> Inquiry:
    """An inquiry of this Pro's; 404 for any other.

    What belongs to it is looked for from here: by its key, a number that no database holds finds nothing, where it is
    a fault of SQLite's as that of a foreign key.
    """
    rows = Inquiry.objects.for_pro(request.pro).select_related("inquiry_type", "step", "contact", "pro")
    return get_object_or_404(rows, pk=id)
