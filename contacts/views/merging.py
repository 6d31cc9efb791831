"""Pages of likely duplicates: compare, merge, undo the merge, mark as distinct."""

import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from config.accounts.http import ProRequest, send_to, wants
from config.accounts.models import Pro, User
from config.web.compiled import Compiled
from config.web.toasts import toast
from config.web.together import UNASKED, Answers

from ..book.duplicates import likely_duplicates, mark_distinct, unmark_distinct
from ..book.fields import display_value, field_label
from ..book.merging import OutdatedMergeError, differing_fields, fields_to_fill, fingerprint, merge_contacts, undo_merge
from ..book.related_rows import count_related_rows
from ..models import Contact, ContactMerge

PAGE = "contacts/merge.html"
# Names of the two contacts in the form: "a" is the contact of the URL's first id.
SIDES = ("a", "b")


class Option(NamedTuple):
    """One of two values of a field; `text` is "" for an empty one."""

    side: str
    text: str
    is_chosen: bool


class Choice(NamedTuple):
    """A field in which the two contacts differ."""

    name: str
    label: str
    options: list[Option]
    errors: list[str]


class MergePreview:
    """A merge of two contacts, with the choices of the query or the sent form, and defaults for the others."""

    def __init__(self, pair: list[Contact], chosen: Mapping[str, Any]) -> None:
        self.sides, self.chosen = dict(zip(SIDES, pair, strict=True)), chosen
        self.row_counts = {side: count_related_rows(contact) for side, contact in self.sides.items()}
        self.fingerprint = fingerprint(*pair)
        kept_side = chosen.get("survivor")
        self.kept_side = kept_side if kept_side in SIDES else self._default_side()
        self.merged_side = "b" if self.kept_side == "a" else "a"
        self.kept, self.merged = self.sides[self.kept_side], self.sides[self.merged_side]
        self.error: ValidationError | None = None

    def _default_side(self) -> str:
        """The contact with more related rows; of equals the older one."""
        totals = {side: sum(count for count, _name in self.row_counts[side]) for side in SIDES}
        return min(SIDES, key=lambda side: (-totals[side], self.sides[side].created_at))

    def copy_fields(self) -> set[str]:
        """Fields copied from the merged contact: as chosen, else those that are empty in the kept one."""
        default = fields_to_fill(self.kept, self.merged)
        names = differing_fields(self.kept, self.merged)
        return {name for name in names if self._chosen_side(name, default) == self.merged_side}

    def _chosen_side(self, name: str, default: set[str]) -> str:
        side = self.chosen.get(name)
        return side if side in SIDES else self.merged_side if name in default else self.kept_side

    def people(self) -> list[tuple[str, Contact, list[tuple[int, str]]]]:
        """(side, contact, counts of its related rows)."""
        return [(side, contact, self.row_counts[side]) for side, contact in self.sides.items()]

    def choices(self) -> list[Choice]:
        """The fields in which the contacts differ."""
        copied, errors = self.copy_fields(), self.error.message_dict if self.error else {}
        choices = []
        for name in differing_fields(self.kept, self.merged):
            chosen = self.merged_side if name in copied else self.kept_side
            options = [
                Option(side, _display_field(contact, name), side == chosen) for side, contact in self.sides.items()
            ]
            choices.append(Choice(name, field_label(name), options, errors.get(name, [])))
        return choices

    def equal_fields(self) -> list[tuple[str, str]]:
        """(label, value) of the fields in which the contacts are equal, without empty ones."""
        differing = differing_fields(self.kept, self.merged)
        equal = [
            (field_label(name), _display_field(self.kept, name)) for name in Contact.SETTABLE if name not in differing
        ]
        return [(label, text) for label, text in equal if text]

    def merge(self, by: User) -> ContactMerge:
        """Merge the contacts; raises what `merge_contacts` does."""
        expected = self.chosen.get("seen", "")
        return merge_contacts(self.kept, self.merged, copy_fields=self.copy_fields(), by=by, expected=expected)


def _display_field(contact: Contact, name: str) -> str:
    return display_value(name, getattr(contact, name), contact.pro.country)


def merging_context(contact: Contact, answers: Answers = UNASKED) -> dict[str, Any]:
    """Context of _duplicates.html and _merges.html on a contact's page."""
    merges = answers.rows(MERGES.question(contact))
    return {"contact": contact, "duplicates": likely_duplicates(contact, answers), "merges": merges}


