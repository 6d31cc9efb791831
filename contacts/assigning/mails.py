"""Mails that tell a colleague that a person is theirs, or was theirs, and whom a note mentions."""

from typing import Any

from django.conf import settings
from django.tasks import task
from django.urls import reverse

from config.accounts.automatic_mails import send_account_mail
from config.accounts.models import User

from ..models import Contact


def tell_of_assignment(contact: Contact, to: User, *, by: User) -> None:
    """Tell a colleague by mail that they were given a person."""
    mail_assignment.enqueue(str(contact.pk), to.pk, str(by))


@task(queue_name="mail")
def mail_assignment(contact_id: str, user_id: int, by: str) -> None:
    """Mail it, unless the person is somebody else's by now."""
    contact = Contact.objects.filter(pk=contact_id, deleted_at=None, assigned_to=user_id).first()
    user = User.objects.filter(pk=user_id, is_active=True).select_related("pro").first()
    if contact and user:
        _send(user, "assignment", contact, by=by)


def tell_of_silence(contact: Contact, user: User) -> None:
    """Tell the owners by mail that a person is nobody's again, as their assignee stayed silent."""
    mail_silence.enqueue(str(contact.pk), user.pk)


@task(queue_name="mail")
def mail_silence(contact_id: str, user_id: int) -> None:
    """Mail it, unless somebody has taken the person since."""
    contact = Contact.objects.filter(pk=contact_id, deleted_at=None, assigned_to=None).select_related("pro").first()
    user = User.objects.filter(pk=user_id).first()
    if contact and user:
        owners = User.objects.filter(pro=contact.pro, role=User.Role.OWNER, is_active=True).select_related("pro")
        for owner in owners.order_by("pk"):
            _send(owner, "silence", contact, colleague=str(user), hours=contact.pro.silent_hours)


def tell_of_mention(contact: Contact, user_id: int, *, by: User) -> None:
    """Tell a colleague by mail that a note about a person mentions them; a note's words are in no mail."""
    mail_mention.enqueue(str(contact.pk), user_id, str(by))


@task(queue_name="mail")
def mail_mention(contact_id: str, user_id: int, by: str) -> None:
    """Mail it."""
    contact = Contact.objects.filter(pk=contact_id, deleted_at=None).first()
    user = User.objects.filter(pk=user_id, is_active=True).select_related("pro").first()
    if contact and user and user.pro_id == contact.pro_id:
        _send(user, "mention", contact, by=by)


def _send(to: User, template: str, contact: Contact, **context: Any) -> None:
    url = settings.SITE_URL + reverse("waiting:person", args=[contact.pk])
    send_account_mail(to, template, {"contact": contact, "url": url, **context}, to=to.email)
