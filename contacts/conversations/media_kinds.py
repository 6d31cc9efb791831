"""Kinds of media, in the providers' words: icon and name."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

KINDS: dict[str, tuple[str, str | Promise]] = {
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


def kind_icon(kind: str) -> str:
    return KINDS.get(kind, OTHER)[0]


def kind_name(kind: str) -> str:
    """Name of a kind in the active language."""
    return str(KINDS.get(kind, OTHER)[1])
