"""Copies of a person's data in working rows: jobs, stored answers of the API, counts, sessions, the admin's log."""

import json
import re
from collections.abc import Collection, Iterator
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db.models import Q
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from config.accounts.models import Session
from config.api.models import IdempotencyKey
from config.events.kinds import OF_GONE
from config.events.models import Event
from config.notifications.models import Notification
from config.web.limits import mailbox_of
from config.web.models import RateCount

from ..models import ContactImport
from .person import Person

BATCH = 500
OVER = (TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED)
# Ahead, so that one is found within another's characters.
UUID_TEXT = re.compile(r"(?=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))")
UUID_LENGTH = 36
# What signs a session in holds no words of others.
KEPT_IN_SESSIONS = ("_auth_user_id", "_auth_user_backend", "_auth_user_hash")


class StillWorkingError(Exception):
    """A job about the person runs at this moment; the erasure is tried again."""

    def __init__(self) -> None:
        super().__init__("a job about the person has not ended yet")


class Words:
    """Texts, in lower case, one of which shows a copy to be of the person.

    Somebody who has written for years has thousands of ids: they are looked up among those of a text.
    """

    def __init__(self, words: Collection[str]) -> None:
        self.ids = {word for word in words if len(word) == UUID_LENGTH and UUID_TEXT.match(word)}
        self._others = [word for word in words if word not in self.ids]

    def are_in(self, text: str) -> bool:
        lowered = text.lower()
        return any(word in lowered for word in self._others) or self._name_id(lowered)

    def ids_are_in(self, text: str) -> bool:
        return self._name_id(text.lower())

    def _name_id(self, lowered: str) -> bool:
        return not self.ids.isdisjoint(UUID_TEXT.findall(lowered))


def erase_copies(person: Person, texts: Collection[str], rows: dict[str, list[str]]) -> dict[str, int]:
    """Erase copies that hold one of `texts`, given in lower case; returns their numbers by kind.

    `rows` are the keys of the erased rows, by the label of their model. Call it in the transaction that erases them.
    Raises StillWorkingError.
    """
    _check_files(person)
    words = Words(texts)
    return {
        "jobs": _erase_jobs(words),
        "answers": _erase_answers(words),
        "rates": _erase_rates(person),
        "sessions": _clean_sessions(person, words),
        "admin_log": _clean_log(rows, words),
    }


def _check_files(person: Person) -> None:
    """Raise StillWorkingError while an uploaded file with one of the addresses is being read."""
    needles = [email.encode() for email in person.emails]
    files = ContactImport.objects.filter(pro=person.pro, content__isnull=False).values_list("content", flat=True)
    if any(needle in bytes(content).lower() for content in files for needle in needles):
        raise StillWorkingError


def _erase_jobs(words: Words) -> int:
    """Delete jobs that are over and speak of the person, and waiting ones whose row is gone.

    Of other waiting ones the report of the last attempt goes.
    """
    over, named, told = [], [], []
    for job in DBTaskResult.objects.only("pk", "status", "args_kwargs", "return_value", "traceback").iterator(BATCH):
        if not words.are_in(_text_of(job)):
            continue
        if job.status in OVER:
            over.append(job.pk)
        elif words.ids_are_in(_arguments(job)):
            if job.status == TaskResultStatus.RUNNING:
                raise StillWorkingError
            named.append(job.pk)
        else:
            told.append(job.pk)
    DBTaskResult.objects.filter(pk__in=[*over, *named]).delete()
    DBTaskResult.objects.filter(pk__in=told).update(traceback="")
    return len(over) + len(named) + len(told)


def _arguments(job: DBTaskResult) -> str:
    return json.dumps(job.args_kwargs, ensure_ascii=False)


def _text_of(job: DBTaskResult) -> str:
    return f"{_arguments(job)}\n{json.dumps(job.return_value, ensure_ascii=False)}\n{job.traceback}"


def _erase_answers(words: Words) -> int:
    rows = IdempotencyKey.objects.values_list("pk", "location", "body").iterator(BATCH)
    # JSON of the API is UTF-8.
    found = [pk for pk, location, body in rows if words.are_in(f"{location}\n{bytes(body).decode('utf-8', 'replace')}")]
    return IdempotencyKey.objects.filter(pk__in=found).delete()[0]


def erase_events(person: Person, texts: Collection[str], topics: Collection[str]) -> int:
    """Delete what programs are, or were, told of the person; of what is on its way too.

    Call it at the end: closing an inquiry tells them once more.
    """
    words, keys, ids = Words(texts), set(topics), set(person.ids)
    # That somebody is gone is told all the same.
    rows = Event.objects.for_pro(person.pro).exclude(type__in=OF_GONE)
    told = rows.values_list("pk", "contact_id", "key", "payload").iterator(BATCH)
    found = [pk for pk, id, key, payload in told if id in ids or key in keys or words.are_in(payload)]
    Event.objects.for_pro(person.pro).filter(pk__in=found).delete()
    return len(found)


def erase_notifications(person: Person, texts: Collection[str], topics: Collection[str]) -> int:
    """Delete what colleagues are, or were, told of the person."""
    rows = Notification.objects.for_pro(person.pro)
    keys = Words(texts).ids | set(topics)
    return rows.filter(Q(contact_id__in=person.ids) | Q(key__in=keys)).delete()[0]


def _erase_rates(person: Person) -> int:
    same = Q(pk__in=[])
    for text in {*person.emails, *(mailbox_of(email) for email in person.emails), *person.phones}:
        same |= Q(key__icontains=text)
    return RateCount.objects.filter(same).delete()[0]


def _clean_sessions(person: Person, words: Words) -> int:
    """Take out of live sessions what names the person, such as a line about what was just done."""
    count = 0
    for session in Session.objects.filter(Q(user__pro=person.pro) | Q(user__is_staff=True)):
        data = session.get_decoded()
        named = [key for key, value in data.items() if key not in KEPT_IN_SESSIONS and words.are_in(_dump(value))]
        if named:
            kept = {key: value for key, value in data.items() if key not in named}
            store = import_module(settings.SESSION_ENGINE).SessionStore()
            Session.objects.filter(pk=session.pk).update(session_data=store.encode(kept))
            count += 1
    return count


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _clean_log(rows: dict[str, list[str]], words: Words) -> int:
    """Take names out of the admin's log: who changed which row and when stays."""
    ids = list(_named_in_log(rows, words))
    return LogEntry.objects.filter(pk__in=ids).update(object_repr="", change_message="")


def _named_in_log(rows: dict[str, list[str]], words: Words) -> Iterator[int]:
    entries = LogEntry.objects.exclude(object_repr="", change_message="").select_related("content_type")
    for entry in entries.iterator(BATCH):
        label = f"{entry.content_type.app_label}.{entry.content_type.model}" if entry.content_type else ""
        is_row = str(entry.object_id).replace("-", "") in rows.get(label, ())
        if is_row or words.are_in(f"{entry.object_repr}\n{entry.change_message}"):
            yield entry.pk