def _merges(contact: Contact) -> QuerySet[ContactMerge]:
    return ContactMerge.objects.filter(survivor=contact).not_undone().defer("moved").select_related("absorbed", "user")


MERGES = Compiled(_merges, keeps_plan=True)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_merge(request: ProRequest, id: uuid.UUID, other: uuid.UUID) -> HttpResponse:
    """Compare two contacts; POST merges them as chosen. htmx gets the form alone ("merge")."""
    try:
        if request.method == "POST":
            return _merge(request, id, other)
        preview = MergePreview(_find_pair(request.pro, id, other), request.GET)
    except Contact.DoesNotExist:
        return _redirect_to_remaining(request, id, other)
    return render(request, f"{PAGE}#merge" if wants(request, "merge") else PAGE, {"preview": preview})


def _merge(request: ProRequest, id: uuid.UUID, other: uuid.UUID) -> HttpResponse:
    try:
        merge = MergePreview(_find_pair(request.pro, id, other), request.POST).merge(request.user)
    except (OutdatedMergeError, ValidationError) as error:
        # Read anew: the failed merge has changed the objects in memory.
        preview = MergePreview(_find_pair(request.pro, id, other), request.POST)
        preview.error = error if isinstance(error, ValidationError) else None
        return render(request, PAGE, {"preview": preview}, status=422 if preview.error else 409)
    text = _("%(other)s is merged into %(name)s.") % {"name": merge.survivor.name, "other": merge.absorbed.name}
    toast(request, text, reverse("contacts:merge_undo", args=[merge.pk]))
    return redirect("contacts:contact_detail", merge.survivor_id)


@require_POST
def merge_undo(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Undo a merge."""
    merges = ContactMerge.objects.for_pro(request.pro).select_related("survivor", "absorbed")
    merge = get_object_or_404(merges, pk=id)
    names = {"name": merge.survivor.name, "other": merge.absorbed.name}
    try:
        if merge.undone_at is None:
            undo_merge(merge, by=request.user)
            toast(request, _("%(name)s and %(other)s are two contacts again.") % names)
    except ValidationError as error:
        toast(request, error.messages[0], level=messages.ERROR)
    return send_to(request, reverse("contacts:contact_detail", args=[merge.survivor_id]))


@require_POST
def contact_mark_distinct(request: ProRequest, id: uuid.UUID, other: uuid.UUID) -> HttpResponse:
    """Mark two contacts as different people; with "undo" in the address take it back."""
    page = reverse("contacts:contact_detail", args=[id])
    try:
        one, two = _find_pair(request.pro, id, other)
        if "undo" in request.GET:
            unmark_distinct(one, two)
            return send_to(request, page)
        mark_distinct(one, two, by=request.user)
    except Contact.DoesNotExist:
        return _redirect_to_remaining(request, id, other)
    names = {"name": one.name, "other": two.name}
    text = _("%(name)s and %(other)s are no longer suggested as duplicates.") % names
    toast(request, text, f"{reverse('contacts:contact_mark_distinct', args=[id, other])}?undo=1")
    return redirect(page)


def _find_pair(pro: Pro, *ids: uuid.UUID) -> list[Contact]:
    """Both contacts, in this order. Raises DoesNotExist unless both exist and are not archived."""
    contacts = Contact.objects.for_pro(pro).select_related("pro").in_bulk(ids)
    if len(contacts) < 2:
        raise Contact.DoesNotExist
    return [contacts[pk] for pk in ids]


def _redirect_to_remaining(request: ProRequest, *ids: uuid.UUID) -> HttpResponse:
    """Redirect to the contact that is left of a former pair; 404 when there never was such a pair."""
    try:
        contacts = [_find_current(request.pro, pk) for pk in dict.fromkeys(ids)]
    except Contact.DoesNotExist as error:
        raise Http404 from error
    remaining = next((contact for contact in contacts if contact.deleted_at is None), None)
    if remaining is None or len(contacts) < 2:
        raise Http404
    messages.error(request, _("One of the two contacts was archived or merged meanwhile. This is the current page."))
    return send_to(request, reverse("contacts:contact_detail", args=[remaining.pk]))


def _find_current(pro: Pro, id: uuid.UUID) -> Contact:
    """Contact with this id, archived or not, or the one that it was merged into."""
    contacts = Contact.objects
    for rows in (contacts.for_pro(pro), contacts.for_pro(pro, deleted=True)):
        if contact := rows.filter(pk=id).first():
            return contact
    return contacts.get_kept_contact(pro, id)
