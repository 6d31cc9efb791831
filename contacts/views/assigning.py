"""The assignee of a person: taken, given to a colleague or back to nobody; and whose people the list shows."""

import uuid

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.accounts.http import ProRequest, send_to
from config.accounts.models import User
from config.web.paging import row_number
from config.web.toasts import toast

from ..assigning.assignments import AlreadyAssignedError, assign
from ..assigning.colleagues import find_colleague
from ..assigning.mails import tell_of_assignment
from ..models import Contact
from .desk_context import DeskList
from .desk_lists import find_row, shown_to
from .thread import find_person, show_person


@require_POST
def take(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Assign a person who is nobody's to whoever asks."""
    return _assign(request, find_person(request, id), request.user, None)


@require_POST
def give(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Assign a person to a colleague, or to nobody; `from` names whose they were on the page, "" for nobody."""
    contact, to_id, from_id = find_person(request, id), _read_user(request, "to"), _read_user(request, "from")
    to = find_colleague(request.pro, to_id)
    if to_id and to is None:
        messages.error(request, _("Choose one of your colleagues."))
        return _show_assignee(request, contact, 422)
    return _assign(request, contact, to, from_id)


def _read_user(request: ProRequest, name: str) -> int | None:
    """The id of a user in the form, None for "". Raises BadRequest for anything else."""
    try:
        text = request.POST.get(name, "")
        return row_number(text) if text else None
    except ValueError as error:
        raise BadRequest from error


def _assign(request: ProRequest, contact: Contact, to: User | None, expected: int | None) -> HttpResponse:
    try:
        if assign(contact, to, by=request.user, expected=expected) and to and to != request.user:
            tell_of_assignment(contact, to, by=request.user)
    except AlreadyAssignedError as error:
        contact.assigned_to = error.holder
        toast(request, _describe_quicker(contact, error.holder, request.user), level=messages.WARNING)
        return _show_assignee(request, contact, 409)
    except Contact.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return _show_assignee(request, contact, 422)
    toast(request, _describe_assignment(contact, to, request.user))
    return _show_assignee(request, contact)


def _describe_assignment(contact: Contact, to: User | None, user: User) -> str:
    if to is None:
        return _("%(name)s is nobody’s.") % {"name": contact.name}
    if to == user:
        return _("%(name)s is yours.") % {"name": contact.name}
    return _("%(name)s is assigned to %(colleague)s.") % {"name": contact.name, "colleague": to}


def _describe_quicker(contact: Contact, holder: User | None, user: User) -> str:
    names = {"name": contact.name, "colleague": holder}
    if holder is None:
        return _("Somebody was quicker: %(name)s is nobody’s by now.") % names
    if holder == user:
        return _("%(name)s is yours by now.") % names
    return _("%(colleague)s was quicker and has %(name)s.") % names


def _show_assignee(request: ProRequest, contact: Contact, status: int = 200) -> HttpResponse:
    """The person, and their row in the list; without htmx their page anew."""
    desk = DeskList(request)
    if not request.htmx:
        return send_to(request, f"{reverse('waiting:person', args=[contact.pk])}{desk.person_query}")
    whose = shown_to(request.user)
    is_shown = not whose or whose == (contact.assigned_to_id,)
    row = find_row(request.pro, contact) if is_shown and desk.view == "list" else None
    left = contact if desk.view == "list" and not is_shown else None
    return show_person(request, contact, status, changed_row=row, left=left)


@require_POST
def show_people(request: ProRequest) -> HttpResponse:
    """Show everyone's people in the list of who waits, one's own, or nobody's, from now on."""
    shown = request.POST.get("shown", "")
    if shown not in User.Shown.values:
        raise BadRequest
    User.objects.filter(pk=request.user.pk).update(waiting_shown=shown)
    return redirect("waiting:list")
