"""Contexts of a thread, of its composer, and of the page of one person."""

import hashlib
import uuid
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from config.accounts.http import ProRequest
from config.web.compiled import Compiled, Question
from config.web.hooks import hooks
from config.web.together import UNASKED, Answers

from ..assigning.colleagues import COLLEAGUES, list_colleagues
from ..book.duplicates import DISTINCT, KNOWN, ask_candidates, ask_same_name, likely_duplicates
from ..conversations.canned_replies import TEXTS, find_canned_replies
from ..conversations.drafts import DRAFTS, being_written, list_drafts, pick_draft, pick_shown_draft
from ..conversations.forms import MessageForm, reply_context
from ..conversations.reply_channels import BOUNCED, CONNECTIONS, IDENTITIES, ReplyChannel, ask_last_messages
from ..conversations.seen import NAMED, NEWEST, thread_version
from ..conversations.senders import UNCONFIRMED, find_unconfirmed_message
from ..forms import NoteForm
from ..models import Contact, ContactMessage, Draft, WaitingItem
from ..timeline import Entry, Place, ask_entries, ask_keys, timeline
from ..topics import Topic, clean_topic, make_topic, read_topic, topic_of_items
from ..waiting.later import last_date_cut_short
from ..waiting.persons import items_to_answer
from .assignee_context import assignee_context
from .desk_lists import ask_next_person, find_next_person, shown_to

# Pages that a poll reads back to the first entry that is shown.
MAX_PAGES = 20


class ThreadEntry(NamedTuple):
    """An entry of a thread; `day` is set on the first one of a day."""

    at: datetime
    template: str
    item: Any
    day: date | None


def thread_context(
    contact: Contact,
    place: Place | None = None,
    *,
    since: datetime | None = None,
    url: str = "",
    answers: Answers = UNASKED,
) -> dict[str, Any]:
    """Context of `thread/_thread.html`: a page of entries, oldest first, and where the earlier ones begin.

    With `since` all entries from that time on, so that what a page shows already stays. `url` is that of the page, by
    default the desk's.
    """
    shown_at = timezone.now()
    entries, older = timeline(contact, place, answers)
    pages = 1
    while since and older and entries[-1].at > since and pages < MAX_PAGES:
        more, older = timeline(contact, older)
        entries, pages = [*entries, *more], pages + 1
    entries = [entry for entry in entries if entry.at >= since] if since else entries
    return {
        "contact": contact,
        "thread_url": url or reverse("waiting:person", args=[contact.pk]),
        "entries": _with_days(entries),
        "earlier": older and urlencode({"until": older.until.isoformat(), "skip": older.skip}),
        "first": entries[-1].at.isoformat() if entries else "",
        "version": fingerprint_entries(entries),
        **reading_context(contact, entries, shown_at),
    }


def reading_context(contact: Contact, entries: list[Entry], shown_at: datetime) -> dict[str, Any]:
    """Context of `thread/_read.html`: whether entries that were read by `shown_at` are new to the office."""
    items = [entry.item for entry in entries]
    # The request that an e-mail brought stands below it.
    items += [note.item for item in items if (note := getattr(item, "lead_note", None))]
    is_unread = bool(contact.unread_count) or any(getattr(item, "status", "") == "new" for item in items)
    return {"is_unread": is_unread and not contact.deleted_at, "shown_at": shown_at.isoformat()}


def _with_days(entries: list[Entry]) -> list[ThreadEntry]:
    """The entries oldest first, the first one of each day marked."""
    marked, last = list[ThreadEntry](), None
    for entry in reversed(entries):
        day = timezone.localtime(entry.at).date()
        marked.append(ThreadEntry(entry.at, entry.template, entry.item, day if day != last else None))
        last = day
    return marked


def fingerprint_entries(entries: Iterable[Any]) -> str:
    """Fingerprint of what a thread shows, of entries with `at`, `template` and `item`."""
    entries = list(entries)
    names = ("pk", "state", "error", "status", "edited_at", "deleted_at", "reactions", "send_at", "acknowledged_at")
    shown = [(entry.at, entry.template, [getattr(entry.item, name, "") for name in names]) for entry in entries]
    notes = [note.version for entry in entries if (note := getattr(entry.item, "lead_note", None))]
    media = [(row.pk, row.state, row.error) for entry in entries for row in _media_of(entry.item)]
    return hashlib.sha256(repr((shown, notes, media)).encode()).hexdigest()[:16]


