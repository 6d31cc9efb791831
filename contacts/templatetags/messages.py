"""Icons and texts of messages."""

from collections.abc import Mapping
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from config.accounts.models import Pro
from config.web.templatetags.icons import lucide
from config.web.text import one_line
from config.web.times import clock_element

from ..channels.failures import Failure, explain_failure
from ..conversations.media_kinds import IN_TEXT, kind_icon, kind_name
from ..models import ChannelConnection, Contact, ContactMessage, MessageMedium
from ..phones import to_display

register = template.Library()

CHANNEL_ICONS = {"whatsapp": "message-circle", "telegram": "send", "email": "mail"}
CHANNEL_NAMES = dict(ChannelConnection.Channel.choices)
State = MessageMedium.State


@register.filter
def channel_icon(channel: str) -> str:
    return CHANNEL_ICONS.get(channel, "message-circle")


@register.simple_tag
def message_head(message: ContactMessage, contact: Contact, pro: Pro) -> SafeString:
    """Writer, time and channel of a message: a thread has thirty, and this is half of each."""
    name = str(message.author or pro.name) if message.is_outbound else contact.name
    parts = [
        lucide(channel_icon(message.channel), size=14, aria_hidden="true"),
        f'<span class="hidden">{escape(str(CHANNEL_NAMES.get(message.channel, message.channel)))}</span>',
        f"<strong>{escape(name)}</strong>",
    ]
    if message.sender_name and message.sender_name != contact.name:
        words = _("as “%(name)s”") % {"name": message.sender_name}
        parts.append(f"<span>{escape(words)}</span>")
    if address := _address_beside(message, contact):
        parts.append(f'<bdi class="soft">{escape(address)}</bdi>')
    edited = f" · {escape(_('edited'))}" if message.edited_at else ""
    parts.append(f'<span class="soft">{clock_element(message.created_at)}{edited}</span>')
    if message.is_automatic:
        parts.append(f'<span class="tag">{escape(_("Automatic"))}</span>')
    return SafeString(f'<p class="entry-head">{" ".join(parts)}</p>')


def _address_beside(message: ContactMessage, contact: Contact) -> str:
    """The sender's address, to stand beside the name; "" where it is the name."""
    if message.sender_email and message.sender_email != message.sender_name:
        return message.sender_email
    return to_display(message.sender_phone, contact.pro.country) if message.sender_phone else ""


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
