"""The e-mail that notifies a Pro of a new message."""

from django.conf import settings
from django.tasks import task
from django.urls import reverse
from django.utils import timezone

from config.web import mail

from ..models import ContactMessage


@task
def notify_message(message_id: str) -> None:
    """Notify the Pro of a message, unless it was read meanwhile. Further unread ones of a conversation send no mail."""
    unread = ContactMessage.objects.select_related("contact", "pro").filter(read_at=None, notified_at=None)
    if (message := unread.filter(pk=message_id).first()) is None:
        return
    pro = message.pro
    url = settings.SITE_URL + reverse("messages:conversation_detail", args=[message.contact_id])
    context = {"message": message, "contact": message.contact, "pro": pro, "url": url}
    mail.send("message_notification", context, to=pro.email, language=pro.language, headers=mail.AUTO_GENERATED)
    ContactMessage.objects.filter(pk=message.pk).update(notified_at=timezone.now())