def _media_of(item: Any) -> list[Any]:
    return list(item.fetched_media.all()) if isinstance(item, ContactMessage) and item.media else []


def composer_context(
    request: ProRequest,
    contact: Contact,
    *,
    page_url: str = "",
    topic: str | None = None,
    about: Topic | None = None,
    ticked: Collection[str] = (),
    answers: Answers = UNASKED,
    **forms: Any,
) -> dict[str, Any]:
    """Context of `thread/_composer.html`: the forms of a message, of templates and of a note, and what may be settled.

    `page_url` is the page that it stands on, "" for the desk. `topic` is what the answer is about, by default the first
    request or inquiry that waits; `about` is what a given one stands for. A given one settles its own item and those
    that `ticked` names ("offer:<id>") unless somebody chooses others, by default all are settled. `form`,
    `template_form` and `note_form` stand in for the empty ones.
    """
    note_form, form, is_about = forms.pop("note_form", None), forms.pop("form", None), bool(topic)
    newest = answers.rows(_ITEMS.question(request.pro, contact))
    items = [item for item in newest if item.is_listed]
    drafts, unconfirmed = list_drafts(contact, answers), find_unconfirmed_message(contact, answers)
    own = [draft for draft in drafts if draft.user_id == request.user.pk]
    draft, topic, about = _pick_draft(contact, own, items, form, topic, about)
    offered = _with_topic(items, contact, topic)
    context = reply_context(contact, unconfirmed, topic=topic, about=about, answers=answers, **forms)
    if form is None:
        channels = context["reply_channels"]
        initial = _initial_answer(channels, topic, thread_version(contact, newest, answers), draft)
        chosen = _about(offered, {topic, *ticked}) if is_about else None
        form = MessageForm(channels, initial=initial, unconfirmed=unconfirmed, waiting=offered, ticked=chosen)
    return {
        "contact": contact,
        "page_url": page_url,
        "topic": topic,
        "form": form,
        "canned_replies": find_canned_replies(request.user, contact, about, answers),
        "draft": draft,
        "draft_files": list(draft.files.all()) if draft else [],
        "note_form": note_form or _new_note_form(own),
        "mentionable": [each for each in list_colleagues(request.pro, answers) if each.id != request.user.pk],
        "is_note": note_form is not None,
        "present": being_written(drafts, beside=request.user),
        "sends_back_to": last_date_cut_short(items),
        "waiting_items": items,
        "put_off": _next_put_off(newest),
        "offered_items": offered,
        "shows_ticks": len(offered) > 1 or _differs_from_ticks(offered, form),
        **context,
    }


def _next_put_off(items: list[WaitingItem]) -> WaitingItem | None:
    """The one of these items that comes back first; a reminder that is not due is no decision about them."""
    put_off = [item for item in items if item.is_later and item.kind != WaitingItem.Kind.REMINDER]
    return min(put_off, key=lambda item: (item.later_until, item.pk), default=None)


_ITEMS = Compiled(
    lambda pro, contact: WaitingItem.objects.for_pro(pro).listed_and_newest(contact, NAMED), keeps_plan=True
)


def _pick_draft(
    contact: Contact,
    own: list[Draft],
    items: list[WaitingItem],
    form: MessageForm | None,
    topic: str | None,
    about: Topic | None,
) -> tuple[Draft | None, str, Topic | None]:
    """The one of the user's drafts, the topic of the answer, and what that stands for.

    The topic is the given or the form's, else the draft's, else what waits.
    """
    topic = clean_topic(str(form["topic"].value() or "")) if form else topic
    if topic is not None:
        return pick_draft(own, topic), topic, about or read_topic(contact, topic)
    topic = topic_of_items(items)
    draft = pick_shown_draft(own, topic)
    about = read_topic(contact, draft.topic) if draft else None
    if draft and (about or not draft.topic):
        return draft, draft.topic, about
    return draft, topic, read_topic(contact, topic)


def _with_topic(items: list[WaitingItem], contact: Contact, topic: str) -> list[WaitingItem]:
    """Items that an answer about a topic may end; `items` are the listed ones among them."""
    if not topic or any(make_topic(item.kind, item.key) == topic for item in items):
        return items
    return list(items_to_answer(contact, topic).order_by("since", "id"))


