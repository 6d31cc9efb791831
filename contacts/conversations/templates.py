"""Answers by WhatsApp after 24 hours: approved templates, fetched by a job and kept with the connection."""

import uuid
from collections.abc import Collection
from dataclasses import asdict
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.tasks import task
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from config.accounts.models import User

from ..channels.message import SendFailedError
from ..channels.whatsapp_templates import MAX_BODY, MAX_HEADER, Template, fetch_templates
from ..models import ChannelConnection, Contact, ContactMessage
from .reply_channels import ReplyChannel, find_reply_channel
from .writing import write_message

REFRESHED_AFTER = timedelta(hours=1)


def read_templates(reply_channel: ReplyChannel) -> list[Template]:
    """The templates that are kept with a channel's connection."""
    connection = reply_channel.connection
    return [Template(**row) for row in connection.templates] if connection else []


def find_template(contact: Contact, key: str) -> Template | None:
    """A template by which a contact can be written to, by WhatsApp."""
    reply_channel = find_reply_channel(contact, ChannelConnection.Channel.WHATSAPP)
    templates = read_templates(reply_channel) if reply_channel else []
    return next((template for template in templates if template.key == key), None)


def write_template(
    contact: Contact,
    template: Template,
    values: list[str],
    *,
    by: User | None,
    id: uuid.UUID | None = None,
    settles: Collection[int] | None = None,
) -> ContactMessage:
    """Send a template by WhatsApp, with a value for each of its variables: store the message and enqueue sending it.

    Raises ValidationError for values that cannot be sent, and as `write_message` does.
    """
    # Meta refuses line breaks and rows of spaces in a value.
    values = [" ".join(value.split()) for value in values]
    if not all(values):
        raise ValidationError(_("Fill in every field of the template."))
    filled = template.fill_in(values)
    if len(filled.header) > MAX_HEADER or len(filled.body) > MAX_BODY:
        raise ValidationError(_("The template becomes too long; use shorter texts."))
    sent = template.describe(values)
    return write_message(contact, filled.text, channel="whatsapp", by=by, id=id, settles=settles, template=sent)


def refresh_old_templates() -> None:
    """Enqueue fetching the templates of the connections that name a business account, once an hour."""
    now = timezone.now()
    is_due = Q(templates_at=None) | Q(templates_at__lt=now - REFRESHED_AFTER)
    rows = ChannelConnection.objects.filter(is_due, channel="whatsapp", is_active=True).exclude(business_id="")
    for pk in rows.values_list("pk", flat=True):
        # Of two workers one enqueues it.
        if rows.filter(pk=pk).update(templates_at=now):
            refresh_templates.enqueue(pk)


@task(queue_name="whatsapp")
def refresh_templates(connection_id: int) -> None:
    """Fetch the approved templates of a connection; a failure is stored, and leaves those that are kept."""
    connection = ChannelConnection.objects.select_related("pro").filter(pk=connection_id, is_active=True).first()
    if connection is None or not connection.business_id:
        return
    rows = ChannelConnection.objects.filter(pk=connection.pk, business_id=connection.business_id)
    with override(connection.pro.language):
        try:
            templates = fetch_templates(connection)
        except SendFailedError as error:
            rows.update(templates_error=error.reason[:300])
        else:
            rows.update(templates=[asdict(template) for template in templates], templates_error="")
