"""The thread of an inquiry and its composer, as its page shows them."""

from collections.abc import Iterable
from typing import Any

from config.accounts.http import ProRequest
from config.web.together import Answers
from contacts.conversations.drafts import being_written, list_drafts
from contacts.models import WaitingItem
from contacts.topics import INQUIRY, make_topic
from contacts.views.thread_context import ask_composer, composer_context

from ..models import Inquiry, Offer
from ..topics import describe_inquiry
from .page import progress_context


def answer_context(request: ProRequest, inquiry: Inquiry, offers: Iterable[Offer]) -> dict[str, Any]:
    """Context of the composer, by which the customer is answered about the inquiry; nothing without a contact.

    What waits because of its `offers` is answered too.
    """
    contact = inquiry.contact
    if contact is None or contact.deleted_at:
        return {"contact": None}
    contact.pro = request.pro
    answers = Answers()
    answers.ask(*ask_composer(request, contact))
    return composer_context(
        request,
        contact,
        page_url=inquiry.get_absolute_url(),
        topic=make_topic(INQUIRY, inquiry.pk),
        about=describe_inquiry(inquiry),
        ticked=[make_topic(WaitingItem.Kind.OFFER, offer.pk) for offer in offers],
        answers=answers,
    )


def news_context(request: ProRequest, inquiry: Inquiry) -> dict[str, Any]:
    """Context of what a poll brings: the thread and who is answering, and the version of both."""
    context = progress_context(inquiry, is_swap=True)
    present = being_written(list_drafts(inquiry.contact), beside=request.user) if inquiry.contact else []
    version = context["version"] + "".join(str(draft.user_id) for draft in present)
    return {**context, "present": present, "version": version}
