"""The review of identity documents: staff approve or reject one, and the Pro gets a mail."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.tasks import task
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.web import mail

from .automatic_mails import send_automatic
from .models import BouncedAddress, IdentityDocument, Pro, User


def approve(document: IdentityDocument, *, by: User) -> None:
    """Accept the document and lift the Pro's gate. Raises ValidationError unless it waits for review."""
    with transaction.atomic():
        _store_decision(document, document.State.APPROVED, "", by)
        Pro.objects.filter(pk=document.pro_id).update(cni_verified_at=timezone.now())


def reject(document: IdentityDocument, reason: str, *, by: User) -> None:
    """Refuse the document and store the reason. Raises ValidationError without a reason, or unless it waits."""
    if not reason.strip():
        raise ValidationError(_("Enter a reason, so that the pro knows what to send instead."))
    if len(reason) > 500:
        raise ValidationError(_("Use at most 500 characters."))
    with transaction.atomic():
        _store_decision(document, document.State.REJECTED, reason.strip(), by)


def _store_decision(document: IdentityDocument, state: str, reason: str, by: User) -> None:
    # Lock the Pro first, as an upload does: in the opposite order the two could deadlock.
    Pro.objects.select_for_update().get(pk=document.pro_id)
    document.refresh_from_db(from_queryset=IdentityDocument.objects.select_for_update())
    if document.state != document.State.PENDING:
        raise ValidationError(_("This document is no longer waiting for review."))
    document.state, document.reason = state, reason
    document.reviewed_by, document.reviewed_at = by, timezone.now()
    document.save(update_fields=["state", "reason", "reviewed_by", "reviewed_at"])
    send_identity_review.enqueue(document.pk)


@task(queue_name="mail")
def send_identity_review(document_id: int) -> None:
    """Mail the Pro that its identity document was approved, or why it was rejected."""
    document = IdentityDocument.objects.select_related("pro").filter(pk=document_id).first()
    if document is None:
        return
    page = "home" if document.state == document.State.APPROVED else "accounts:identity"
    context = {"document": document, "url": settings.SITE_URL + reverse(page)}
    pro = document.pro
    options = {"language": pro.language, "headers": mail.AUTO_GENERATED}
    send_automatic(pro, "identity_review", context, kind=BouncedAddress.Mail.NOTIFICATION, to=pro.email, **options)
