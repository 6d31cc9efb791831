"""The page that a form came from, and to which its answer leads back."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def read_next_page(request: HttpRequest) -> str:
    """Path in the field `next` of a form, or of a query string; "" for none and for another host's."""
    page = request.POST.get("next") or request.GET.get("next", "")
    is_path = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return page if is_path else ""
