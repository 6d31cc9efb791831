"""Expectations of each address: callers and their answers. An address without an entry fails the matrix.

`page(GET=200, POST=302, id=Contact)` says what the Pro's own people get; every other method is 405. In lower case stand
the ids in the address: the model whose row they name, or a value. Everybody else's answers follow from the table that
the address is in. The pages of the workspace stand in `workspace.py`.
"""

from typing import Any, NamedTuple

from config.accounts.models import IdentityDocument
from contact_requests.models import PropertyPicture

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
