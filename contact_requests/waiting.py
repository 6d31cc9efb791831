"""Contact requests wait from their admission until somebody answers; see `contacts.waiting`."""

from collections.abc import Collection
from contextlib import suppress
from typing import Any

from config.accounts.models import ApiToken, User
from contacts.assigning.turns import assign_arrival
from contacts.models import WaitingItem
from contacts.models.waiting import WaitingItemQuerySet
from contacts.waiting.arrivals import find_item, move_items, replace_message
from contacts.waiting.first_responses import ANSWERS, About, Thing, note_responses

from .models import ContactRequest, InvalidTransitionError
from .models.request import CONTACT_FORM

Kind, Outcome = WaitingItem.Kind, WaitingItem.Outcome
# The sign beside the name of somebody who used the form of a property's page.
FORM = "form"


def add_contact_request(contact_request: ContactRequest) -> WaitingItem:
    """Let an admitted contact request wait, in the place of the message that brought it, and again after a release."""
    prop = contact_request.property
    texts: dict[str, Any] = {"about": prop.title, "words": contact_request.message}
    texts |= {"property_id": prop.pk, "source": contact_request.source}
    if contact_request.inbound_message:
        replace_message(contact_request.inbound_message, Kind.REQUEST, contact_request.pk, **texts)
    item = WaitingItem.objects.add(
        contact_request.pro,
        Kind.REQUEST,
        contact_request.pk,
        contact=contact_request.contact,
        since=contact_request.created_at,
        channel=_channel(contact_request),
        **texts,
    )
    # One that stood already ended when its request was set aside, or waits for another contact.
    if item.ended_at:
        WaitingItem.objects.filter(pk=item.pk).reopen(Outcome.SPAM)
    move_items([item], contact_request.contact)
    assign_arrival(contact_request.pro, contact_request.contact, agent_id=prop.agent_id)
    return item


def _channel(contact_request: ContactRequest) -> str:
    if contact_request.inbound_message:
        return contact_request.inbound_message.channel
    return FORM if contact_request.source == CONTACT_FORM else ""


def follow_contact(contact_request: ContactRequest) -> None:
    """Move the item of a contact request to the contact that it belongs to now."""
    if item := find_item(Kind.REQUEST, contact_request.pk):
        move_items([item], contact_request.contact)


def end_contact_request(contact_request: ContactRequest, outcome: str, *, by: User | ApiToken | None) -> None:
    """End the item of one contact request at once, after a change of its status: there is no effect left to apply.

    Call it in the transaction of that change.
    """
    items = WaitingItem.objects.end_of(Kind.REQUEST, contact_request.pk, outcome, by=by)
    if outcome in ANSWERS:
        note_responses(items)


def lock_spam(items: WaitingItemQuerySet) -> list[int]:
    """Lock the contact requests of items until the transaction ends; returns the items of those in quarantine.

    See `contacts.waiting.endings`.
    """
    item_of = {item.key: item.pk for item in items.filter(kind=Kind.REQUEST)}
    if not item_of:
        return []
    requests = ContactRequest.objects.filter(pk__in=item_of).select_for_update().order_by("pk")
    return [item_of[str(pk)] for pk, since in requests.values_list("pk", "quarantined_at") if since]


def apply_ending(item: WaitingItem, by: User | ApiToken | None) -> None:
    """See `contacts.waiting.endings`: a contact request that was answered is replied."""
    if item.kind != Kind.REQUEST:
        return
    # One that is in quarantine by now stays as it is.
    with suppress(ContactRequest.DoesNotExist, InvalidTransitionError):
        ContactRequest.objects.get(pk=item.key).mark(ContactRequest.Status.REPLIED, by=by)


def describe_things(things: Collection[Thing]) -> dict[Thing, About]:
    """See `contacts.waiting.first_responses`: the property of contact requests, and what they came by."""
    keys = [key for kind, key in things if kind == Kind.REQUEST]
    rows = ContactRequest.objects.filter(pk__in=keys).values_list("pk", "property_id", "source") if keys else ()
    return {(Kind.REQUEST, str(id)): About(property_id=prop, source=source) for id, prop, source in rows}
