"""Two contacts that are likely one person: side by side, merged, undone, told apart."""

import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from config.accounts.http import ProRequest, send_to, wants
from config.accounts.models import Pro, User

from ..book.duplicates import likely_duplicates, mark_distinct, unmark_distinct
from ..book.fields import label_of, shown
from ..book.merging import OutdatedMergeError, differing_fields, fields_to_fill, fingerprint, merge_contacts, undo_merge
from ..book.related_rows import count_related_rows
from ..models import Contact, ContactMerge, DistinctPair

PAGE = "contacts/merge.html"
# How the two are called in the form: the one of the address first.
SIDES = ("a", "b")


class Option(NamedTuple):
    """One of two values to choose from; `text` is "" where there is none."""

    side: str
    text: str
    is_chosen: bool


class Choice(NamedTuple):
    """A field in which the two differ."""

    name: str
    label: str
    options: list[Option]
    errors: list[str]


class Preview:
    """What a merge of two contacts would do, as far as `chosen` (the query or the sent form) says."""

    def __init__(self, pair: list[Contact], chosen: Mapping[str, Any]) -> None:
        self.sides, self.chosen = dict(zip(SIDES, pair, strict=True)), chosen
        self.holdings = {side: count_related_rows(contact) for side, contact in self.sides.items()}
        self.seen = fingerprint(*pair)
        survivor = chosen.get("survivor")
        self.survivor_side = survivor if survivor in SIDES else self.richer()
        self.other_side = "b" if self.survivor_side == "a" else "a"
        self.survivor, self.other = self.sides[self.survivor_side], self.sides[self.other_side]
        self.error: ValidationError | None = None

    def richer(self) -> str:
        """Who has more history; of equals the elder."""
        amounts = {side: sum(count for count, _name in self.holdings[side]) for side in SIDES}
        return min(SIDES, key=lambda side: (-amounts[side], self.sides[side].created_at))

    def take(self) -> set[str]:
        """The fields in which the other's value is wanted: as chosen, or where the survivor has none."""
        filled = fields_to_fill(self.survivor, self.other)
        return {
            name for name in differing_fields(self.survivor, self.other) if self._side(name, filled) == self.other_side
        }

    def _side(self, name: str, filled: set[str]) -> str:
        wanted = self.chosen.get(name)
        return wanted if wanted in SIDES else self.other_side if name in filled else self.survivor_side

    def people(self) -> list[tuple[str, Contact, list[tuple[int, str]]]]:
        return [(side, contact, self.holdings[side]) for side, contact in self.sides.items()]

    def choices(self) -> list[Choice]:
        take, errors = self.take(), self.error.message_dict if self.error else {}
        found = []
        for name in differing_fields(self.survivor, self.other):
            chosen = self.other_side if name in take else self.survivor_side
            options = [Option(side, _text(contact, name), side == chosen) for side, contact in self.sides.items()]
            found.append(Choice(name, label_of(name), options, errors.get(name, [])))
        return found

    def same(self) -> list[tuple[str, str]]:
        """(label, value) of what both have."""
        names = [name for name in Contact.SETTABLE if name not in differing_fields(self.survivor, self.other)]
        return [(label_of(name), text) for name in names if (text := _text(self.survivor, name))]

    def merge(self, by: User) -> ContactMerge:
        return merge_contacts(
            self.survivor, self.other, copy_fields=self.take(), by=by, expected=self.chosen.get("seen", "")
        )


def _text(contact: Contact, name: str) -> str:
    return shown(name, getattr(contact, name), contact.pro.country)


def panel(request: ProRequest, contact: Contact) -> dict[str, Any]:
    """What a contact's page shows in _duplicates.html and _merged.html."""
    merges = list(contact.merges.standing().defer("moved").select_related("absorbed", "user"))
    merged = next((merge for merge in merges if str(merge.pk) == request.GET.get("merged")), None)
    return {
        "contact": contact,
        "duplicates": likely_duplicates(contact),
        "merges": merges,
        "merged": merged,
        "apart": _apart(request, contact),
    }


