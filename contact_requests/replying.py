"""Replying to contact requests."""

import uuid

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from config.accounts.models import User

from .mails import send_reply
from .models import ContactRequest, Reply


def reply(contact_request: ContactRequest, body: str, *, by: User | None, id: uuid.UUID | None = None) -> Reply:
    """Answer the visitor by e-mail: store the text, mark the contact request replied and enqueue the mail, in one
    transaction.

    The same `id` with the same text is one reply, sent twice; with another text it is another. Raises
    ValidationError when there is no e-mail address or no text, InvalidTransitionError in quarantine.
    """
    if not contact_request.email:
        raise ValidationError(_("This visitor left no e-mail address."))
    if not body.strip():
        raise ValidationError({"body": _("Write a reply first.")})
    with transaction.atomic():
        contact_request.lock()
        contact_request.refuse_in_quarantine(contact_request.Status.REPLIED)
        key = uuid.uuid5(contact_request.pk, f"{id}\n{body.strip()}") if id else uuid.uuid4()
        stored, is_new = Reply.objects.get_or_create(
            id=key, contact_request=contact_request, defaults={"body": body.strip(), "author": by}
        )
        if is_new:
            contact_request.mark(contact_request.Status.REPLIED, by=by)
            send_reply.enqueue(str(stored.pk))
        return stored
