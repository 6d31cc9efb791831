"""Offers of an inquiry: list, get, create, change, send, discard. Source: docs/api/inquiries.md, "Offers"."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from msgspec import UNSET, Meta, Struct, UnsetType, structs

from config.accounts.access import Caller
from config.api.dialect import created, json_response
from config.api.errors import ProblemError
from config.api.idempotency import RequestKey
from config.api.reading import NOT_BLANK, Body

from ..dialect import dialect, moment, to_offer
from ..models import Inquiry, InvalidOfferTransitionError, Offer
from ..offers.lifecycle import resend_offer, send_offer
from ..offers.mails import public_url
from ..schemas.answers import Answer, OfferBody
from ..schemas.input import Amount
from ..schemas.types import Moment
from .base import OFFERS, api

LIST, ONE = "/<int:id>/offers", "/<int:id>/offers/<int:offer_id>"
Title = Annotated[str, Meta(min_length=1, max_length=255, extra_json_schema=NOT_BLANK)]
Text = Annotated[str, Meta(max_length=10_000, description="What is offered.")]
Currency = Annotated[Literal["EUR", "GBP", "CHF", "USD"], Meta(description="By default `EUR`.")]
ValidUntil = Annotated[date, Meta(description="The last day on which the customer can answer; null for no end.")]


class OfferCreate(Body):
    title: Title
    amount: Amount
    text: Text | UnsetType = UNSET
    currency: Currency | UnsetType = UNSET
    valid_until: ValidUntil | UnsetType | None = UNSET


class OfferUpdate(Body):
    title: Title | UnsetType = UNSET
    amount: Amount | UnsetType = UNSET
    text: Text | UnsetType = UNSET
    currency: Currency | UnsetType = UNSET
    valid_until: ValidUntil | UnsetType | None = UNSET


class WholeOffer(OfferBody, kw_only=True):
    """An offer as the list of an inquiry shows it, and the rest after it.

    `public_url` is the customer's page, null of a draft, and without `inquiries:write`: whoever has it can answer for
    the customer. `mail_error` is why mailing it failed.
    """

    text: str
    public_url: str | None
    updated_at: Moment
    mailed_at: Moment | None
    mail_error: str | None
    viewed_at: Moment | None
    answered_at: Moment | None


class OfferList(Answer, kw_only=True):
    data: list[WholeOffer]


class OfferAnswer(Answer, kw_only=True):
    data: WholeOffer


class OfferDone(Answer, kw_only=True):
    message: str
    data: WholeOffer


class OfferDiscarded(Struct):
    success: bool
    message: str


def _whole(offer: Offer, caller: Caller) -> WholeOffer:
    """Body of an offer; its inquiry's Pro is read for the status."""
    is_told = caller.allows("inquiries:write") and not offer.is_draft
    return WholeOffer(
        **structs.asdict(to_offer(offer)),
        text=offer.text,
        public_url=public_url(offer) if is_told else None,
        updated_at=moment(offer.updated_at),
        mailed_at=_time(offer.mailed_at),
        mail_error=offer.mail_error or None,
        viewed_at=_time(offer.viewed_at),
        answered_at=_time(offer.answered_at),
    )


def _time(time: datetime | None) -> str | None:
    return moment(time) if time else None


def _inquiry(caller: Caller, id: int) -> Inquiry:
    return Inquiry.objects.for_pro(caller.pro).select_related("pro").get(pk=id)


def _offer(caller: Caller, id: int, offer_id: int) -> Offer:
    return Offer.objects.for_pro(caller.pro).select_related("inquiry__pro").get(inquiry__pk=id, pk=offer_id)


def _sent(body: OfferCreate | OfferUpdate) -> dict[str, Any]:
    fields = {name: value for name, value in structs.asdict(body).items() if value is not UNSET}
    return fields | {"amount": str(fields["amount"])} if "amount" in fields else fields


@contextmanager
def _wording_refusals() -> Iterator[None]:
    """Say in the dialect that an offer is past what is asked for."""
    try:
        yield
    except InvalidOfferTransitionError as error:
        raise ProblemError("invalid_offer_transition", str(error)) from error


