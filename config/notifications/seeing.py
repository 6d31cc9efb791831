"""Notifications are seen: by a click on the push, or as the thing they are about was opened or answered."""

from uuid import UUID

from django.db.models import Q

from config.accounts.models import User

from .models import Notification


def note_seen(notification: Notification) -> None:
    """Note that its user saw the push about it, which told of all that was pushed until then: no mail follows."""
    rows = Notification.objects.waiting().filter(user=notification.user_id, pushed_at__isnull=False)
    rows.filter(Q(pk=notification.pk) | Q(created_at__lte=notification.created_at)).end(Notification.State.SEEN)


def note_person_seen(user: User, contact_id: UUID) -> None:
    """Note that a user has opened a person: what they were to be told of them is no news."""
    Notification.objects.waiting().filter(user=user, contact_id=contact_id).end(Notification.State.SEEN)
