"""Mails that tell a colleague that a person is theirs, or was theirs, and whom a note mentions."""

from collections.abc import Sequence
from typing import Any

from django.tasks import TaskContext, task

from config.accounts.models import User
from config.notifications.kinds import Kind
from config.notifications.models import Preferences
from config.notifications.news import Event
from config.notifications.telling import tell_user

from ..models import BulkRun, Contact, WaitingItem
from ..news import make_key, make_own_news, make_run_key, read_assignments, read_reminder


def tell_of_assignment(contact: Contact, to: User, *, by: User) -> None:
    """Tell a colleague by mail that they were given a person."""
    mail_assignment.enqueue(str(contact.pk), to.pk, str(by))


@task(takes_context=True, queue_name="mail")
def mail_assignment(context: TaskContext, contact_id: str, user_id: int, by: str) -> None:
    """Mail it, unless the person is somebody else's by now."""
    contact = Contact.objects.filter(pk=contact_id, deleted_at=None, assigned_to=user_id).select_related("pro").first()
    user = User.objects.filter(pk=user_id, is_active=True).select_related("pro").first()
    if contact and user:
        _tell_colleague(context, user, Kind.ASSIGNMENT, contact, by=by)


def tell_of_assignments(run: BulkRun, user_id: int, after: int) -> None:
    """Tell a colleague once of the people whom a run has given them, from the row after this number on."""
    mail_assignments.enqueue(make_run_key(run, after), user_id)


@task(queue_name="mail")
def mail_assignments(key: str, user_id: int) -> None:
    """Tell it, unless none of them is theirs any more."""
    user = User.objects.filter(pk=user_id, is_active=True).select_related("pro").first()
    if user and (news := read_assignments(key, user)) and news.pro.pk == user.pro_id:
        tell_user(Event(Kind.ASSIGNMENTS, key, None), news, user)


def tell_of_silence(contact: Contact, user: User) -> None:
    """Tell the owners by mail that a person is nobody's again, as their assignee stayed silent."""
    mail_silence.enqueue(str(contact.pk), user.pk)


@task(takes_context=True, queue_name="mail")
def mail_silence(context: TaskContext, contact_id: str, user_id: int) -> None:
    """Mail it, unless somebody has taken the person since."""
    contact = Contact.objects.filter(pk=contact_id, deleted_at=None, assigned_to=None).select_related("pro").first()
    user = User.objects.filter(pk=user_id).first()
    if contact and user:
        owners = User.objects.filter(pro=contact.pro, role=User.Role.OWNER, is_active=True).select_related("pro")
        for owner in owners.order_by("pk"):
            of = f"{context.task_result.id}:{user.pk}"
            _tell_colleague(
                context, owner, Kind.SILENCE, contact, of, colleague=str(user), hours=contact.pro.silent_hours
            )


def tell_of_mention(contact: Contact, user_id: int, *, by: User) -> None:
    """Tell a colleague by mail that a note about a person mentions them; a note's words are in no mail."""
    mail_mention.enqueue(str(contact.pk), user_id, str(by))


@task(takes_context=True, queue_name="mail")
def mail_mention(context: TaskContext, contact_id: str, user_id: int, by: str) -> None:
    """Mail it."""
    contact = Contact.objects.filter(pk=contact_id, deleted_at=None).select_related("pro").first()
    user = User.objects.filter(pk=user_id, is_active=True).select_related("pro").first()
    if contact and user and user.pro_id == contact.pro_id:
        _tell_colleague(context, user, Kind.MENTION, contact, by=by)


def tell_of_reminders(items: Sequence[WaitingItem]) -> None:
    """Tell whoever put people off that they are back, if they want to be told."""
    users = {item.later_by_id for item in items if item.later_by_id and item.contact_id}
    wanted = set(Preferences.objects.filter(user__in=users, reminders=True).values_list("user", flat=True))
    for item in items:
        if item.contact_id and item.later_by_id in wanted:
            mail_reminder.enqueue(item.pk, item.later_by_id)


@task(takes_context=True, queue_name="mail")
def mail_reminder(context: TaskContext, item_id: int, user_id: int) -> None:
    """Tell it, unless the person has been answered or put off again."""
    key = f"{item_id}:{context.task_result.id}"
    user = User.objects.filter(pk=user_id, is_active=True).select_related("pro").first()
    if user and (news := read_reminder(key, user)) and news.pro.pk == user.pro_id:
        item = WaitingItem.objects.get(pk=item_id)
        tell_user(Event(Kind.REMINDER, key, item.contact_id), news, user)


def _tell_colleague(job: TaskContext, to: User, kind: Kind, contact: Contact, of: str = "", **context: Any) -> None:
    key = make_key(contact, of or job.task_result.id)
    tell_user(Event(kind, key, contact.pk), make_own_news(contact, kind.value, **context), to)
