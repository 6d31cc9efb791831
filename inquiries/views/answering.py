"""Answers to the customer on the page of an inquiry: messages of the contact with the inquiry as their topic."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from config.accounts.http import ProRequest, send_to, wants
from config.web.forms import add_errors
from config.web.toasts import toast
from contacts.conversations.answering import send_answer
from contacts.conversations.drafts import find_draft
from contacts.conversations.forms import MessageForm
from contacts.conversations.reply_channels import find_reply_channels, take_free_text
from contacts.conversations.seen import SeenChangedError, thread_version
from contacts.conversations.writing import TooLateError, undo_message
from contacts.models import Contact, ContactMessage
from contacts.topics import INQUIRY, make_topic

from ..lookup import find_inquiry
from ..models import Inquiry
from ..waiting import items_of
from .page import PAGE, page_context

State = ContactMessage.State


def composer_context(request: ProRequest, inquiry: Inquiry, form: MessageForm | None = None) -> dict[str, Any]:
    """Context of the answer: its form with the user's draft; nothing without a contact."""
    contact = inquiry.contact
    if contact is None or contact.deleted_at:
        return {"reply_channels": []}
    topic = make_topic(INQUIRY, inquiry.pk)
    reply_channels = take_free_text(find_reply_channels(contact, topic))
    draft = find_draft(contact, request.user, topic)
    return {
        "contact": contact,
        "reply_channels": reply_channels,
        "draft": draft,
        "form": form or _new_form(inquiry, contact, reply_channels, draft),
    }


def _new_form(inquiry: Inquiry, contact: Contact, reply_channels: list[Any], draft: Any) -> MessageForm:
    initial = {"id": uuid.uuid4(), "topic": make_topic(INQUIRY, inquiry.pk), "seen": thread_version(contact)}
    if draft:
        initial |= {"text": draft.text, "cc": draft.cc}
    form = MessageForm(reply_channels, initial=initial, waiting=list(items_of(inquiry).listed()))
    if draft and draft.channel in {reply.channel for reply in reply_channels}:
        form.fields["channel"].initial = draft.channel
    return form


@require_POST
def inquiry_answer(request: ProRequest, id: int) -> HttpResponse:
    """Answer the customer; what waits because of the inquiry ends with it."""
    inquiry = find_inquiry(request, id)
    contact = inquiry.contact
    if contact is None or contact.deleted_at:
        raise Http404
    topic = make_topic(INQUIRY, inquiry.pk)
    items = list(items_of(inquiry).listed())
    form = MessageForm(take_free_text(find_reply_channels(contact, topic)), request.POST, waiting=items)
    if form.is_valid():
        options = {**form.options, "topic": topic}
        if options["settles"] is None:
            options["settles"] = [item.pk for item in items]
        try:
            message = send_answer(
                contact, form.cleaned_data["text"], request.FILES.getlist("files"), by=request.user, **options
            )
            _announce(request, inquiry, message)
            return _respond(request, id)
        except Contact.DoesNotExist as error:
            raise Http404 from error
        except ValidationError as error:
            add_errors(form, error)
        except SeenChangedError as error:
            form.add_error(None, str(error))
            form.data = {**form.data.dict(), "seen": error.version}  # type: ignore[attr-defined]
            return _respond(request, id, 409, form=form, has_additions=True)
    return _respond(request, id, 422, form=form)


def _announce(request: ProRequest, inquiry: Inquiry, message: ContactMessage) -> None:
    """Show a toast with an undo while the answer has not left."""
    seconds = request.user.undo_seconds
    if message.state != State.SCHEDULED or not seconds:
        toast(request, _("Your message is being sent."))
        return
    text = ngettext("Your answer leaves in %(n)d second.", "Your answer leaves in %(n)d seconds.", seconds)
    undo_url = reverse("inquiries:answer_undo", args=[inquiry.pk, message.pk])
    toast(request, text % {"n": seconds}, undo_url, seconds=seconds)


def _respond(
    request: ProRequest, id: int, status: int = 200, form: MessageForm | None = None, **more: Any
) -> HttpResponse:
    """Respond to an answer: htmx gets the composer with the thread, a browser the page or a redirect to it."""
    if status == 200 and not wants(request, "composer"):
        return redirect(f"{reverse('inquiries:inquiry_detail', args=[id])}#composer")
    inquiry = find_inquiry(request, id)
    context = {**page_context(request, inquiry), **composer_context(request, inquiry, form), **more}
    if wants(request, "composer"):
        return render(request, f"{PAGE}#answered", {**context, "is_swap": True, "is_beside": True}, status=status)
    return render(request, PAGE, context, status=status)


@require_POST
def answer_undo(request: ProRequest, id: int, message: uuid.UUID) -> HttpResponse:
    """Take back an answer that has not left; its words are the draft again."""
    inquiry = find_inquiry(request, id)
    rows = ContactMessage.objects.for_pro(request.pro).filter(topic=make_topic(INQUIRY, inquiry.pk))
    answer = rows.exclude(state=State.RECEIVED).select_related("contact").filter(pk=message).first()
    if answer is None:
        messages.info(request, _("This message was undone already."))
    else:
        _undo(request, answer)
    return send_to(request, f"{reverse('inquiries:inquiry_detail', args=[id])}#composer")


def _undo(request: ProRequest, answer: ContactMessage) -> None:
    try:
        undo_message(answer, by=request.user)
        messages.success(request, _("Not sent. Your words are in the draft."))
    except TooLateError:
        messages.error(request, _("It is too late: the message is on its way."))
    except ContactMessage.DoesNotExist:
        messages.info(request, _("This message was undone already."))
