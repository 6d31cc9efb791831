"""Mails about contact requests. Each is sent once: a job that runs again finds its time set and stops.

A crash between sending and setting the time is the one moment in which a mail can go out twice. No transaction
is held while the mail server is talked to, because on SQLite it would hold every other writer.
"""

from django.conf import settings
from django.tasks import task
from django.urls import reverse
from django.utils import timezone

from config.web import mail

from .models import ContactRequest, Reply


def _page(name: str, *args: object) -> str:
    return settings.SITE_URL + reverse(f"contact_requests:{name}", args=args)


def _find(request_id: str) -> ContactRequest | None:
    return ContactRequest.objects.select_related("property", "pro").filter(pk=request_id).first()


@task
def acknowledge(request_id: str) -> None:
    """Tell the visitor that the request has arrived, with its reference. Their own words are not repeated:
    the address is only what somebody typed."""
    found = _find(request_id)
    if found is None or found.acknowledged_at:
        return
    context = {
        "request": found,
        "pro": found.pro,
        "property_url": settings.SITE_URL + found.property.get_absolute_url(),
    }
    mail.send(
        "acknowledgment",
        context,
        to=found.email,
        language=found.language,
        reply_to=found.pro.email,
        headers=mail.AUTO_REPLIED,
    )
    ContactRequest.objects.filter(pk=found.pk).update(acknowledged_at=timezone.now())


@task
def notify(request_id: str) -> None:
    """Tell the Pro that somebody is waiting; answering the mail answers the visitor."""
    found = _find(request_id)
    if found is None or found.notified_at:
        return
    context = {"request": found, "pro": found.pro, "url": _page("request_detail", found.pk)}
    mail.send(
        "notification",
        context,
        to=found.pro.email,
        language=found.pro.language,
        reply_to=found.email,
        headers=mail.AUTO_GENERATED,
    )
    ContactRequest.objects.filter(pk=found.pk).update(notified_at=timezone.now())


@task
def send_reply(reply_id: str) -> None:
    """Send the Pro's answer. A failure is kept on the reply, for the Pro to see, and the worker tries again."""
    reply = (
        Reply.objects.select_related("contact_request__property", "contact_request__pro").filter(pk=reply_id).first()
    )
    if reply is None or reply.sent_at:
        return
    found = reply.contact_request
    quoted = "\n".join(f"> {line}" for line in found.message.splitlines())
    context = {"request": found, "pro": found.pro, "reply": reply, "quoted": quoted}
    try:
        mail.send("reply", context, to=found.email, language=found.language, reply_to=found.pro.email)
    except OSError as error:
        Reply.objects.filter(pk=reply.pk).update(error=str(error)[:300] or type(error).__name__)
        raise
    Reply.objects.filter(pk=reply.pk).update(sent_at=timezone.now(), error="")
