"""The contacts API: consents, with which words, where and when. Source: docs/api/contacts.md, "Privacy"."""

import uuid
from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from msgspec import UNSET, Meta, Struct, UnsetType

from config.accounts.access import Caller
from config.api.dialect import created, json_response
from config.api.idempotency import RequestKey
from config.api.reading import NOT_BLANK, Body
from config.api.times import format_utc

from .api import api, contact_of_caller
from .dialect import dialect
from .models import Consent
from .models.consent import MAX_SOURCE, MAX_WORDS
from .privacy.consents import GivenConsent, read_consents
from .privacy.decisions import note_consent
from .schemas import Moment

CONSENTS = "/<uuid:id>/consents"


class ConsentRequest(Body, rename="camel"):
    words: Annotated[str, Meta(min_length=1, max_length=MAX_WORDS, extra_json_schema=NOT_BLANK)]
    source: Annotated[str, Meta(min_length=1, max_length=MAX_SOURCE, extra_json_schema=NOT_BLANK)]
    given_at: datetime | UnsetType = UNSET


class ConsentBody(Struct, rename="camel"):
    id: int | None
    words: str
    version: int | None
    source: str
    given_at: Moment
    withdrawn_at: Moment | None


class ConsentAnswer(Struct):
    data: ConsentBody


class ConsentList(Struct):
    data: list[ConsentBody]


def _noted(consent: Consent) -> ConsentBody:
    return ConsentBody(
        id=consent.pk,
        words=consent.words,
        version=None,
        source=consent.source,
        given_at=format_utc(consent.given_at),
        withdrawn_at=format_utc(consent.withdrawn_at),
    )


def _of_form(given: GivenConsent) -> ConsentBody:
    return ConsentBody(
        id=None,
        words=given.words,
        version=given.version,
        source=given.where,
        given_at=format_utc(given.at),
        withdrawn_at=None,
    )


@api.endpoint("GET", CONSENTS, scope="privacy:read", answer=ConsentList)
def list_consents(caller: Caller, id: uuid.UUID) -> ConsentList:
    """List the consents of a contact.

    First those that were noted, newest first, then those that came with forms: these have no `id`, and the `version` of
    the words that stood below the form of `source`.
    """
    contact = contact_of_caller(caller, id, deleted=None)
    return ConsentList([*map(_noted, contact.consents.all()), *map(_of_form, read_consents(contact))])


@api.endpoint("POST", CONSENTS, scope="privacy:write", body=ConsentRequest, answer=ConsentAnswer, is_creating=True)
def add_consent(caller: Caller, id: uuid.UUID, body: ConsentRequest, key: RequestKey) -> HttpResponse:
    """Note that a contact may be written to: in which words, where they said so and when, by default now."""
    given_at = None if body.given_at is UNSET else body.given_at
    with key.hold():
        consent = note_consent(
            contact_of_caller(caller, id, deleted=None),
            words=body.words,
            source=body.source,
            given_at=given_at,
            by=caller.token,  # type: ignore[arg-type]
        )
        return key.answer(created(ConsentAnswer(_noted(consent)), f"{dialect.prefix}/{id}/consents"))


@api.endpoint("DELETE", f"{CONSENTS}/<int:consent_id>", scope="privacy:write", answer=ConsentAnswer, takes_key=True)
def withdraw_consent(caller: Caller, id: uuid.UUID, consent_id: int, key: RequestKey) -> HttpResponse:
    """Note that a consent was withdrawn, and keep it. A second time changes nothing."""
    with key.hold():
        consent = contact_of_caller(caller, id, deleted=None).consents.get(pk=consent_id)
        consent.withdraw()
        consent.refresh_from_db()
        return key.answer(json_response(ConsentAnswer(_noted(consent))))