def _apart(request: ProRequest, contact: Contact) -> Contact | None:
    """Who the address says was told apart just now: it can be undone."""
    try:
        id = uuid.UUID(request.GET.get("apart", ""))
    except ValueError:
        return None
    pairs = DistinctPair.objects.of(contact).filter(Q(first=id) | Q(second=id))
    return Contact.objects.for_pro(request.pro).filter(pk=id).first() if pairs.exists() else None


@require_http_methods(["GET", "HEAD", "POST"])
def contact_merge(request: ProRequest, id: uuid.UUID, other: uuid.UUID) -> HttpResponse:
    """Two contacts side by side; POST merges them as chosen. htmx gets the form alone ("merge")."""
    try:
        if request.method == "POST":
            return _merge(request, id, other)
        preview = Preview(_pair(request.pro, id, other), request.GET)
    except Contact.DoesNotExist:
        return _as_it_stands(request, id, other)
    return render(request, f"{PAGE}#merge" if wants(request, "merge") else PAGE, {"preview": preview})


def _merge(request: ProRequest, id: uuid.UUID, other: uuid.UUID) -> HttpResponse:
    try:
        merge = Preview(_pair(request.pro, id, other), request.POST).merge(request.user)
    except (OutdatedMergeError, ValidationError) as error:
        # What is shown now is read anew: the attempt has changed the rows in memory.
        preview = Preview(_pair(request.pro, id, other), request.POST)
        preview.error = error if isinstance(error, ValidationError) else None
        return render(request, PAGE, {"preview": preview}, status=422 if preview.error else 409)
    page = reverse("contacts:contact_detail", args=[merge.survivor_id])
    return redirect(f"{page}?merged={merge.pk}")


@require_POST
def merge_undo(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Make two contacts of a merge again."""
    merges = ContactMerge.objects.for_pro(request.pro).select_related("survivor", "absorbed")
    merge = get_object_or_404(merges, pk=id)
    names = {"name": merge.survivor.name, "other": merge.absorbed.name}
    try:
        undo_merge(merge, by=request.user)
        messages.success(request, _("%(name)s and %(other)s are two contacts again.") % names)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("contacts:contact_detail", merge.survivor_id)


@require_POST
def contact_apart(request: ProRequest, id: uuid.UUID, other: uuid.UUID) -> HttpResponse:
    """Remember that these two are not the same person; with "undo" forget it."""
    page = reverse("contacts:contact_detail", args=[id])
    try:
        one, two = _pair(request.pro, id, other)
        if "undo" in request.POST:
            unmark_distinct(one, two)
            return redirect(page)
        mark_distinct(one, two, by=request.user)
    except Contact.DoesNotExist:
        return _as_it_stands(request, id, other)
    return redirect(f"{page}?apart={two.pk}")


def _pair(pro: Pro, *ids: uuid.UUID) -> list[Contact]:
    """Both contacts, in this order. Raises DoesNotExist when one is not there (any more)."""
    found = Contact.objects.for_pro(pro).select_related("pro").in_bulk(ids)
    if len(found) < 2:
        raise Contact.DoesNotExist
    return [found[pk] for pk in ids]


def _as_it_stands(request: ProRequest, *ids: uuid.UUID) -> HttpResponse:
    """For a pair that is none any more: to the one that is left. Raises Http404 when there never was such a pair."""
    try:
        places = [_whereabouts(request.pro, pk) for pk in dict.fromkeys(ids)]
    except Contact.DoesNotExist as error:
        raise Http404 from error
    left = next((contact for contact in places if contact.deleted_at is None), None)
    if left is None or len(places) < 2:
        raise Http404
    messages.error(request, _("One of the two was archived or merged meanwhile. This is how it stands now."))
    return send_to(request, reverse("contacts:contact_detail", args=[left.pk]))


def _whereabouts(pro: Pro, id: uuid.UUID) -> Contact:
    """The contact of this id, archived or not, or the one it was merged into."""
    contacts = Contact.objects
    for rows in (contacts.for_pro(pro), contacts.for_pro(pro, deleted=True)):
        if found := rows.filter(pk=id).first():
            return found
    return contacts.survivor_of(pro, id)
