"""Keep the audit for as long as the settings say."""

from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from .models import AuditEvent, AuditThinning

# Rows of a day at once: the door is opened once a day at most.
STEP = timedelta(days=1)


def thin_audit() -> None:
    """Delete the events past AUDIT_KEPT_DAYS, about once a day. Housekeeping calls it once a minute."""
    before = timezone.now() - timedelta(days=settings.AUDIT_KEPT_DAYS)
    if AuditEvent.objects.filter(created_at__lt=before - STEP).exists():
        with transaction.atomic():
            AuditThinning.thin(before)


def check_audit() -> list[str]:
    """Try whether the database keeps the audit, at the end of a restore; what it finds, in English."""
    if (row := AuditEvent.objects.order_by("-pk").first()) is None:
        return []
    try:
        with transaction.atomic():
            AuditEvent.objects.filter(pk=row.pk).update(kind=row.kind)
    except DatabaseError:
        return []
    return ["the database takes changes of the audit"]
