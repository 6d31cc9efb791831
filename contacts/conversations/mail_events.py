"""Events of the installation's provider of mail: what became of a mail is noted as a report on it would be."""

import logging
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop, override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from config.accounts.models import BouncedAddress
from config.accounts.notices import NOTICE, note_returned_notice
from config.web.counters import count

from ..channels.mail_events import COMPLAINED, DELIVERED, MAX_BODY, MailEvent, read_events
from ..channels.message import RefusedError, UnreadableError
from ..models import ContactMessage
from ..models.locking import hold_book
from ..reply_addresses import MESSAGE, OFFER, Thread, find_bounced_id, find_thread, read_bounce_token, split_mail
from .returned_mails import mark_returned
from .sending import fail_message
from .webhooks import answer_call, refuse_call

logger = logging.getLogger("vestibule.replies")
Reason, Mail = BouncedAddress.Reason, BouncedAddress.Mail
OUTCOMES = {DELIVERED: "delivered", COMPLAINED: "complained"}


@csrf_exempt
@login_not_required
@require_POST
def mail_events(request: HttpRequest) -> HttpResponse:
    """Receive a call of the provider's about sent mails."""
    if not (settings.MAIL_PROVIDER and settings.MAIL_EVENTS_SECRET):
        return answer_call(HTTPStatus.NOT_FOUND)
    body = request.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        return answer_call(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    content_type, secret = request.META.get("CONTENT_TYPE", ""), settings.MAIL_EVENTS_SECRET
    try:
        events = read_events(settings.MAIL_PROVIDER, secret, request.headers, body, content_type)
    except RefusedError:
        return refuse_call(request, "mail-events")
    except UnreadableError as error:
        # A refusal would have the provider repeat the call.
        logger.info("An event about a mail cannot be read: %s", error)
        events = []
    for event in events:
        apply_event(event)
    return answer_call(HTTPStatus.OK)


def apply_event(event: MailEvent) -> None:
    """Note what became of a mail; an event of a mail that we did not send, or that is gone, changes nothing.

    A repeated event changes nothing either.
    """
    name = read_bounce_token(event.token)
    thread = find_thread(name) if name else None
    if thread is None:
        return
    count("vestibule_mails_total", outcome=OUTCOMES.get(event.kind, "bounced"))
    if event.kind == DELIVERED:
        _note_delivery(name)
    elif event.kind == COMPLAINED:
        _note_address(name, thread, event.recipient, Reason.COMPLAINT)
    else:
        _mark_returned(name, thread)
        if event.is_gone:
            _note_address(name, thread, event.recipient, Reason.GONE)


def _find_answer(name: str) -> ContactMessage | None:
    kind, id = split_mail(name)
    return ContactMessage.objects.filter(pk=id).first() if kind == MESSAGE else None


def _note_delivery(name: str) -> None:
    if answer := _find_answer(name):
        answer.update_state(ContactMessage.State.DELIVERED)


def _mark_returned(name: str, thread: Thread) -> None:
    if name.startswith(NOTICE):
        return
    note = gettext_noop("The e-mail was returned.")
    with override(thread.pro.language), transaction.atomic():
        hold_book(thread.pro.pk)
        if answer := _find_answer(name):
            fail_message(answer, note)
        else:
            mark_returned(thread.pro, find_bounced_id(name), note)


def _note_address(name: str, thread: Thread, address: str, reason: str) -> None:
    if name.startswith(NOTICE):
        note_returned_notice(name, recipient=address, reason=reason)
        return
    if "@" not in address:
        return
    mail = {MESSAGE: Mail.ANSWER, OFFER: Mail.OFFER}.get(split_mail(name)[0], Mail.ACKNOWLEDGMENT)
    BouncedAddress.objects.note(thread.pro, address, reason=reason, mail=mail)
