"""Icons and texts of messages."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.web.text import one_line

from ..models import Contact, ContactMessage

register = template.Library()

CHANNEL_ICONS = {"whatsapp": "message-circle", "telegram": "send", "email": "mail"}
# Media that stay with the provider: icon and name.
MEDIA: dict[str, tuple[str, str | Promise]] = {
    "image": ("image", gettext_lazy("Picture")),
    "video": ("video", gettext_lazy("Video")),
    "video_note": ("video", gettext_lazy("Video")),
    "animation": ("image", gettext_lazy("Animation")),
    "audio": ("audio-lines", gettext_lazy("Audio")),
    "voice": ("mic", gettext_lazy("Voice message")),
    "document": ("file", gettext_lazy("Document")),
    "sticker": ("sticker", gettext_lazy("Sticker")),
    "location": ("map-pin", gettext_lazy("Location")),
    "contact": ("contact-round", gettext_lazy("Contact card")),
    "reaction": ("smile", gettext_lazy("Reaction")),
}
OTHER = ("circle-question-mark", gettext_lazy("Something that cannot be shown here"))
# Media whose content is in the message's text.
IN_TEXT = ("location", "contact", "reaction")


@register.filter
def channel_icon(channel: str) -> str:
    return CHANNEL_ICONS.get(channel, "message-circle")


@register.filter
def media_icon(kind: str) -> str:
    return MEDIA.get(kind, OTHER)[0]


@register.filter
def media_label(media: Mapping[str, Any], message: ContactMessage) -> str:
    """Name of a medium and where it is: "Voice message: open WhatsApp to view it"."""
    name = str(MEDIA.get(media["kind"], OTHER)[1])
    if media.get("filename"):
        name = f"{name} “{media['filename']}”"
    if media["kind"] in IN_TEXT:
        return name
    return _("%(what)s: open %(channel)s to view it") % {"what": name, "channel": message.get_channel_display()}


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
    kinds = [str(MEDIA.get(media["kind"], OTHER)[1]) for media in message.media]
    return text or ", ".join(kinds) or _("(no text)")