@api.endpoint("GET", LIST, scope="inquiries:read", tag=OFFERS, answer=OfferList)
def list_offers(caller: Caller, id: int) -> OfferList:
    """List the offers of an inquiry, oldest first, drafts too."""
    inquiry = _inquiry(caller, id)
    return OfferList(data=[_whole(offer, caller) for offer in inquiry.offers.all()])


@api.endpoint("GET", ONE, scope="inquiries:read", tag=OFFERS, answer=OfferAnswer)
def get_offer(caller: Caller, id: int, offer_id: int) -> OfferAnswer:
    """Get one offer, such as to see whether the customer has answered."""
    return OfferAnswer(data=_whole(_offer(caller, id, offer_id), caller))


def lock_offer(caller: Caller, id: int, offer_id: int) -> OfferAnswer:
    """Lock an offer, and its inquiry before it, until the transaction ends; answer as `get_offer` does."""
    _inquiry(caller, id).lock()
    offer = _offer(caller, id, offer_id)
    offer.lock()
    return OfferAnswer(data=_whole(offer, caller))


@api.endpoint("POST", LIST, scope="inquiries:write", tag=OFFERS, body=OfferCreate, answer=OfferDone, is_creating=True)
def create_offer(caller: Caller, id: int, body: OfferCreate, key: RequestKey) -> HttpResponse:
    """Create the draft of an offer.

    The customer sees nothing of it until it is sent.
    """
    inquiry = _inquiry(caller, id)
    with key.hold():
        offer = Offer.objects.create_draft(inquiry, by=caller.actor, **_sent(body))
        # Read again: amounts are as the database has them.
        answer = OfferDone(message="Offer created successfully", data=_whole(_offer(caller, id, offer.pk), caller))
        return key.answer(created(answer, f"{dialect.prefix}/{id}/offers/{offer.pk}"))


@api.endpoint(
    "PATCH",
    ONE,
    scope="inquiries:write",
    tag=OFFERS,
    body=OfferUpdate,
    answer=OfferAnswer,
    current=lock_offer,
    errors=("invalid_offer_transition",),
)
def update_offer(caller: Caller, id: int, offer_id: int, body: OfferUpdate) -> OfferAnswer:
    """Change a draft.

    Send only the fields to change. An offer that was sent stays as it is (409).
    """
    with _wording_refusals():
        _offer(caller, id, offer_id).edit_draft(**_sent(body))
    return OfferAnswer(data=_whole(_offer(caller, id, offer_id), caller))


@api.endpoint(
    "POST",
    f"{ONE}/send",
    scope="inquiries:write",
    tag=OFFERS,
    answer=OfferDone,
    current=lock_offer,
    takes_key=True,
    errors=("invalid_offer_transition", "invalid"),
)
def send_offer_to_customer(caller: Caller, id: int, offer_id: int, key: RequestKey) -> HttpResponse:
    """Send a draft to the customer by e-mail.

    As in the workspace it answers the inquiry and moves it along, where its pipeline has a step for that. One that is
    sent already is not sent again, unless mailing it failed. Without an e-mail address of the customer it is 422.
    """
    offer = _offer(caller, id, offer_id)
    with key.hold(), _wording_refusals():
        if not send_offer(offer, by=caller.token):
            resend_offer(offer, by=caller.token)
        answer = OfferDone(message="Offer sent successfully", data=_whole(_offer(caller, id, offer_id), caller))
        return key.answer(json_response(answer))


@api.endpoint(
    "DELETE",
    ONE,
    scope="inquiries:write",
    tag=OFFERS,
    answer=OfferDiscarded,
    current=lock_offer,
    takes_key=True,
    errors=("invalid_offer_transition",),
)
def discard_offer(caller: Caller, id: int, offer_id: int, key: RequestKey) -> HttpResponse:
    """Delete a draft; an offer that was sent stays (409)."""
    with key.hold(), _wording_refusals():
        _offer(caller, id, offer_id).discard()
        return key.answer(json_response(OfferDiscarded(True, "Offer deleted successfully")))
