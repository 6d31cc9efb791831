"""Expectations of each JSON route: callers and their answers. A route without an entry fails the matrix."""

from typing import Any, NamedTuple

from django.core.files.uploadedfile import SimpleUploadedFile

from config.api.endpoint import ANY_SCOPE
from config.events.models import Dispatch, Endpoint
from contact_requests.models import ContactRequest, Property
from contacts.models import Consent, Contact, ContactMessage, MessageFile, PersonExport
from inquiries.models import Attachment, Inquiry, Offer

from .rows import external_id

READ_REQUESTS, WRITE_REQUESTS = "contact_requests:read", "contact_requests:write"
READ_CONTACTS, WRITE_CONTACTS = "contacts:read", "contacts:write"
READ_INQUIRIES, WRITE_INQUIRIES = "inquiries:read", "inquiries:write"
READ_MESSAGES, WRITE_MESSAGES = "messages:read", "messages:write"
READ_PROPERTIES, WRITE_PROPERTIES = "properties:read", "properties:write"
READ_PERSONS, ERASE_PERSONS = "privacy:read", "privacy:write"
READ_HOOKS, WRITE_HOOKS = "webhooks:read", "webhooks:write"


class Route(NamedTuple):
    """`own` is the status for the Pro's own program, `foreign` for another Pro's.

    `body` is a function of the rows, `query` what the address is asked with; `ids` are models by their names in the
    address. `shows` says that the own answer tells of the rows. `also` are scopes that these
    ids and this body take besides `scope`.
    """

    scope: str
    own: int = 200
    foreign: int = 404
    ids: dict[str, Any] = {}
    body: Any = None
    query: str = ""
    shows: bool = True
    also: tuple[str, ...] = ()


def visitor(rows: Any) -> dict[str, Any]:
    return {
        "propertyReference": own_reference(rows),
        "name": "Jane",
        "email": "jane@example.org",
        "message": "Is it free?",
    }


def own_reference(rows: Any) -> str:
    return f"{rows.word}-reference"


def submission(rows: Any) -> dict[str, Any]:
    return {"user_id": rows.number, "subject": "Keuken", "message": "Graag een offerte."}


def upload(rows: Any) -> dict[str, Any]:
    """A form with a file, sent as multipart."""
    return {"user_id": rows.number, "file": SimpleUploadedFile("a.txt", b"plain")}


def move(rows: Any) -> dict[str, Any]:
    return {"action": "update_status", "status": rows.next_step}


def fixed(body: Any) -> Any:
    return lambda rows: body


