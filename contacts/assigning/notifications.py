"""Notifications of what arrives: to the colleague to whom the person is assigned, else to the office."""

from collections.abc import Mapping
from typing import Any

from config.accounts.automatic_mails import send_automatic
from config.accounts.models import BouncedAddress, Pro, User
from config.web import mail

from ..models import Contact
from .colleagues import find_present


def send_notification(
    pro: Pro, contact: Contact | None, template: str, context: Mapping[str, object], **options: Any
) -> bool:
    """Mail a notification about a contact, in the language of whoever gets it; see `send_automatic`.

    The office gets it too where the mail to the assignee is not sent, as their address bounced.
    """
    options |= {"kind": BouncedAddress.Mail.NOTIFICATION, "headers": mail.AUTO_GENERATED}
    user = find_assignee(pro, contact)
    if user and send_automatic(pro, template, context, to=user.email, language=user.language, **options):
        return True
    return send_automatic(pro, template, context, to=pro.email, language=pro.language, **options)


def find_assignee(pro: Pro, contact: Contact | None) -> User | None:
    """Whoever is told of what a contact writes instead of the whole office; None in an office of one.

    Neither is anybody who is away without a stand-in.
    """
    if contact is None or not contact.assigned_to_id:
        return None
    is_alone = User.objects.filter(pro=pro, is_active=True).count() < 2
    return None if is_alone else find_present(pro, contact.assigned_to_id)
