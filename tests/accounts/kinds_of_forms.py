"""Every kind of form of the workspace, with something typed into it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from config.accounts.models import ApiToken, Pro, Signature, User
from contacts.models import (
    CannedReply,
    ChannelConnection,
    Contact,
    ContactImport,
    ContactMerge,
    ContactMessage,
    ContactNote,
    KeptView,
)
from inquiries.models import Inquiry, Offer
from tests.contacts.imports import uploaded
from tests.factories import ContactFactory, InquiryFactory

ANSWER = "form:has(textarea[name=text])"
WORDS = "First <b>line</b>\nsecond & “last”"


class Kind(NamedTuple):
    """A form of the page at `path`; `read` returns what is stored of it, None where nothing is."""

    path: str
    selector: str
    typed: dict[str, str]
    read: Callable[[], Any]


def make_kinds(user: User, pro: Pro) -> dict[str, Kind]:
    return {**_contact_forms(user, pro), **_inquiry_forms(user, pro), **_settings_forms(user, pro)}


def _contact_forms(user, pro):
    jane = ContactFactory(pro=pro, name="Jane", email="jane@example.org")
    contact, other = f"/contacts/{jane.pk}", ContactFactory(pro=pro, name="Janet", email="janet@example.org")
    file, new = uploaded(user, "a,b\nAnna,anna@x.org\n"), {"name": "Pia", "email": "pia@example.org"}
    columns = {"0": "name", "1": "email", "keeps_rest": "on"}
    return {
        # The form of an answer on the contact's page, and on that of an inquiry.
        "message": Kind(contact, ANSWER, {"text": WORDS}, _reader(ContactMessage, "text")),
        "note": Kind(contact, "#note-form", {"body": WORDS}, _reader(ContactNote, "body")),
        "field": Kind(f"{contact}/edit/name", ".fact-form", {"name": "Jane B."}, _reader(Contact, "name", pk=jane.pk)),
        "new contact": Kind("/contacts/new", ".card.stack", new, _reader(Contact, "email", name="Pia")),
        "view": Kind("/contacts", "#keep-view", {"name": "Ours"}, _reader(KeptView, "name")),
        "merge": Kind(f"{contact}/merge/{other.pk}", "#merge", {"name": "b"}, _reader(ContactMerge, "absorbed")),
        "columns": Kind(f"/contacts/import/{file.pk}", ".card.stack", columns, _reader(ContactImport, "keeps_rest")),
    }


def _inquiry_forms(user, pro):
    paul = ContactFactory(pro=pro, name="Paul", email="paul@example.org")
    inquiry = InquiryFactory(pro=pro, contact=paul)
    Inquiry.objects.filter(pk=inquiry.pk).update(person={"email": "jan@example.com"})
    page = f"/inquiries/{inquiry.pk}"

    def form(part, typed, field):
        return Kind(page, f'form[action="{page}/{part}"]', typed, _reader(Inquiry, field, pk=inquiry.pk))

    new = {"subject": "The roof", "message": WORDS, "inquiry_type_id": str(inquiry.inquiry_type_id)}
    offer = {"title": "New roof", "amount": "4350", "text": WORDS}
    return {
        # They take effect when the seconds to undo them are over.
        "move": form("move", {"note": WORDS, "to": "in_review"}, "pending_moves__note"),
        "close": form("close", {"note": WORDS}, "pending_moves__outcome"),
        "classify": form("facts", {"category": "Roofs"}, "category"),
        "case": form("case", {"case_id": "4711"}, "case_id"),
        "answer": Kind(page, ANSWER, {"text": WORDS}, _reader(ContactMessage, "text", topic=f"inquiry:{inquiry.pk}")),
        "offer": Kind(f"{page}/offers/new", "form.card.stack", offer, _reader(Offer, "text")),
        "new inquiry": Kind(
            f"/inquiries/new?contact={paul.pk}",
            "form:has([name=subject])",
            new,
            _reader(Inquiry, "message", subject="The roof"),
        ),
    }


def _settings_forms(user, pro):
    person, business = "form[aria-labelledby=person-title]", "form[aria-labelledby=business-title]"
    program = {"name": "Website", "scopes": "contacts:read"}
    canned = {"title": "Visit", "text_fr": WORDS}
    channel = {"address": "in@example.org", "provider": "postmark"}
    ChannelConnection.objects.create(pro=pro, channel="email", provider="postmark", address="x@example.org", secret="s")
    return {
        "signature": Kind("/settings/signature", "form.card", {"fr": WORDS}, _reader(Signature, "text")),
        "canned reply": Kind("/settings/replies/new", "form.card", canned, _reader(CannedReply, "title")),
        "token": Kind("/settings/tokens", "form:has([name=scopes])", program, _reader(ApiToken, "name")),
        "channel": Kind("/settings/channels/email", "form.card", channel, _reader(ChannelConnection, "address")),
        "person": Kind(
            "/settings/profile", person, {"person-name": "Olive O.", "person": "1"}, _reader(User, "name", pk=user.pk)
        ),
        "business": Kind(
            "/settings/office", business, {"business-name": "Du Sud", "business": "1"}, _reader(Pro, "name", pk=pro.pk)
        ),
    }


def _reader(model, field, **filters):
    return lambda: model.objects.filter(**filters).values_list(field, flat=True).first()