REQUEST, CONTACT, INQUIRY = {"id": ContactRequest}, {"id": Contact}, {"id": Inquiry}
PROPERTY, BY_REFERENCE = {"id": Property}, {"reference": own_reference}
OFFER = {"id": Inquiry, "offer_id": Offer}
FILE = {"id": Inquiry, "attachment_id": Attachment}
MESSAGE = {"id": Contact, "message_id": ContactMessage}
EXPORT = {"id": Contact, "export_id": PersonExport}
EXTERNAL = {"external_id": external_id}
HOOK, DELIVERY = {"id": Endpoint}, {"id": Endpoint, "delivery_id": Dispatch}
NEW_HOOK = {"url": "https://example.com/hook", "events": ["contact.created"]}
# What the events tell.
TOLD = ("contacts:read",)
# An event of no known type is on its way.
ALL_TOLD = ("contact_requests:read", "contacts:read", "inquiries:read", "messages:read")
FOR_ALL = Route(READ_INQUIRIES, 200, 200, shows=False)
ANY = fixed({"language": "fr"})
NEW, CHANGE = fixed({"name": "Jane", "phone": "+15551234567"}), fixed({"role": "tenant"})
ROUTES = {
    ("GET", "api/v1/me"): Route(ANY_SCOPE, 200, 200),
    ("GET", "pro/contact-requests"): Route(READ_REQUESTS, 200, 200),
    ("POST", "pro/contact-requests"): Route(WRITE_REQUESTS, 201, 400, body=visitor),
    ("GET", "pro/contact-requests/<uuid:id>"): Route(READ_REQUESTS, ids=REQUEST),
    ("PUT", "pro/contact-requests/<uuid:id>"): Route(WRITE_REQUESTS, ids=REQUEST, body=fixed({"status": "read"})),
    ("GET", "pro/properties"): Route(READ_PROPERTIES, 200, 200),
    ("POST", "pro/properties"): Route(WRITE_PROPERTIES, 201, 201, body=fixed({"title": "House"}), shows=False),
    ("GET", "pro/properties/<uuid:id>"): Route(READ_PROPERTIES, ids=PROPERTY),
    ("PATCH", "pro/properties/<uuid:id>"): Route(WRITE_PROPERTIES, ids=PROPERTY, body=fixed({"price": 5})),
    ("GET", "pro/properties/by-reference/<str:reference>"): Route(READ_PROPERTIES, ids=BY_REFERENCE),
    ("PUT", "pro/properties/by-reference/<str:reference>"): Route(
        WRITE_PROPERTIES, 201, 201, ids={"reference": "AP-77"}, body=fixed({"title": "House"}), shows=False
    ),
    ("GET", "api/v1/contacts"): Route(READ_CONTACTS, 200, 200),
    ("POST", "api/v1/contacts"): Route(WRITE_CONTACTS, 201, 201, body=NEW, shows=False),
    ("GET", "api/v1/contacts/<uuid:id>"): Route(READ_CONTACTS, ids=CONTACT),
    ("PATCH", "api/v1/contacts/<uuid:id>"): Route(WRITE_CONTACTS, ids=CONTACT, body=CHANGE),
    ("DELETE", "api/v1/contacts/<uuid:id>"): Route(WRITE_CONTACTS, 204, ids=CONTACT, shows=False),
    ("POST", "api/v1/contacts/bulk"): Route(
        WRITE_CONTACTS, 200, 200, body=fixed({"contacts": [{"name": "Jane", "phone": "+15551234567"}]}), shows=False
    ),
    ("POST", "api/v1/contacts/<uuid:id>/restore"): Route(WRITE_CONTACTS, ids=CONTACT),
    ("GET", "api/v1/contacts/by-external-id/<external:external_id>"): Route(READ_CONTACTS, ids=EXTERNAL),
    ("PUT", "api/v1/contacts/by-external-id/<external:external_id>"): Route(
        WRITE_CONTACTS, 201, 201, ids={"external_id": "crm-1"}, body=NEW, shows=False
    ),
    ("POST", "api/v1/contacts/<uuid:id>/erasure"): Route(
        ERASE_PERSONS, 201, ids=CONTACT, body=fixed({"reason": "asked"}), shows=False
    ),
    ("GET", "api/v1/contacts/<uuid:id>/erasure"): Route(READ_PERSONS, ids=CONTACT, shows=False),
    ("DELETE", "api/v1/contacts/<uuid:id>/erasure"): Route(ERASE_PERSONS, 204, ids=CONTACT, shows=False),
    ("POST", "api/v1/contacts/<uuid:id>/export"): Route(ERASE_PERSONS, 201, ids=CONTACT, body=ANY, shows=False),
    ("GET", "api/v1/contacts/<uuid:id>/consents"): Route(READ_PERSONS, ids=CONTACT),
    ("POST", "api/v1/contacts/<uuid:id>/consents"): Route(
        ERASE_PERSONS, 201, ids=CONTACT, body=fixed({"words": "You may.", "source": "phone"}), shows=False
    ),
    ("DELETE", "api/v1/contacts/<uuid:id>/consents/<int:consent_id>"): Route(
        ERASE_PERSONS, ids={"id": Contact, "consent_id": Consent}
    ),
    # Each program finds the exports that it asked for.
    ("GET", "api/v1/contacts/<uuid:id>/export/<uuid:export_id>"): Route(READ_PERSONS, 404, ids=EXPORT, shows=False),
    ("GET", "api/v1/contacts/<uuid:id>/export/<uuid:export_id>/file"): Route(
        READ_PERSONS, 404, ids=EXPORT, shows=False
    ),
    ("GET", "api/v1/contacts/<uuid:id>/messages"): Route(READ_MESSAGES, ids=CONTACT),
    ("POST", "api/v1/contacts/<uuid:id>/messages"): Route(
        WRITE_MESSAGES, 201, ids=CONTACT, body=fixed({"text": "Yes."})
    ),
    ("GET", "api/v1/contacts/<uuid:id>/messages/<uuid:message_id>"): Route(READ_MESSAGES, ids=MESSAGE),
    ("GET", "api/v1/contacts/<uuid:id>/messages/<uuid:message_id>/attachments/<int:attachment_id>/download"): Route(
        READ_MESSAGES, ids={**MESSAGE, "attachment_id": MessageFile}
    ),
    ("GET", "api/v1/webhooks"): Route(READ_HOOKS, 200, 200),
    ("POST", "api/v1/webhooks"): Route(WRITE_HOOKS, 201, 201, body=fixed(NEW_HOOK), shows=False, also=TOLD),
    ("GET", "api/v1/webhooks/<uuid:id>"): Route(READ_HOOKS, ids=HOOK),
    ("PATCH", "api/v1/webhooks/<uuid:id>"): Route(
        WRITE_HOOKS, ids=HOOK, body=fixed({"events": ["contact.merged"]}), also=ALL_TOLD
    ),
    ("DELETE", "api/v1/webhooks/<uuid:id>"): Route(WRITE_HOOKS, 204, ids=HOOK, shows=False),
    ("GET", "api/v1/webhooks/<uuid:id>/secret"): Route(WRITE_HOOKS, ids=HOOK),
    ("POST", "api/v1/webhooks/<uuid:id>/secret"): Route(WRITE_HOOKS, 201, ids=HOOK, body=fixed({})),
    ("POST", "api/v1/webhooks/<uuid:id>/test"): Route(WRITE_HOOKS, 201, ids=HOOK, body=fixed({}), shows=False),
    ("GET", "api/v1/webhooks/<uuid:id>/deliveries"): Route(READ_HOOKS, ids=HOOK),
    ("GET", "api/v1/webhooks/<uuid:id>/deliveries/<int:delivery_id>"): Route(READ_HOOKS, ids=DELIVERY),
    ("POST", "api/v1/webhooks/<uuid:id>/deliveries/<int:delivery_id>/send"): Route(
        WRITE_HOOKS,
        201,
        ids=DELIVERY,
        body=fixed({}),
        also=ALL_TOLD,
    ),
    ("GET", "api/inquiries/meta/types"): FOR_ALL,
    ("GET", "api/inquiries/meta/statuses"): FOR_ALL,
    ("GET", "api/inquiries/meta/filter-options"): FOR_ALL,
    ("GET", "api/inquiries/list"): Route(READ_INQUIRIES, 200, 200),
    ("POST", "api/inquiries"): Route(WRITE_INQUIRIES, 201, 201, body=submission, shows=False),
    ("GET", "api/inquiries/<int:id>"): Route(READ_INQUIRIES, ids=INQUIRY),
    ("PATCH", "api/inquiries/<int:id>"): Route(WRITE_INQUIRIES, ids=INQUIRY, body=fixed({"priority": "high"})),
    ("GET", "api/inquiries/<int:id>/offers"): Route(READ_INQUIRIES, ids=INQUIRY),
    ("POST", "api/inquiries/<int:id>/offers"): Route(
        WRITE_INQUIRIES, 201, ids=INQUIRY, body=fixed({"title": "Roof", "amount": 5}), shows=False
    ),
    ("GET", "api/inquiries/<int:id>/offers/<int:offer_id>"): Route(READ_INQUIRIES, ids=OFFER),
    ("PATCH", "api/inquiries/<int:id>/offers/<int:offer_id>"): Route(
        WRITE_INQUIRIES, ids=OFFER, body=fixed({"amount": 6})
    ),
    ("DELETE", "api/inquiries/<int:id>/offers/<int:offer_id>"): Route(WRITE_INQUIRIES, ids=OFFER, shows=False),
    ("POST", "api/inquiries/<int:id>/offers/<int:offer_id>/send"): Route(WRITE_INQUIRIES, ids=OFFER),
    ("GET", "api/inquiries/<int:id>/history"): Route(READ_INQUIRIES, ids=INQUIRY),
    ("POST", "api/inquiries/<int:id>/action"): Route(WRITE_INQUIRIES, ids=INQUIRY, body=move),
    ("GET", "api/inquiries/<int:id>/attachments"): Route(READ_INQUIRIES, ids=INQUIRY, query="user_id"),
    ("POST", "api/inquiries/<int:id>/attachments"): Route(WRITE_INQUIRIES, 201, ids=INQUIRY, body=upload, shows=False),
    ("GET", "api/inquiries/<int:id>/attachments/<int:attachment_id>/download"): Route(
        READ_INQUIRIES, ids=FILE, query="user_id"
    ),
    ("DELETE", "api/inquiries/<int:id>/attachments/<int:attachment_id>"): Route(
        WRITE_INQUIRIES, ids=FILE, query="user_id", shows=False
    ),
}
# Below a prefix every other address is answered in the dialect.
CATCH_ALL = {
    rf"^{prefix}(?:/|\Z)" for prefix in ("api/v1/me", "api/v1/webhooks", "api/v1/contacts", "pro", "api/inquiries")
}
# Statuses of callers without access, by the first word of the address; None where the caller passes.
REFUSALS = {
    "nobody": {"pro": 401, "api": 401},
    "revoked": {"pro": 401, "api": 401},
    "no scope": {"pro": 403, "api": 403},
    "member's session": {"pro": None, "api": 401},
    "gated": {"pro": 403, "api": None},
    "gated session": {"pro": 403, "api": 401},
    "another Pro's session": {"pro": None, "api": 401},
    "staff session": {"pro": 401, "api": 401},
}
