"""Content of WhatsApp's messages: text, media, answers to a form, the ad that brought the person, the message answered.

Sources: the webhook reference of the WhatsApp Business Platform (messages), and "Receiving Flow Response".
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .message import Media, Referral
from .payload import clean_text, get_object, get_objects, to_int

MEDIA_KINDS = ("image", "video", "audio", "document", "sticker")
# Answers of one form, each at most so long, and nested so deep.
MAX_ANSWERS, MAX_ANSWER, MAX_DEPTH = 200, 2000, 4
# Fields of a form's answers that are for programs.
HIDDEN_ANSWERS = ("flow_token",)


def read_content(message: Mapping[str, Any]) -> tuple[str, tuple[Media, ...]]:
    """Text, and references to the media."""
    message_type = str(message.get("type"))
    content = get_object(message, message_type)
    if message_type in MEDIA_KINDS:
        return clean_text(content.get("caption")), (_read_media(message_type, content),)
    match message_type:
        case "text":
            return clean_text(content.get("body")), ()
        case "reaction":
            # No emoji: the sender took an earlier one back.
            media = Media("reaction", clean_text(content.get("message_id"), 255))
            return clean_text(content.get("emoji"), 50), (media,)
        case "location":
            return _location_text(content), (Media("location"),)
        case "contacts":
            return _cards_text(message), (Media("contact"),)
        case "button":
            return clean_text(content.get("text")), ()
        case "interactive":
            return _read_reply(content)
    return "", (Media("unsupported"),)


def _read_media(message_type: str, content: Mapping[str, Any]) -> Media:
    kind = "voice" if content.get("voice") is True else message_type
    mime_type, filename = clean_text(content.get("mime_type"), 100), clean_text(content.get("filename"), 255)
    return Media(kind, clean_text(content.get("id"), 255), filename, mime_type, to_int(content.get("file_size")))


def _location_text(content: Mapping[str, Any]) -> str:
    names = [clean_text(content.get(name), 500) for name in ("name", "address")]
    place = [f"{content.get(name)}" for name in ("latitude", "longitude") if isinstance(content.get(name), int | float)]
    return "\n".join(filter(None, [*names, ", ".join(place)]))


def _cards_text(message: Mapping[str, Any]) -> str:
    """Contact cards, one a line: name and phone numbers."""
    lines = []
    for card in get_objects(message, "contacts"):
        fields = [clean_text(get_object(card, "name").get("formatted_name"), 200)]
        fields += [clean_text(phone.get("phone"), 40) for phone in get_objects(card, "phones")]
        lines.append(" ".join(filter(None, fields)))
    return clean_text("\n".join(lines))


def _read_reply(content: Mapping[str, Any]) -> tuple[str, tuple[Media, ...]]:
    """The choice of a button or list, or the answers to a form (a Flow), one a line."""
    if content.get("type") != "nfm_reply":
        choice = get_object(content, "button_reply") or get_object(content, "list_reply")
        return clean_text(choice.get("title")), ()
    try:
        answers = json.loads(str(get_object(content, "nfm_reply").get("response_json")))
    except (ValueError, RecursionError):
        answers = None
    lines = [line for line, _number in zip(_answer_lines(answers), range(MAX_ANSWERS), strict=False)]
    return ("\n".join(lines), ()) if lines else ("", (Media("unsupported"),))


def _answer_lines(answers: Any, name: str = "", depth: int = 0) -> Iterator[str]:
    """Lines "question: answer"; a form without its own texts names a question like "move_in"."""
    if isinstance(answers, dict) and depth < MAX_DEPTH:
        for key, value in answers.items():
            if key not in HIDDEN_ANSWERS:
                yield from _answer_lines(value, clean_text(key, 100), depth + 1)
    elif isinstance(answers, list) and any(isinstance(value, dict | list) for value in answers):
        for value in answers:
            if depth < MAX_DEPTH:
                yield from _answer_lines(value, name, depth + 1)
    elif name and (text := _answer_text(answers)):
        yield f"{name.replace('_', ' ').strip()}: {text}"


def _answer_text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_answer_text, value)))[:MAX_ANSWER]
    if isinstance(value, bool):
        return "✓" if value else "✗"
    return clean_text(str(value) if isinstance(value, int | float) else value, MAX_ANSWER)


def read_referral(message: Mapping[str, Any]) -> Referral | None:
    """The ad or post that brought the person, None without one."""
    referral = get_object(message, "referral")
    url, headline = clean_text(referral.get("source_url"), 1000), clean_text(referral.get("headline"), 200)
    body = clean_text(referral.get("body"), 1000)
    if not url.startswith(("https://", "http://")):
        url = ""
    return Referral(headline, body, url) if headline or body or url else None


def find_answered_id(message: Mapping[str, Any]) -> str:
    """Id of the message that this one answers or reacts to, "" for none."""
    reaction, context = get_object(message, "reaction"), get_object(message, "context")
    return clean_text(reaction.get("message_id"), 255) or clean_text(context.get("id"), 255)
