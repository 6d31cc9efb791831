"""Every page that can be opened, by the caller for whom it is."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from config.accounts.inviting import make_invitation_key
from config.accounts.models import Invitation, User
from contact_requests.models import ContactRequest, Property
from contact_requests.receipts import make_receipt_key
from inquiries.models import Offer

from ..access.expectations import FOR_STAFF, PUBLIC, WITHOUT_GATE, WITHOUT_PRO
from ..access.matrix import fill
from ..access.rows import Rows
from ..access.test_admin import SITE, model_pages
from ..access.workspace import WORKSPACE
from ..pages import Page
from .forms import Sending, sendings


class Address(NamedTuple):
    client: Client
    path: str


def opened(rows: Rows) -> dict[str, dict[str, Any]]:
    """Ids and keys of pages that a key opens, by their addresses."""
    rows[Property].is_published = True
    rows[Property].save()
    rows[Offer].status, rows[Offer].sent_at = "sent", timezone.now()
    rows[Offer].save()
    user = rows[User]
    reset = {"uidb64": urlsafe_base64_encode(force_bytes(user.pk)), "token": default_token_generator.make_token(user)}
    return {
        "properties/<slug:slug>": {"slug": rows[Property].slug},
        "r/<str:key>": {"key": make_receipt_key(rows[ContactRequest])},
        "offers/<slug:key>": {"key": rows[Offer].key},
        "password/reset/<uidb64>/<token>": reset,
        "invitation/<str:key>": {"key": make_invitation_key(rows[Invitation])},
    }


def all_addresses(rows: Rows, callers: dict[str, Client]) -> Iterator[Address]:
    """Every address of a page, filled with these rows' ids."""
    keys = opened(rows)
    for caller, pages in (
        ("owner", WORKSPACE | WITHOUT_GATE | WITHOUT_PRO),
        ("staff", FOR_STAFF),
        ("nobody", PUBLIC),
    ):
        for address, page in pages.items():
            yield Address(callers[caller], fill(address, page.ids | keys.get(address, {}), rows))
    for path in SITE.values():
        yield Address(callers["staff"], "/admin/" + path)
    for _model, path in model_pages(rows):
        yield Address(callers["staff"], path)


def all_sendings(rows: Rows, callers: dict[str, Client]) -> list[Sending]:
    """Every form and every link with a query on every page."""
    found: list[Sending] = []
    for client, path in all_addresses(rows, callers):
        response = client.get(path, follow=True)
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            found += sendings(client, response.request["PATH_INFO"], Page(response))
    return found
