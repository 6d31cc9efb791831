"""Inquiries wait from their arrival, and offers from the customer's answer; see `contacts.waiting`."""

from collections.abc import Collection

from django.db.models import Q
from django.urls import reverse

from config.accounts.models import ApiToken, User
from config.web.amounts import money
from config.web.compiled import Compiled
from contacts.assigning.turns import assign_arrival
from contacts.models import Contact, WaitingItem
from contacts.models.waiting import WaitingItemQuerySet
from contacts.waiting.arrivals import move_items
from contacts.waiting.endings import end_waiting, undo_ending
from contacts.waiting.first_responses import About, Thing
from contacts.waiting.offer_answers import OfferAnswer

from .models import Inquiry, Offer

Kind, Outcome = WaitingItem.Kind, WaitingItem.Outcome


def add_inquiry(inquiry: Inquiry) -> WaitingItem:
    """Let a new inquiry wait. The caller holds the book."""
    contact = _present(inquiry.contact)
    item = WaitingItem.objects.add(
        inquiry.pro,
        Kind.INQUIRY,
        inquiry.pk,
        contact=contact,
        since=inquiry.created_at,
        channel="",
        is_new=True,
        about=inquiry.subject,
        words=inquiry.message,
        inquiry_type_id=inquiry.inquiry_type_id,
        source=inquiry.source,
    )
    assign_arrival(inquiry.pro, contact)
    return item


def add_offer_answer(offer: Offer) -> WaitingItem:
    """Let the customer's answer to an offer wait. The caller holds the book."""
    # Read under the lock: the contact may have been merged since.
    inquiry = Inquiry.objects.select_related("pro", "contact").get(pk=offer.inquiry_id)
    return WaitingItem.objects.add(
        inquiry.pro,
        Kind.OFFER,
        offer.pk,
        contact=_present(inquiry.contact),
        since=offer.answered_at or offer.updated_at,
        channel="",
        about=inquiry.subject,
        words=offer.title,
        inquiry_type_id=inquiry.inquiry_type_id,
        source=inquiry.source,
    )


def _present(contact: Contact | None) -> Contact | None:
    """The contact unless it is archived: then what it wrote stands by itself in the list."""
    return contact if contact and not contact.deleted_at else None


def follow_contact(inquiry: Inquiry) -> None:
    """Move the items of an inquiry, its offers' among them, to the contact that it is linked to now."""
    move_items(items_of(inquiry), inquiry.contact)


def end_inquiry(inquiry: Inquiry, outcome: str, *, by: User | ApiToken | None) -> None:
    """End the item of an inquiry; `responded_at` is the caller's."""
    end_waiting(WaitingItem.objects.filter(kind=Kind.INQUIRY, key=str(inquiry.pk)), outcome, by=by)


def reopen_inquiry(inquiry: Inquiry) -> None:
    """Let an open inquiry wait again that an offer had answered, as the offer's e-mail reached nobody."""
    rows = WaitingItem.objects.filter(kind=Kind.INQUIRY, key=str(inquiry.pk))
    if not inquiry.step.is_terminal:
        undo_ending(rows.filter(outcome=Outcome.ANSWERED, answer=None))


def end_closed_inquiry(inquiry: Inquiry, *, by: User | ApiToken | None) -> None:
    """End what waits because of an inquiry that was closed: nobody answers it any more, nor what came of its offers."""
    rows = items_of(inquiry)
    end_waiting(rows, Outcome.CLOSED if inquiry.responded_at else Outcome.NO_ANSWER, by=by)


def items_of(inquiry: Inquiry) -> WaitingItemQuerySet:
    """Items of an inquiry: its own, and those of the answers to its offers."""
    return WaitingItem.objects.filter(_is_of(inquiry))


def _is_of(inquiry: Inquiry) -> Q:
    offers = [str(pk) for pk in inquiry.offers.values_list("pk", flat=True)]
    return Q(kind=Kind.INQUIRY, key=str(inquiry.pk)) | Q(kind=Kind.OFFER, key__in=offers)


def item_url(item: WaitingItem) -> str:
    """See `contacts.waiting.persons`: the page of the inquiry."""
    if item.kind == Kind.INQUIRY:
        return reverse("inquiries:inquiry_detail", args=[item.key])
    offer = Offer.objects.filter(pk=item.key).first() if item.kind == Kind.OFFER else None
    return reverse("inquiries:inquiry_detail", args=[offer.inquiry_id]) if offer else ""


def describe_offer_answers(keys: list[str]) -> dict[str, OfferAnswer]:
    """See `contacts.waiting.offer_answers`."""
    return {
        str(id): OfferAnswer(status == Offer.Status.ACCEPTED, money(amount, currency))
        for id, status, amount, currency in _OFFERS.rows([int(key) for key in keys])
    }


_OFFERS = Compiled(lambda ids: Offer.objects.filter(pk__in=ids).values_list("pk", "status", "amount", "currency"))


def apply_ending(item: WaitingItem, by: User | ApiToken | None) -> None:
    """See `contacts.waiting.endings`: an inquiry that was answered is responded to."""
    if item.kind == Kind.INQUIRY and (inquiry := Inquiry.objects.filter(pk=item.key).first()):
        inquiry.record_response()


def describe_things(things: Collection[Thing]) -> dict[Thing, About]:
    """See `contacts.waiting.first_responses`: the type of inquiries and of those that offers were made for."""
    keys = {kind: [int(key) for each, key in things if each == kind] for kind in (Kind.INQUIRY, Kind.OFFER)}
    inquiries = Inquiry.objects.filter(pk__in=keys[Kind.INQUIRY]).values_list("pk", "inquiry_type_id", "source")
    names = ("pk", "inquiry__inquiry_type_id", "inquiry__source")
    offers = Offer.objects.filter(pk__in=keys[Kind.OFFER]).values_list(*names)
    found = {Kind.INQUIRY: inquiries if keys[Kind.INQUIRY] else (), Kind.OFFER: offers if keys[Kind.OFFER] else ()}
    return {
        (kind, str(id)): About(inquiry_type_id=type_id, source=source)
        for kind, rows in found.items()
        for id, type_id, source in rows
    }
