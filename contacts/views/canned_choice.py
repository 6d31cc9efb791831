"""Canned replies in the composer: found by words, and added to what is being typed."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from config.accounts.http import ProRequest, send_to, wants
from config.files.storage import StorageUnavailableError
from config.search.folding import fold
from config.web.next_page import read_next_page

from ..conversations.answering import UNAVAILABLE, keep_draft
from ..conversations.canned_replies import FilledReply, find_canned_replies
from ..conversations.drafts import save_draft
from ..conversations.forms import MessageForm
from ..models import Contact
from ..topics import clean_topic, read_topic
from .thread import find_person

LIST, TEXT = "thread/_canned.html", "thread/_text.html"


@require_safe
def canned_search(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """The canned replies for a person, filled in, that have the words of `q` in their title or text."""
    contact = find_person(request, id)
    words = fold(request.GET.get("q", "").replace("\0", "")[:200]).split()
    topic = clean_topic(request.GET.get("topic", ""))
    found = [each for each in _find_replies(request, contact, topic) if _has_words(each, words)]
    return render(request, f"{LIST}#replies", {"contact": contact, "canned_replies": found, "is_search": True})


def _has_words(filled: FilledReply, words: list[str]) -> bool:
    text = fold(f"{filled.reply.title} {filled.text}")
    return all(word in text for word in words)


@require_POST
def canned_add(request: ProRequest, id: uuid.UUID, reply: int) -> HttpResponse:
    """Add a canned reply to what is typed, which is kept as the draft; htmx gets the box with the words alone."""
    contact, given = find_person(request, id), request.POST
    fields: dict[str, Any] = {name: given.get(name, "").replace("\0", "")[:60] for name in ("topic", "channel")}
    filled = next((each for each in _find_replies(request, contact, fields["topic"]) if each.reply.pk == reply), None)
    if filled is None:
        raise Http404
    text = "\n\n".join(filter(None, [given.get("text", "").strip(), filled.text]))
    try:
        _draft, refused = keep_draft(
            contact, text, request.FILES.getlist("files"), by=request.user, cc=given.get("cc", ""), **fields
        )
    except Contact.DoesNotExist as error:
        raise Http404 from error
    except StorageUnavailableError:
        save_draft(contact, request.user, text, cc=given.get("cc", ""), **fields)
        refused = [str(UNAVAILABLE)]
    if wants(request, "id_text"):
        box = MessageForm([], initial={"text": text})["text"].as_widget(attrs={"autofocus": True})
        replies = _find_replies(request, contact, fields["topic"])
        context = {"contact": contact, "topic": fields["topic"], "canned_replies": replies, "is_swap": True}
        return render(request, TEXT, {**context, "box": box})
    for line in refused:
        messages.error(request, line)
    return send_to(request, read_next_page(request) or reverse("waiting:person", args=[contact.pk]))


def _find_replies(request: ProRequest, contact: Contact, topic: str) -> list[FilledReply]:
    return find_canned_replies(request.user, contact, read_topic(contact, topic))
