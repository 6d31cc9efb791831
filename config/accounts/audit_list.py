"""A Pro's audit as a list: filtered, page by page, with the names of people and rows as they are now."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple, Protocol

from django import forms
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.audit.kinds import Kind
from config.audit.models import AuditEvent, AuditQuerySet
from config.web.hooks import hooks

from .models import ApiToken, Pro, User

BLOCK = 1000


class RowName(NamedTuple):
    """The name of a row for its Pro, and the address of its page, if it has one."""

    text: str
    url: str = ""


class NameFinder(Protocol):
    """Module `audited` of an app: it names the app's own rows, and none of others."""

    # What the words of `AuditEvent.detail` mean, by kind of event: {"exported": {"audit": _("the audit")}}.
    DETAILS: Mapping[str, Mapping[str, Promise | str]]

    def find_names(self, label: str, pro: Pro, ids: list[str]) -> dict[str, RowName]:
        """The names of this Pro's rows of the model `label`, by their keys; those that are gone are left out."""


class AuditEntry(NamedTuple):
    """One event as its Pro reads it; `by` is "" for nobody, and a number for somebody who has gone."""

    event: AuditEvent
    by: str
    about: str
    name: RowName | None
    detail: str


class AuditFilter(forms.Form):
    """Filters of the audit, from the query string. An invalid value counts as none."""

    kind = forms.ChoiceField(label=_("What"), choices=[("", _("Everything")), *Kind.choices], required=False)
    by = forms.ChoiceField(label=_("Who"), required=False)
    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, pro: Pro, data: Any) -> None:
        super().__init__(data)
        self.pro = pro
        people: Any = self.fields["by"]
        people.choices = [("", _("Everybody")), *people_of(pro).items()]
        self.is_valid()

    def rows(self) -> AuditQuerySet:
        """The Pro's events that the filters let through, newest first."""
        rows, given = AuditEvent.objects.for_pro(self.pro).newest_first(), self.cleaned_data
        if kind := given.get("kind"):
            rows = rows.filter(kind=kind)
        if by := given.get("by"):
            who, _sign, id = by.partition(":")
            rows = rows.filter(**{f"by_{who}_id": int(id)})
        if first := _midnight(given.get("first")):
            rows = rows.filter(created_at__gte=first)
        if end := _midnight(given.get("last"), days=1):
            rows = rows.filter(created_at__lt=end)
        return rows


def _midnight(day: Any, days: int = 0) -> datetime | None:
    """The beginning of a day in the reader's time zone; None for no day, and one beyond the calendar."""
    try:
        # By UTC, as it is stored: the first day of all may begin before the calendar.
        begin = timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min)) if day else None
        return begin.astimezone(UTC) if begin else None
    except OverflowError:
        return None


def people_of(pro: Pro) -> dict[str, str]:
    """Name everybody who may have done something, by "user:7" and "token:9"; revoked tokens too."""
    users = User.objects.filter(pro=pro).order_by("email")
    tokens = ApiToken.objects.for_pro(pro).order_by("name", "pk")
    return {f"user:{user.pk}": str(user) for user in users} | {f"token:{token.pk}": str(token) for token in tokens}


def read_entries(pro: Pro, events: Iterable[AuditEvent], people: dict[str, str]) -> list[AuditEntry]:
    """The events with the names of who did them and of the rows that they are about."""
    events = list(events)
    ids: dict[str, set[str]] = defaultdict(set)
    for event in events:
        ids[event.about_kind].add(event.about_id)
    names = {
        (label, id): name
        for label, some in ids.items()
        for module in hooks("audited", "find_names")
        for id, name in module.find_names(label, pro, sorted(some)).items()
    }
    return [
        AuditEntry(
            event,
            by=_name_actor(event, people),
            about=_name_kind(event),
            name=names.get((event.about_kind, event.about_id)),
            detail=describe_detail(event),
        )
        for event in events
    ]


def describe_detail(event: AuditEvent) -> str:
    """The words of an event's detail, in the reader's language; one that no app knows stays as it is."""
    words = event.detail.split(",") if event.detail else []
    return ", ".join(str(_label_word(event, word)) for word in words)


def _label_word(event: AuditEvent, word: str) -> Any:
    for module in hooks("audited", "DETAILS"):
        if label := module.DETAILS.get(event.kind, {}).get(word):
            return label
    with suppress(LookupError, ValueError, FieldDoesNotExist, AttributeError):
        # A field of the row that was changed.
        return apps.get_model(event.about_kind)._meta.get_field(word).verbose_name
    return word


def _name_actor(event: AuditEvent, people: dict[str, str]) -> str:
    if event.by_user_id:
        return people.get(f"user:{event.by_user_id}", f"#{event.by_user_id}")
    return people.get(f"token:{event.by_token_id}", f"#{event.by_token_id}") if event.by_token_id else ""


def _name_kind(event: AuditEvent) -> str:
    """The name of the kind of row, such as "contact"."""
    try:
        return str(apps.get_model(event.about_kind)._meta.verbose_name) if event.about_kind else ""
    except (LookupError, ValueError):
        return event.about_kind


def read_in_blocks(rows: AuditQuerySet) -> Iterator[AuditEvent]:
    """All rows, a query a block: a slow download keeps nothing open in the database."""
    block = list(rows[:BLOCK])
    while block:
        yield from block
        block = list(rows.after(block[-1].created_at, block[-1].pk)[:BLOCK]) if len(block) == BLOCK else []


def audit_cells(pro: Pro, rows: AuditQuerySet) -> Iterator[list[str]]:
    """The cells of a CSV file, as HEADINGS name them: rows by their ids, without the names of contacts."""
    people = people_of(pro)
    for event in read_in_blocks(rows):
        at = timezone.localtime(event.created_at).isoformat(timespec="seconds")
        about = [event.about_kind, event.about_id]
        yield [at, event.kind, _name_actor(event, people), *about, event.detail, event.request_id]


HEADINGS = ["at", "kind", "by", "row of", "row", "detail", "request"]
