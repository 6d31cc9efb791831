"""Notifications of what arrives: to the colleague to whom the person is assigned, else to the office."""

from config.accounts.models import Pro, User
from config.notifications.kinds import Kind
from config.notifications.news import Event, News
from config.notifications.telling import tell

from ..models import Contact
from .colleagues import find_present


def send_notification(
    kind: Kind, key: object, news: News, contact: Contact | None, *, without_office: bool = False
) -> bool:
    """Tell whoever is told of something new about a contact, as their settings say; see `tell`.

    The office gets it too where the mail to the assignee is not sent, as their address bounced.
    """
    event = Event(kind, str(key), contact.pk if contact else None)
    return tell(event, news, assignee=find_assignee(news.pro, contact), without_office=without_office)


def find_assignee(pro: Pro, contact: Contact | None) -> User | None:
    """Find who is told of what a contact writes instead of the whole office; None in an office of one.

    Neither is anybody who is away without a stand-in.
    """
    if contact is None or not contact.assigned_to_id:
        return None
    is_alone = User.objects.filter(pro=pro, is_active=True).count() < 2
    return None if is_alone else find_present(pro, contact.assigned_to_id)
