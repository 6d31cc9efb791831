"""Notification settings of a user are read and saved."""

from django.db import transaction
from django.utils import timezone

from config.accounts.models import Pro, User
from config.audit.kinds import Kind
from config.audit.recording import record_event

from .mailing import mail_together
from .models import Notification, Preferences, Whose
from .readers import decides_about_office


def read_preferences(user: User, pro: Pro) -> Preferences:
    """The settings of a user; without any, unsaved ones by which they are told what they are told now."""
    if row := Preferences.objects.filter(user=user, pro=pro).select_related("pro", "user").first():
        return row
    whose = Whose.NOBODYS if decides_about_office(user, pro) else Whose.MINE
    return Preferences(user=user, pro=pro, requests=whose, messages=whose, inquiries=whose)


def has_saved(user: User) -> bool:
    return Preferences.objects.filter(user=user).exists()


def save_preferences(row: Preferences) -> None:
    """Save the settings of a user, and let what waits for a mail follow them."""
    with transaction.atomic():
        fields = [field.name for field in Preferences._meta.concrete_fields if field.name != "user"]
        values = {name: getattr(row, name) for name in fields}
        Preferences.objects.update_or_create(user=row.user, defaults=values)
        _move_mails(row)
        record_event(Kind.SETTINGS_CHANGED, row.user, pro=row.pro, by=row.user, detail="notifications")


def _move_mails(row: Preferences) -> None:
    """Have what waits for a later mail leave when one written now would."""
    waiting = Notification.objects.waiting().filter(user=row.user, due_at__isnull=False, is_together=True)
    # Those that were pushed wait to be seen first.
    waiting = waiting.filter(push_at=None)
    if (due := row.next_mail(timezone.now())) is None:
        waiting.end(Notification.State.OVER)
    elif waiting.update(due_at=due):
        mail_together.using(run_after=due).enqueue(row.user_id)
