"""Mails about a received inquiry. Each mail is sent once: a job that runs again finds its time set.

No transaction is held while the mail server is talked to, because on SQLite it would hold every other
writer. A crash between sending and setting the time is the one moment in which a mail can go out twice.
"""

from django.conf import settings
from django.tasks import task
from django.utils import timezone

from config.web import mail

from .models import Inquiry


def _find(inquiry_id: int) -> Inquiry | None:
    return Inquiry.objects.select_related("pro", "inquiry_type").filter(pk=inquiry_id).first()


@task
def acknowledge(inquiry_id: int) -> None:
    """Tell the customer that the inquiry has arrived, with its reference."""
    found = _find(inquiry_id)
    if found is None or found.acknowledged_at or found.is_waiting_for_profile:
        return
    mail.send(
        "inquiry_acknowledgment",
        {"inquiry": found, "pro": found.pro},
        to=found.person["email"],
        language=found.language,
        reply_to=found.pro.email,
        headers=mail.AUTO_REPLIED,
    )
    Inquiry.objects.filter(pk=found.pk).update(acknowledged_at=timezone.now())


@task
def notify(inquiry_id: int) -> None:
    """Tell the Pro that a program has brought an inquiry; answering the mail answers the customer, if known by now."""
    found = _find(inquiry_id)
    if found is None or found.notified_at:
        return
    mail.send(
        "inquiry_notification",
        {"inquiry": found, "pro": found.pro, "url": settings.SITE_URL + found.get_absolute_url()},
        to=found.pro.email,
        language=found.pro.language,
        reply_to=found.person.get("email", ""),
        headers=mail.AUTO_GENERATED,
    )
    Inquiry.objects.filter(pk=found.pk).update(notified_at=timezone.now())
