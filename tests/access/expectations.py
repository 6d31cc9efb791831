"""Expectations of each address: callers and their answers. An address without an entry fails the matrix.

`page(GET=200, POST=302, id=Contact)` says what the Pro's own people get; every other method is 405. In lower case stand
the ids in the address: the model whose row they name, or a value. Everybody else's answers follow from the table that
the address is in.
"""

from typing import Any, NamedTuple

from config.accounts.models import ApiToken, IdentityDocument, Invitation, User
from config.events.models import Dispatch, Endpoint
from config.notifications.models import Notification, PushDevice
from contact_requests.models import ContactRequest, Property, PropertyImport, PropertyPicture
from contacts.models import (
    BulkRun,
    CannedReply,
    Consent,
    Contact,
    ContactImport,
    ContactMerge,
    ContactMessage,
    ContactNote,
    Draft,
    DraftFile,
    KeptView,
    MessageFile,
    MessageMedium,
    PersonExport,
    StatedAddress,
    WaitingItem,
)
from inquiries.models import Attachment, Inquiry, Offer, PendingMove

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Page(NamedTuple):
    """`ids` by their names in the address, `answers` by method; `foreign` is the answer about another Pro's row."""

    ids: dict[str, Any]
    answers: dict[str, Any]
    foreign: int = 404

    def foreign_answer(self, method: str) -> Any:
        """The answer to another Pro: about rows that are not theirs, or like theirs where none is named."""
        own = self.answer(method)
        return self.foreign if own != 405 and self.row_ids else own

    @property
    def row_ids(self) -> list[str]:
        """Names of the ids in the address that name a row of a Pro."""
        return [name for name, id in self.ids.items() if isinstance(id, type) or id == "other"]

    def answer(self, method: str) -> Any:
        """The answer to the Pro's own people."""
        return self.answers.get("GET" if method == "HEAD" else method, self.answers.get("ANY", 405))


def page(*, foreign: int = 404, **given: Any) -> Page:
    answers = {name: value for name, value in given.items() if name.isupper()}
    return Page({name: value for name, value in given.items() if not name.isupper()}, answers, foreign)


