"""Messages of a conversation as a page shows them, each with the one that it answers and the reactions to it."""

import uuid
from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet, prefetch_related_objects

from config.web.compiled import Compiled, Question
from config.web.many import Many
from config.web.together import UNASKED, Answers

from ..models import Contact, ContactMessage, MessageFile
from .reply_channels import is_window_closed, needs_template


def link_messages(messages: Sequence[ContactMessage]) -> None:
    """Set `answered`, `reactions` and `is_withdrawn` on messages of one contact, in one query, and `is_resendable`.

    The states of fetching their media are read too, where there are any.
    """
    mark_hopeless(messages)
    prefetch_related_objects([message for message in messages if message.media], "fetched_media")
    answered_ids = {message.answers_to for message in messages} - {""}
    ids = {message.external_id for message in messages} - {""}
    if not (ids or answered_ids):
        return
    rows = _RELATED.rows(messages[0].contact_id, *(Many(tuple(sorted(each))) for each in (answered_ids, ids)))
    by_id = {(row.channel, row.external_id): row for row in rows if row.external_id}
    reactions = _last_reactions(rows)
    for message in messages:
        message.answered = by_id.get((message.channel, message.answers_to))
        key = (message.channel, message.external_id)
        message.reactions = tuple(row.text for row in reactions if (row.channel, row.answers_to) == key)
        message.is_withdrawn = message.is_reaction and message not in reactions


def _related(contact_id: uuid.UUID, answered: Many, shown: Many) -> QuerySet[ContactMessage]:
    """Messages that some answer, and those that answer these or them, by ids of the provider."""
    answers = Q(answers_to__among=answered) | Q(answers_to__among=shown)
    rows = ContactMessage.objects.filter(contact=contact_id).filter(Q(external_id__among=answered) | answers)
    return rows.order_by("created_at", "id").defer("search_text")


_RELATED = Compiled(_related, keeps_plan=True)
_FILES = Compiled(lambda ids: MessageFile.objects.filter(message__among=ids).order_by("id"), keeps_plan=True)


def ask_files(ids: Iterable[uuid.UUID]) -> Question[MessageFile]:
    """The question of `attach_files` for the messages with these ids."""
    return _FILES.question(Many(tuple(sorted(ids))))


def attach_files(messages: Sequence[ContactMessage], answers: Answers = UNASKED) -> None:
    """Read the files of the messages, as `prefetch_related` does, in one query."""
    of_message: dict[uuid.UUID, list[MessageFile]] = {message.pk: [] for message in messages}
    by_id = {message.pk: message for message in messages}
    for file in answers.rows(ask_files(of_message)) if of_message else ():
        file.message = by_id[file.message_id]
        of_message[file.message_id].append(file)
    every = MessageFile.objects.all()
    for message in messages:
        files = every.all()
        files._result_cache, files._prefetch_done = of_message[message.pk], True  # type: ignore[attr-defined]
        message.__dict__.setdefault("_prefetched_objects_cache", {})["files"] = files


def mark_hopeless(messages: Sequence[ContactMessage]) -> None:
    """Set `is_resendable` of failed messages of one contact.

    Free text that WhatsApp takes no more is not, nor is anything to a contact who is archived.
    """
    failed = [row for row in messages if row.state == ContactMessage.State.FAILED]
    if not failed:
        return
    if Contact.objects.filter(pk=failed[0].contact_id, deleted_at=None).exists():
        free = [row for row in failed if needs_template(row)]
        hopeless = free if free and is_window_closed(free[0].contact_id) else []
    else:
        hopeless = failed
    for row in hopeless:
        row.is_resendable = False


def _last_reactions(rows: Sequence[ContactMessage]) -> list[ContactMessage]:
    """Of the reactions of one sender to one message the last one counts; without text it takes them back."""
    last = {(row.channel, row.answers_to, row.address): row for row in rows if row.is_reaction}
    return [row for row in last.values() if row.text]
