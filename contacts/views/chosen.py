"""Several contacts at once: those that were chosen in the list."""

import uuid
from contextlib import suppress
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from config.accounts.http import ProRequest, send_to
from config.accounts.middleware import for_owners
from config.accounts.proof import password_again
from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.web.csv_files import csv_response
from config.web.toasts import toast

from ..book.exporting import contact_lines
from ..bulk.actions import find_list
from ..models import Contact
from .bulk import chosen_query, is_everything, plan_rows
from .ticked import ticked

# As many as a page of the list shows.
MAX_CHOSEN = 50


def read_chosen(values: QueryDict) -> list[uuid.UUID]:
    """Ids of the chosen contacts, each once; anything else is left out."""
    ids = []
    for text in ticked(values, "contact")[: 2 * MAX_CHOSEN]:
        with suppress(ValueError):
            ids.append(uuid.UUID(text))
    return sorted(set(ids))[:MAX_CHOSEN]


def export_response(request: ProRequest, contacts: QuerySet[Contact], detail: str) -> StreamingHttpResponse:
    """CSV file of contacts as a download, sent while it is written; `detail` says in the audit which."""
    if request.method != "HEAD":
        record_event(Kind.EXPORTED, pro=request.pro, by=request.user, detail=detail)
    return csv_response(f"contacts-{timezone.localdate()}.csv", contact_lines(request.pro, contacts))


@for_owners
@password_again("POST")
@require_POST
def contacts_export(request: ProRequest) -> HttpResponse | StreamingHttpResponse:
    """CSV file of the chosen contacts, archived ones too; of all that match the list's filter by its own address."""
    if is_everything(request.POST):
        return redirect(f"{reverse('contacts:contact_export')}?{chosen_query(request).urlencode()}")
    contacts = Contact.objects.for_pro(request.pro, deleted=None).filter(pk__in=read_chosen(request.POST))
    return export_response(request, contacts, "contacts:chosen")


def _list_url(request: ProRequest) -> str:
    # What follows the question mark only; the list takes no other address from it.
    query = QueryDict(request.POST.get("query", "")[:500]).urlencode()
    return f"{reverse('contacts:contact_list')}?{query}".rstrip("?")


@require_POST
def contacts_archive(request: ProRequest) -> HttpResponse:
    """Archive the chosen contacts; a toast offers to undo it. Those that are archived already are left out.

    All that match the list's filter are archived in the background, after a preview.
    """
    if is_everything(request.POST) and (book := find_list("contacts")):
        return plan_rows(request, book, "archive")
    archived = []
    with transaction.atomic():
        for contact in Contact.objects.for_pro(request.pro).filter(pk__in=read_chosen(request.POST)).order_by("pk"):
            with suppress(Contact.DoesNotExist):
                contact.archive(by=request.user)
                archived.append(contact)
    if archived:
        text = ngettext("%(n)d contact is archived.", "%(n)d contacts are archived.", len(archived))
        undo = urlencode([("contact", contact.pk) for contact in archived])
        toast(request, text % {"n": len(archived)}, f"{reverse('contacts:contacts_restore')}?{undo}")
    else:
        toast(request, _("No contact was chosen."))
    return redirect(_list_url(request))


@require_POST
def contacts_restore(request: ProRequest) -> HttpResponse:
    """Restore the contacts that the address names, which undoes their archiving."""
    restored = 0
    archived = Contact.objects.for_pro(request.pro, deleted=True).filter(pk__in=read_chosen(request.GET))
    with transaction.atomic():
        for contact in archived.order_by("pk"):
            with suppress(Contact.DoesNotExist):
                contact.restore(by=request.user)
                restored += 1
    text = ngettext("%(n)d contact is restored.", "%(n)d contacts are restored.", restored) % {"n": restored}
    toast(request, text)
    return send_to(request, reverse("contacts:contact_list"))
