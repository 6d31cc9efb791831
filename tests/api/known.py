"""Requests that reach a row: by path of an operation the ids, query and body with which it is answered.

They are those of `tests/access`, where every route states them; a new route is known here without being named.
"""

from typing import Any

from config.accounts.models import ApiToken, Pro
from config.api.openapi import PARAMETER
from config.events.managing import create_endpoint
from contacts.models import PersonExport
from inquiries.models import Attachment, Offer

from ..access.json_routes import ROUTES
from ..access.matrix import value
from ..access.rows import Rows
from ..factories import ContactFactory, InquiryFactory, PropertyFactory, RequestFactory, make_token

# Rows of each noun beside those of `tests/access`: generated requests delete and close some.
MORE = 20


def make_known_rows() -> tuple[Rows, str]:
    """Rows of a Pro, and a token for all of them."""
    rows = Rows("known", 4_700_003)
    rows.store_files()
    token = make_token(rows[Pro])
    # Its export is there for this program.
    own = ApiToken.objects.filter(pro=rows[Pro]).latest("pk")
    PersonExport.objects.filter(pk=rows[PersonExport].pk).update(token=own, user=None, state="ready")
    return rows, token


def known_requests(rows: Rows) -> dict[str, Any]:
    """{"GET /api/inquiries/{id}": {"path": [{"id": "1"}], "query": {}, "body": None}} of every route, as JSON."""
    more, own = _more_ids(rows), _own_rows(rows)
    known = {}
    for (method, address), route in ROUTES.items():
        path = PARAMETER.sub(r"{\2}", f"/{address}")
        ids = [{name: value(id, rows) for name, id in route.ids.items()}] if route.ids else []
        ids = own.get(f"{method} {path}", [*ids, *({"id": id} for id in more.get(path, ()))])
        body = route.body(rows) if route.body else {}
        is_json = all(isinstance(each, str | int | list | dict | None) for each in body.values())
        known[f"{method} {path}"] = {
            "path": ids,
            "query": {route.query: rows.number} if route.query else {},
            "body": body if is_json else {},
        }
    return known


def _more_ids(rows: Rows) -> dict[str, list[str]]:
    """Ids of more rows, by the path of one."""
    pro = rows[Pro]
    prop = PropertyFactory(pro=pro)
    contacts, inquiries = ContactFactory.create_batch(MORE, pro=pro), _inquiries(pro, MORE)
    made = {
        "/api/v1/contacts/{id}": contacts,
        "/api/v1/contacts/{id}/restore": contacts,
        "/pro/contact-requests/{id}": [RequestFactory(property=prop, contact=contact) for contact in contacts[:5]],
        "/api/inquiries/{id}": inquiries,
        "/api/inquiries/{id}/action": inquiries,
        "/api/inquiries/{id}/history": inquiries,
    }
    return {path: [str(row.pk) for row in rows] for path, rows in made.items()}


def _own_rows(rows: Rows) -> dict[str, list[dict[str, str]]]:
    """Ids of rows that one operation alone is given, as it deletes them, or others would have changed them."""
    pro = rows[Pro]
    # An export replaces the one before, which its own address is known by.
    exported, deleted, erased = (ContactFactory.create_batch(number, pro=pro) for number in (5, MORE, MORE))
    hook = {"url": "https://example.com/hook", "types": ["contact.created"]}
    # A Pro has ten at most.
    hooks = [create_endpoint(pro, hook, by=None) for _ in range(3)]
    [inquiry] = _inquiries(pro, 1, user_id=rows.number)
    file = {"filename": "a.pdf", "mime_type": "application/pdf", "size": 1, "uploaded_by": rows.number}
    files = [Attachment.objects.create(inquiry=inquiry, key=f"own-{n}", **file) for n in range(MORE)]
    offers = [Offer.objects.create_draft(inquiry, by=None, title="Roof", amount=5) for _ in range(MORE)]
    return {
        "POST /api/v1/contacts/{id}/export": [{"id": str(row.pk)} for row in exported],
        "DELETE /api/v1/contacts/{id}": [{"id": str(row.pk)} for row in deleted],
        "POST /api/v1/contacts/{id}/erasure": [{"id": str(row.pk)} for row in erased],
        "DELETE /api/v1/webhooks/{id}": [{"id": str(row.pk)} for row in hooks],
        "DELETE /api/inquiries/{id}/attachments/{attachment_id}": [
            {"id": str(inquiry.pk), "attachment_id": str(row.pk)} for row in files
        ],
        "DELETE /api/inquiries/{id}/offers/{offer_id}": [
            {"id": str(inquiry.pk), "offer_id": str(row.pk)} for row in offers
        ],
    }


def _inquiries(pro: Pro, number: int, **fields: Any) -> list[Any]:
    first = InquiryFactory(pro=pro, **fields)
    return [first, *(InquiryFactory(pro=pro, inquiry_type=first.inquiry_type, **fields) for _ in range(number - 1))]
