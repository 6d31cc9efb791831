"""First words of a message, for lists."""

from ..models import ContactMessage
from .media_kinds import kind_name


def first_words(message: ContactMessage) -> str:
    """The text of a message; without any, the names of its files and media in the active language."""
    if text := message.text.strip():
        return text
    names = [medium.get("filename") or kind_name(medium["kind"]) for medium in message.media]
    return ", ".join(names + list(message.files.values_list("filename", flat=True)))
