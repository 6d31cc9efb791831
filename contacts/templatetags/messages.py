"""Icons and texts of messages."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from config.web.text import one_line

from ..channels.failures import Failure, explain_failure
from ..conversations.media_kinds import IN_TEXT, kind_icon, kind_name
from ..models import Contact, ContactMessage, MessageMedium

register = template.Library()

CHANNEL_ICONS = {"whatsapp": "message-circle", "telegram": "send", "email": "mail"}
State = MessageMedium.State


@register.filter
def channel_icon(channel: str) -> str:
    return CHANNEL_ICONS.get(channel, "message-circle")


@register.filter
def failure(message: ContactMessage) -> Failure:
    """Reason why a message was not sent, in the reader's words and in the provider's."""
    return explain_failure(message.channel, message.error)


@register.filter
def media_icon(kind: str) -> str:
    return kind_icon(kind)


@register.filter
def medium(media: Mapping[str, Any], message: ContactMessage) -> MessageMedium | None:
    """The state of fetching a medium, None for one that is not fetched."""
    return next((row for row in message.fetched_media.all() if row.medium_id == media["id"]), None)


@register.filter
def media_label(media: Mapping[str, Any], message: ContactMessage) -> str:
    """Name of a medium and where it is: "Voice message: being fetched from WhatsApp"."""
    name = kind_name(media["kind"])
    if media.get("filename"):
        name = f"{name} “{media['filename']}”"
    if media["kind"] in IN_TEXT:
        return name
    labels = {"what": name, "channel": message.get_channel_display()}
    row = medium(media, message)
    if row and row.state == State.FETCHING:
        return _("%(what)s: being fetched from %(channel)s") % labels
    if row and row.state == State.GONE:
        return _("%(what)s: gone at %(channel)s") % labels
    if row and row.state == State.REFUSED:
        return _("%(what)s: not kept, open %(channel)s to view it") % labels
    return _("%(what)s: open %(channel)s to view it") % labels


@register.filter
def writer(message: ContactMessage, contact: Contact) -> str:
    """Name of a message's author, for a sentence: "you" for the Pro's own."""
    return _("you") if message.is_outbound else contact.name


@register.filter
def summary(message: ContactMessage | None) -> str:
    """A message in one line: subject and text, else the names of its media."""
    if message is None:
        return ""
    text = one_line(" – ".join(filter(None, (message.subject, message.text))), 120)
    kinds = [kind_name(media["kind"]) for media in message.media]
    return text or ", ".join(kinds) or _("(no text)")