# Pages that a token may read, of any scope.
FOR_TOKENS = {"docs/api", "docs/api/<slug:name>.json"}
# Pages of the workspace: nobody is sent to sign in, staff without a Pro to the admin, a Pro behind the gate to its
# identity; to another Pro the rows that an address names do not exist.
WORKSPACE = {
    "settings/signature": page(GET=200, POST=302),
    "settings/team": page(GET=200),
    "settings/team/<int:id>": page(id=User, GET=200, POST=422),
    "settings/team/<int:id>/take-out": page(id="0", GET=404, POST=404),
    "settings/absence": page(GET=200, POST=422),
    "settings/team/invitations": page(POST=422),
    "settings/team/invitations/<int:id>/again": page(id=Invitation, POST=302),
    "settings/team/invitations/<int:id>/withdraw": page(id=Invitation, POST=302),
    "settings/audit": page(GET=200),
    "settings/audit.csv": page(GET=200),
    "settings/tokens": page(GET=200, POST=422),
    "settings/tokens/<int:id>/revoke": page(id=ApiToken, POST=302),
    "settings/tokens/<int:id>/take-over": page(id=ApiToken, POST=302),
    "settings/origins": page(GET=200, POST=302),
    "settings/notifications": page(GET=200, POST=422),
    "settings/notifications/devices": page(POST=302),
    "settings/notifications/devices/<uuid:id>/remove": page(id=PushDevice, POST=302),
    "settings/notifications/devices/<uuid:id>/test": page(id=PushDevice, GET=200, POST=302),
    "notifications/<uuid:id>": page(id=Notification, GET=302),
    "notifications/<uuid:id>/seen": page(id=Notification, POST=204),
    "settings/webhooks": page(GET=200, POST=422),
    "settings/webhooks/<uuid:id>": page(id=Endpoint, GET=200, POST=422),
    "settings/webhooks/<uuid:id>/secret": page(id=Endpoint, GET=200, POST=302),
    "settings/webhooks/<uuid:id>/test": page(id=Endpoint, POST=302),
    "settings/webhooks/<uuid:id>/delete": page(id=Endpoint, POST=302),
    "settings/webhooks/<uuid:id>/deliveries/<int:delivery>/send": page(id=Endpoint, delivery=Dispatch, POST=302),
    "settings/security": page(GET=200, POST=302),
    # One's own is not reset, but taken away.
    "settings/security/<int:id>/reset": page(id=User, POST=404),
    "settings/site": page(GET=200, POST=422),
    "settings/site/key": page(POST=302),
    "properties": page(GET=200),
    "properties/new": page(GET=200, POST=422),
    "properties/imports": page(GET=200),
    "properties/imports/new": page(POST=422),
    "properties/imports/<uuid:id>": page(id=PropertyImport, GET=200, POST=422),
    "properties/imports/<uuid:id>/run": page(id=PropertyImport, POST=302),
    "properties/imports/<uuid:id>/discard": page(id=PropertyImport, POST=302),
    "properties/<uuid:id>/edit": page(id=Property, GET=200, POST=422),
    "properties/<uuid:id>/take-away": page(id=Property, POST=302),
    "properties/<uuid:id>/state/<slug:state>": page(id=Property, state="sold", POST=302),
    "properties/<uuid:id>/descriptions": page(id=Property, POST=302),
    "properties/pictures/<uuid:id>": page(id=Property, POST=422),
    "properties/pictures/<uuid:id>/<int:picture>": page(id=Property, picture=PropertyPicture, GET=200),
    "contacts": page(GET=200),
    "contacts/new": page(GET=200, POST=422),
    "contacts/archive": page(POST=302),
    "contacts/export-chosen.csv": page(POST=200),
    "contacts/views": page(GET=200, POST=422),
    "contacts/views/<int:id>": page(id=KeptView, GET=200, POST=422),
    "contacts/views/<int:id>/delete": page(id=KeptView, POST=302),
    "views/<slug:name>": page(name="contacts", GET=200, POST=422),
    "views/<int:id>": page(id=KeptView, GET=200, POST=422),
    "views/<int:id>/delete": page(id=KeptView, POST=302),
    "contacts/restore": page(POST=302),
    "contacts/<uuid:id>": page(id=Contact, GET=200),
    "contacts/<uuid:id>/edit/<slug:field>": page(id=Contact, field="name", GET=200, POST=422),
    "contacts/<uuid:id>/archive": page(id=Contact, POST=302),
    "contacts/<uuid:id>/restore": page(id=Contact, POST=302),
    "contacts/<uuid:id>/privacy": page(id=Contact, GET=200),
    "contacts/<uuid:id>/consents": page(id=Contact, POST=422),
    "contacts/<uuid:id>/consents/<int:consent>/withdraw": page(id=Contact, consent=Consent, POST=302),
    "settings/assigning": page(GET=200, POST=422),
    "settings/automatic-replies": page(GET=200, POST=302),
    "settings/hours": page(GET=200, POST=302),
    "settings/hours/close": page(POST=422),
    "settings/hours/open": page(POST=302),
    "settings/my-hours": page(GET=200, POST=302),
    "settings/team/<int:id>/hours": page(id=User, GET=200, POST=302),
    "settings/privacy": page(GET=200, POST=302),
    "contacts/<uuid:id>/export": page(id=Contact, POST=302),
    "contacts/<uuid:id>/erasure": page(id=Contact, POST=422),
    "contacts/<uuid:id>/erasure/undo": page(id=Contact, POST=302),
    # The one in the rows is not ready.
    "contacts/person-exports/<uuid:id>.zip": page(id=PersonExport, GET=404),
    "contacts/<uuid:id>/notes/<uuid:note>": page(id=Contact, note=ContactNote, GET=200, POST=422),
    "contacts/<uuid:id>/notes/<uuid:note>/undo": page(id=Contact, note=ContactNote, POST=400),
    "contacts/<uuid:id>/notes/<uuid:note>/delete": page(id=Contact, note=ContactNote, POST=302),
    "contacts/<uuid:id>/notes/<uuid:note>/restore": page(id=Contact, note=ContactNote, POST=302),
    "contacts/<uuid:id>/merge/<uuid:other>": page(id=Contact, other="other", GET=200, POST=409),
    "contacts/<uuid:id>/apart/<uuid:other>": page(id=Contact, other="other", POST=302),
    "contacts/merges/<uuid:id>/undo": page(id=ContactMerge, POST=302),
    "contacts/export.csv": page(GET=200),
    "reports": page(GET=200),
    "reports/figures.csv": page(GET=200),
    # Without a figure in the query there are no rows.
    "reports/rows": page(GET=404),
    "reports/rows.csv": page(GET=404),
    "contacts/import": page(GET=200, POST=422),
    "contacts/import/sample.csv": page(GET=200),
    "contacts/import/<uuid:id>": page(id=ContactImport, GET=200, POST=422),
    "contacts/import/<uuid:id>/run": page(id=ContactImport, POST=302),
    "contacts/import/<uuid:id>/undo": page(id=ContactImport, POST=302),
    "contacts/import/<uuid:id>/discard": page(id=ContactImport, POST=302),
    "contacts/import/<uuid:id>/refused.csv": page(id=ContactImport, GET=200),
    "many": page(GET=200),
    "many/<slug:name>/choose": page(name="contacts", POST=302),
    "many/<uuid:id>": page(id=BulkRun, GET=200, POST=422),
    "many/<uuid:id>/stop": page(id=BulkRun, POST=302),
    "many/<uuid:id>/go-on": page(id=BulkRun, POST=302),
    "many/<uuid:id>/undo": page(id=BulkRun, POST=302),
    "settings/replies": page(GET=200),
    "settings/replies/new": page(GET=200, POST=422),
    "settings/replies/<int:id>": page(id=CannedReply, GET=200, POST=422),
    "settings/replies/<int:id>/delete": page(id=CannedReply, POST=302),
    "settings/replies/<int:id>/restore": page(id=CannedReply, POST=302),
    "settings/channels": page(GET=200),
    "settings/channels/email/mailbox": page(GET=200, POST=422),
    "settings/channels/<slug:channel>": page(channel="email", GET=200, POST=422),
    "settings/channels/<slug:channel>/test": page(channel="telegram", POST=404),
    "settings/channels/<slug:channel>/disconnect": page(channel="email", GET=200, POST=302),
    "inbox/<uuid:id>/draft": page(id=Contact, POST=302),
    "inbox/<uuid:id>/draft/<uuid:draft>/delete": page(id=Contact, draft=Draft, POST=302),
    "inbox/<uuid:id>/draft/files/<int:file>/delete": page(id=Contact, file=DraftFile, POST=302),
    "inbox/<uuid:id>/<uuid:message>/undo": page(id=Contact, message=ContactMessage, POST=302, foreign=302),
    "inbox/messages/<uuid:id>/<uuid:message>/original": page(id=Contact, message=ContactMessage, GET=200),
    "inbox/messages/<uuid:id>/<uuid:message>/read-again": page(id=Contact, message=ContactMessage, POST=302),
    "inbox/messages/<uuid:id>/<uuid:message>/same-person": page(id=Contact, message=ContactMessage, POST=302),
    "inbox/messages/<uuid:id>/<uuid:message>/sender": page(id=Contact, message=ContactMessage, POST=302),
    "inbox/messages/<uuid:id>/addresses/<int:address>": page(id=Contact, address=StatedAddress, POST=302),
    "inbox/messages/<uuid:id>/files/<int:file>": page(id=Contact, file=MessageFile, GET=200),
    "inbox/messages/<uuid:id>/files/<int:file>/thumbnail": page(id=Contact, file=MessageFile, GET=404),
    "inbox/messages/<uuid:id>/files/<int:file>/play": page(id=Contact, file=MessageFile, GET=404),
    "inbox/messages/<uuid:id>/media/<int:medium>/fetch": page(id=Contact, medium=MessageMedium, POST=302),
    "inbox": page(GET=200),
    "inbox/later": page(GET=200),
    "inbox/done": page(GET=200),
    "inbox/all": page(GET=200),
    "inbox/drafts": page(GET=200),
    "inbox/arrivals": page(GET=404),
    "inbox/digest": page(POST=302),
    "inbox/icon-<int:count>.svg": page(count=3, GET=200),
    "inbox/shown": page(POST=400),
    "inbox/chosen": page(POST=302),
    "inbox/chosen/undo/<int:stamp>": page(stamp=1, POST=302),
    "inbox/chosen/undo-later/<int:stamp>": page(stamp=1, POST=302),
    "inbox/messages": page(GET=302),
    "inbox/messages/<uuid:id>": page(id=Contact, GET=302, foreign=302),
    "inbox/<uuid:id>": page(id=Contact, GET=200),
    "inbox/<uuid:id>/read": page(id=Contact, POST=400),
    "inbox/<uuid:id>/take": page(id=Contact, POST=302),
    "inbox/<uuid:id>/give": page(id=Contact, POST=302),
    "inbox/<uuid:id>/another-way": page(id=Contact, POST=302),
    "inbox/<uuid:id>/no-answer": page(id=Contact, POST=302),
    "inbox/<uuid:id>/later": page(id=Contact, POST=422),
    "inbox/<uuid:id>/later/again": page(id=Contact, POST=200),
    "inbox/undo/<int:stamp>/<str:ids>": page(stamp=1, ids=WaitingItem, POST=302, foreign=302),
    "inbox/undo-later/<str:ids>": page(ids=WaitingItem, POST=302, foreign=302),
    "inbox/<uuid:id>/send": page(id=Contact, POST=422),
    "inbox/<uuid:id>/template": page(id=Contact, POST=302),
    "inbox/<uuid:id>/replies": page(id=Contact, GET=200),
    "inbox/<uuid:id>/replies/<int:reply>": page(id=Contact, reply=CannedReply, POST=302),
    "inbox/<uuid:id>/note": page(id=Contact, POST=422),
    "inbox/<uuid:id>/<uuid:message>/again": page(id=Contact, message=ContactMessage, POST=302),
    "inbox/requests": page(GET=200),
    "inbox/requests/arrivals": page(GET=404),
    "inbox/requests/<uuid:id>/status": page(id=ContactRequest, POST=302),
    "inbox/requests/<uuid:id>/set-aside": page(id=ContactRequest, POST=302),
    "inbox/set-aside": page(GET=200),
    "inbox/set-aside/<uuid:id>/release": page(id=ContactRequest, POST=302),
    "inbox/quarantine": page(GET=302),
    "inbox/leads/<uuid:id>": page(id=ContactMessage, POST=302),
    "inquiries": page(GET=200),
    "inquiries/new": page(GET=200, POST=422),
    "inquiries/new/customer": page(GET=200),
    "inquiries/board": page(GET=302),
    "inquiries/board/<slug:slug>": page(slug="question", GET=200),
    "inquiries/board/<slug:slug>/move": page(slug="question", POST=404),
    "inquiries/<int:id>": page(id=Inquiry, GET=200),
    "inquiries/<int:id>/read": page(id=Inquiry, POST=400),
    "inquiries/<int:id>/move": page(id=Inquiry, POST=409),
    "inquiries/<int:id>/close": page(id=Inquiry, POST=422),
    "inquiries/<int:id>/moves/<uuid:move>/undo": page(id=Inquiry, move=PendingMove, POST=302),
    "inquiries/<int:id>/moves/<uuid:move>/dismiss": page(id=Inquiry, move=PendingMove, POST=302),
    "inquiries/<int:id>/case": page(id=Inquiry, POST=422),
    "inquiries/<int:id>/contact": page(id=Inquiry, POST=302),
    "inquiries/<int:id>/profile": page(id=Inquiry, POST=302),
    "inquiries/<int:id>/facts": page(id=Inquiry, POST=422),
    "inquiries/<int:id>/offers/new": page(id=Inquiry, GET=200, POST=422),
    "inquiries/<int:id>/offers/<int:offer_id>": page(id=Inquiry, offer_id=Offer, GET=200, POST=422),
    "inquiries/<int:id>/offers/<int:offer_id>/send": page(id=Inquiry, offer_id=Offer, GET=200, POST=302),
    "inquiries/<int:id>/offers/<int:offer_id>/again": page(id=Inquiry, offer_id=Offer, POST=302),
    "inquiries/<int:id>/offers/<int:offer_id>/discard": page(id=Inquiry, offer_id=Offer, POST=302),
    "inquiries/<int:id>/attachments": page(id=Inquiry, GET=200, POST=422),
    "inquiries/<int:id>/attachments/<int:attachment_id>": page(id=Inquiry, attachment_id=Attachment, GET=200),
    "inquiries/<int:id>/attachments/<int:attachment_id>/delete": page(
        id=Inquiry, attachment_id=Attachment, GET=200, POST=302
    ),
}
# Of one person: not found by a colleague.
PERSONAL = {
    "contacts/views/<int:id>",
    "contacts/views/<int:id>/delete",
    "views/<int:id>",
    "views/<int:id>/delete",
    "inbox/<uuid:id>/draft/files/<int:file>/delete",
    "inbox/<uuid:id>/replies/<int:reply>",
    "notifications/<uuid:id>",
    "notifications/<uuid:id>/seen",
    "settings/notifications/devices/<uuid:id>/remove",
    "settings/notifications/devices/<uuid:id>/test",
    "settings/replies/<int:id>",
    "settings/replies/<int:id>/delete",
    "settings/replies/<int:id>/restore",
}
# A member is refused whatever the method, and told who can.
FOR_OWNERS = {
    "contacts/<uuid:id>/erasure",
    "contacts/<uuid:id>/erasure/undo",
    "contacts/<uuid:id>/export",
    "contacts/export-chosen.csv",
    "contacts/export.csv",
    "contacts/person-exports/<uuid:id>.zip",
    "reports/figures.csv",
    "reports/rows.csv",
    "settings/audit",
    "settings/audit.csv",
    "settings/security",
    "settings/security/<int:id>/reset",
    "settings/site",
    "settings/site/key",
    "settings/channels",
    "settings/channels/<slug:channel>",
    "settings/channels/<slug:channel>/disconnect",
    "settings/channels/<slug:channel>/test",
    "settings/channels/email/mailbox",
    "settings/identity",
    "settings/identity/<int:id>/file",
    "settings/assigning",
    "settings/automatic-replies",
    "settings/hours",
    "settings/hours/close",
    "settings/hours/open",
    "settings/office",
    "settings/origins",
    "settings/privacy",
    "settings/team/<int:id>",
    "settings/team/<int:id>/hours",
    "settings/team/<int:id>/take-out",
    "settings/team/invitations",
    "settings/team/invitations/<int:id>/again",
    "settings/team/invitations/<int:id>/withdraw",
    "settings/tokens",
    "settings/tokens/<int:id>/revoke",
    "settings/tokens/<int:id>/take-over",
    "settings/webhooks",
    "settings/webhooks/<uuid:id>",
    "settings/webhooks/<uuid:id>/delete",
    "settings/webhooks/<uuid:id>/deliveries/<int:delivery>/send",
    "settings/webhooks/<uuid:id>/secret",
    "settings/webhooks/<uuid:id>/test",
}
# Open to a Pro behind the gate.
WITHOUT_GATE = {
    "settings": page(GET=302, ANY=302),
    "settings/profile": page(GET=200, POST=422),
    "settings/office": page(GET=200, POST=422),
    # Nobody's key.
    "settings/address/<str:key>": page(key="x", GET=404, POST=404),
    "settings/password": page(GET=200, POST=200, OPTIONS=200),
    "settings/identity": page(GET=200, POST=422),
    "settings/identity/<int:id>/file": page(id=IdentityDocument, GET=200),
}
# Open to staff without a Pro too, and to a Pro behind the gate.
WITHOUT_PRO = {
    "settings/sessions": page(GET=200),
    "settings/sessions/end": page(POST=302),
    # Nobody's handle.
    "settings/sessions/<slug:handle>/end": page(handle="x", POST=404),
    "settings/second-factor": page(GET=200),
    "settings/second-factor/app": page(GET=200, POST=422),
    # Nobody's row.
    "settings/second-factor/app/<int:id>/remove": page(id="0", POST=404),
    "settings/second-factor/passkey": page(GET=200, POST=422),
    "settings/second-factor/passkey/<int:id>/remove": page(id="0", POST=404),
    "settings/second-factor/codes": page(POST=302),
    "sign-in/go-on": page(GET=302),
    "docs/api": page(GET=200),
    "docs/api/<slug:name>.json": page(name="contacts", GET=200),
}
# For staff alone, with a Pro or without.
FOR_STAFF = {"styleguide": page(GET=200)}
# There with DEBUG alone.
WITH_DEBUG = {"mailbox"}
# Pages for everybody; those that a key opens say what another key gets, as no right key is known here.
PUBLIC = {
    "": page(GET=302),
    "sign-in": page(GET=200, POST=200, OPTIONS=200),
    "sign-in/passkey": page(POST=422),
    "sign-in/second": page(GET="sign-in", POST="sign-in"),
    "sign-out": page(POST="sign-in", OPTIONS=200),
    "password/reset": page(GET=200, POST=200, OPTIONS=200),
    "password/reset/sent": page(GET=200, OPTIONS=200),
    "invitation/<str:key>": page(key="x", GET=404, POST=404),
    "password/reset/<uidb64>/<token>": page(uidb64="MQ", token="x", GET=200, ANY=200),
    "channels/whatsapp/<str:key>": page(key="x", GET=404, POST=404),
    "channels/telegram/<str:key>": page(key="x", POST=404),
    "channels/email/<str:key>": page(key="x", POST=404),
    "channels/replies": page(POST=404),
    "channels/mail-events": page(POST=404),
    "properties/<slug:slug>": page(slug="unpublished", GET=404, POST=404),
    "properties/<slug:slug>/pictures/<int:picture>": page(slug="unpublished", picture=PropertyPicture, GET=404),
    "properties/<slug:slug>/qr.svg": page(slug="unpublished", GET=404),
    "properties/<slug:slug>/print": page(slug="unpublished", GET=404),
    "p/<slug:slug>": page(slug="unpublished", GET=404),
    "embed/<str:key>": page(key="x", GET=404, POST=404),
    "embed/<str:key>/send": page(key="x", POST=404),
    "r/<str:key>": page(key="x", GET=404),
    "offers/<slug:key>": page(key="x", GET=404, POST=404),
    "csp-reports": page(POST=204),
    "offline": page(GET=200),
    "service-worker.js": page(GET=200),
    "manifest.webmanifest": page(GET=200),
    "healthz": page(GET=200, ANY=200),
    "metrics": page(GET=404, ANY=405),  # Nobody may read it there.
    "readyz": page(GET=503, ANY=503),  # No worker runs there.
    "readyz/web": page(GET=200, ANY=200),
}
