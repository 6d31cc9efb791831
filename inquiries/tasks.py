"""What happens to an inquiry after it was received. Each mail is sent once: a job that runs again finds its time set.

No transaction is held while UserHub or the mail server is talked to, because on SQLite it would hold every other
writer. A crash between sending and setting the time is the one moment in which a mail can go out twice.
"""

from django.conf import settings
from django.tasks import TaskContext, task
from django.utils import timezone
from django.utils.translation import gettext_noop

from config.jobs.worker import MAX_ATTEMPTS
from config.web import mail

from . import profiles, userhub
from .models import Inquiry

NO_ANSWER = gettext_noop("UserHub has not answered for many hours.")
NOT_KEPT = gettext_noop("The profile could not be taken over.")


def _find(inquiry_id: int) -> Inquiry | None:
    return Inquiry.objects.select_related("pro", "inquiry_type").filter(pk=inquiry_id).first()


@task(takes_context=True)
def complete_profile(context: TaskContext, inquiry_id: int) -> None:
    """Copy the customer's profile onto an inquiry that waits for it. The worker tries again while UserHub is away."""
    found = _find(inquiry_id)
    if found is None or not found.is_waiting_for_profile or found.profile_problem:
        return
    try:
        profiles.complete(found, userhub.ask(found.user_id))
    except userhub.UnknownUser:
        profiles.give_up(found, gettext_noop("UserHub knows no user of this id."))
    except Exception as error:
        # Whatever it was, the Pro and staff see that nothing follows by itself any more.
        if context.attempt >= MAX_ATTEMPTS:
            is_away = isinstance(error, userhub.Unavailable)
            profiles.give_up(found, NO_ANSWER if is_away else NOT_KEPT)
        raise


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