def _about(items: list[WaitingItem], topics: Collection[str]) -> list[int]:
    """Ids of the items that stand for one of these topics."""
    return [item.pk for item in items if make_topic(item.kind, item.key) in topics]


def _differs_from_ticks(items: list[WaitingItem], form: MessageForm) -> bool:
    """True when the answer does not settle all that waits."""
    return {str(item.pk) for item in items} != set(form["settles"].value() or [])


def _new_note_form(own: list[Draft]) -> NoteForm:
    """Form of a note, with the words of its draft."""
    note = pick_draft(own, kind=Draft.Kind.NOTE)
    return NoteForm(initial={"id": uuid.uuid4(), "body": note.text if note else ""}, auto_id="id_note_%s")


def _initial_answer(reply_channels: list[ReplyChannel], topic: str, seen: str, draft: Draft | None) -> dict[str, Any]:
    """Values of a new form of an answer, with the words of the draft."""
    initial: dict[str, Any] = {"id": uuid.uuid4(), "topic": topic, "seen": seen}
    if draft:
        initial |= {"text": draft.text, "cc": draft.cc}
    if draft and draft.channel in {reply.channel for reply in reply_channels}:
        initial["channel"] = draft.channel
    return initial


def _parts_of_apps(contact: Contact, answers: Answers) -> dict[str, list[Any]]:
    """Entries of the thread's menu, and what stands beside the thread: see `contact_requests/desk.py`."""
    parts = [module.parts(contact, answers) for module in hooks("desk", "parts")]
    return {
        "menu_actions": [action for actions, _asides in parts for action in actions],
        "asides": [aside for _actions, asides in parts for aside in asides],
    }


def ask_composer(request: ProRequest, contact: Contact) -> list[Question[Any]]:
    """The questions of `composer_context` that need nothing but the contact."""
    return [
        _ITEMS.question(request.pro, contact),
        *(of_contact.question(contact) for of_contact in (DRAFTS, UNCONFIRMED, NEWEST, IDENTITIES)),
        CONNECTIONS.question(contact.pro),
        BOUNCED.question(contact.pro, contact),
        TEXTS.question(contact.pro, request.user),
        COLLEAGUES.question(request.pro),
    ]


def ask_ahead(
    request: ProRequest, contact: Contact, place: Place | None, *more: Question[Any], asks_next: bool = False
) -> Answers:
    """Ask what a contact's page shows, in two statements: by the contact, and by what the first one has found.

    `more` is asked in the first one, and the next person who waits in the second with `asks_next`. What depends on the
    topic of the answer, or on the messages that are shown, is asked after them.
    """
    answers = Answers()
    answers.ask(
        *ask_composer(request, contact),
        ask_keys(contact, place),
        KNOWN.question(contact),
        DISTINCT.question(contact),
        *ask_same_name(contact),
        *more,
    )
    waiting = [item for item in answers.rows(_ITEMS.question(request.pro, contact)) if item.is_listed]
    answers.ask(
        *ask_candidates(contact, answers),
        *ask_entries(contact, place, answers),
        ask_last_messages(contact, topic_of_items(waiting), answers),
        *([ask_next_person(request.pro, contact, waiting, shown_to(request.user))] if asks_next else []),
    )
    return answers


def person_context(request: ProRequest, contact: Contact, place: Place | None = None, **forms: Any) -> dict[str, Any]:
    """Context of `waiting/_person.html`: thread, composer, what is known of the person, and the next one who waits."""
    parts = [module.ask_parts(contact) for module in hooks("desk", "ask_parts")]
    answers = ask_ahead(request, contact, place, *parts, asks_next=True)
    duplicates = likely_duplicates(contact, answers)
    composer = composer_context(request, contact, answers=answers, **forms)
    items, whose = composer["waiting_items"], shown_to(request.user)
    return {
        **thread_context(contact, place, answers=answers),
        **composer,
        **assignee_context(contact, answers),
        "likely": duplicates[0] if duplicates else None,
        "following": find_next_person(request.pro, contact, items, answers, whose=whose),
        **_parts_of_apps(contact, answers),
    }
