"""Another Pro's ids in forms, queries and JSON bodies, to addresses of own rows."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from django.utils import timezone

from config.accounts.models import Pro, User
from config.api.endpoint import Api as RegisteredApi
from contact_requests.models import ContactRequest, Property
from contacts.models import (
    CannedReply,
    ChannelDelivery,
    Contact,
    ContactImport,
    ContactMessage,
    ContactNote,
    Draft,
    WaitingItem,
)
from inquiries.models import Inquiry, Offer

from ..factories import make_token
from .conftest import SECRET
from .expectations import WITHOUT_GATE
from .json_routes import ROUTES, upload
from .matrix import addresses, fill, sign_in, text_of, undone, with_token
from .rows import Rows
from .workspace import WORKSPACE

PAGES = {**WORKSPACE, **WITHOUT_GATE}
# What the forms ask for beside ids.
FORM = {
    "name": "Jane",
    "email": "jane@example.org",
    "phone": "+32470123456",
    "text": "Hello",
    "body": "Hello",
    "title": "Hello",
    "subject": "Hello",
    "message": "Hello",
    "note": "Hello",
    "channel": "email",
    "status": "read",
    "role": "person",
    "same": "yes",
    "is_same": "on",
    "answer": "add",
    "outcome": "completed",
    "amount": "12",
    "currency": "EUR",
    "case_id": "5",
    "when": "tomorrow",
    "do": "no-answer",
    "kind": "message",
    "language": "en",
    "inquiry_type": "1",
    "priority": "high",
}
# Models whose id a form may take as its own: the same `id` sent twice is one row.
TAKEN = [ContactMessage, ContactNote, Inquiry]


def foreign_fields(rows: Rows, taken: Any) -> dict[str, Any]:
    """Every name by which a form, query or body names a row, with another Pro's."""
    contact, request, inquiry = rows[Contact].pk, rows[ContactRequest].pk, rows[Inquiry].pk
    item, user = rows[WaitingItem].pk, rows[User].pk
    topic = f"request:{request}" if taken is ContactMessage else f"inquiry:{inquiry}"
    offer_form = rows[Offer].form_id or uuid.uuid4()
    return {
        **dict.fromkeys(
            ("contact", "contact_id", "contactId", "other", "person", "from_contact", "to_contact"), contact
        ),
        **dict.fromkeys(("inquiry", "inquiry_id", "case"), inquiry),
        **dict.fromkeys(("property", "property_id", "propertyId"), rows[Property].pk),
        **dict.fromkeys(("topic", "about"), topic),
        **dict.fromkeys(("settles", "listed", "item", "items", "ids", "chosen", "first"), item),
        **dict.fromkeys(("user", "user_id", "author", "by", "created_by", "uploaded_by", "changed_by"), user),
        **dict.fromkeys(("pro", "pro_id", "tenant"), rows[Pro].pk),
        **dict.fromkeys(("reply", "canned_reply"), rows[CannedReply].pk),
        **dict.fromkeys(("draft", "draft_id"), rows[Draft].pk),
        **dict.fromkeys(("message_id", "answers_to"), rows[ContactMessage].pk),
        **dict.fromkeys(("import", "contact_import"), rows[ContactImport].pk),
        "delivery": rows[ChannelDelivery].pk,
        "request": request,
        "form_id": offer_form,
        "id": rows[taken].pk,
        "propertyReference": f"{rows.word}-reference",
    }


def check(label: str, response: Any) -> Iterator[str]:
    if response.status_code >= 500 and response.status_code != 503:
        yield f"{label}: {response.status_code}"
    if SECRET in text_of(response):
        yield f"{label} tells of another Pro"


def check_rows(label: str, rows: Rows, before: Any) -> Iterator[str]:
    if rows.stored() != before:
        yield f"{label} changes another Pro's rows"
    if found := rows.referrers():
        yield f"{label} makes {found} refer to another Pro's rows"


@pytest.mark.thorough
def test_ids_in_forms(rows, own):
    wrong, before, client = [], rows.stored(), sign_in(own[User])
    form = {**FORM, "until": timezone.now().isoformat(), "to": own.next_step}
    for address in (address for address, page in PAGES.items() if "POST" in page.answers):
        with undone():
            for taken in TAKEN:
                data = {**form, **foreign_fields(rows, taken)}
                response = client.post(fill(address, PAGES[address].ids, own), data)
                wrong += check(f"{address} with the id of a {taken.__name__}", response)
            wrong += check_rows(address, rows, before)
    assert wrong == [], "\n".join(wrong)


@pytest.mark.thorough
def test_ids_in_queries(rows, own):
    wrong, before, client = [], rows.stored(), sign_in(own[User])
    query = foreign_fields(rows, Contact)
    # It holds the word, and a redirect keeps the query.
    del query["propertyReference"]
    for address, page in PAGES.items():
        with undone():
            for method in page.answers.keys() - {"ANY"}:
                response = client.generic(method, fill(address, page.ids, own), query_params=query)
                wrong += check(f"{method} {address}", response)
            if "POST" in page.answers:
                wrong += check_rows(address, rows, before)
    assert wrong == [], "\n".join(wrong)


def id_fields() -> dict[tuple[str, str], set[str]]:
    """Names of the fields of each declared body, by method and address."""
    set(addresses())  # The routes are declared as the addresses are read.
    return {
        (operation.method, (api.dialect.prefix + operation.route).lstrip("/")): {
            field.encode_name for field in msgspec.structs.fields(operation.body)
        }
        for api in RegisteredApi.registered
        for operation in api.operations
        if operation.body
    }


@pytest.mark.thorough
def test_ids_in_json(rows, own):
    wrong, before, client = [], rows.stored(), with_token(make_token(own[Pro]))
    for (method, address), names in id_fields().items():
        route = ROUTES[method, address]
        if route.body is upload:
            continue
        for taken in (ContactMessage, Inquiry):
            foreign = foreign_fields(rows, taken)
            for name in names & set(foreign):
                for id in (str(foreign[name]), rows[taken].pk if taken is Inquiry else rows.number):
                    with undone():
                        body = json.dumps({**route.body(own), name: id})
                        response = client.generic(method, fill(address, route.ids, own), body, "application/json")
                        label = f"{method} {address} with {name}={id}"
                        wrong += [*check(label, response), *check_rows(label, rows, before)]
    assert wrong == [], "\n".join(wrong)
