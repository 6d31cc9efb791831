"""Rows of earlier releases are let wait, and are counted as last words, by migrations or by hand.

All take `get_model`, that of a migration's apps or of `django.apps.apps`, and can be run again: what waits or has ended
stays as it is.
"""

from collections.abc import Callable, Iterable
from itertools import batched
from typing import Any

from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery

from ..models.waiting import text_fields

BATCH = 1000
GetModel = Callable[[str, str], Any]


def fill_messages(get_model: GetModel, *, without: QuerySet[Any], replies: QuerySet[Any] | None = None) -> None:
    """Let messages wait that came after the last answer to their contact; `without` are ids of those that do not.

    `replies` are answers kept elsewhere, with `contact` and `at`: none counts that is older.
    """
    messages = get_model("contacts", "ContactMessage").objects
    answers = messages.filter(contact=OuterRef("contact")).exclude(state__in=("received", "failed"))
    answered_at = Subquery(answers.order_by("-created_at").values("created_at")[:1])
    rows = messages.filter(state="received", is_silent=False).exclude(pk__in=without)
    rows = _since(rows, "created_at", answered_at)
    if replies is not None:
        rows = _since(rows, "created_at", Subquery(replies.order_by("-at").values("at")[:1]), "replied_at")
    # What was written before its mailbox was connected is past.
    connected_at = F("connection__mailbox__connected_at")
    rows = rows.exclude(connection__mailbox__isnull=False, created_at__lt=connected_at).select_related("contact")
    add_items(get_model, "message", (row for row in rows.iterator(BATCH) if not _is_reaction(row)), _message_fields)


def _since(rows: QuerySet[Any], field: str, at: Subquery, name: str = "answered_at") -> QuerySet[Any]:
    return rows.annotate(**{name: at}).filter(Q(**{f"{name}__isnull": True}) | Q(**{f"{field}__gt": F(name)}))


def _is_reaction(message: Any) -> bool:
    return bool(message.answers_to) and any(medium["kind"] == "reaction" for medium in message.media)


def _message_fields(message: Any) -> dict[str, Any]:
    names = ", ".join(medium.get("filename") or "" for medium in message.media)
    return {
        "since": message.created_at,
        "channel": message.channel,
        **text_fields(message.subject, message.text.strip() or names.strip(", ")),
    }


def last_answer(get_model: GetModel, contact: str) -> Subquery:
    """Time of the last message to the contact in the field `contact` of the outer query."""
    answers = get_model("contacts", "ContactMessage").objects.filter(contact=OuterRef(contact))
    answers = answers.exclude(state__in=("received", "failed"))
    return Subquery(answers.order_by("-created_at").values("created_at")[:1])


def add_items(get_model: GetModel, kind: str, rows: Iterable[Any], fields: Callable[[Any], dict[str, Any]]) -> None:
    """Add an item for each row with `contact` and `pro_id`, by batches; one of an archived contact has ended."""
    model = get_model("contacts", "WaitingItem")
    for batch in batched(rows, BATCH):
        items = [_item(model, kind, row, fields(row)) for row in batch]
        model.objects.bulk_create(items, ignore_conflicts=True)


def _item(model: Any, kind: str, row: Any, fields: dict[str, Any]) -> Any:
    contact = row.contact
    end = {"ended_at": contact.deleted_at, "outcome": "archived"} if contact and contact.deleted_at else {}
    fields = {"pro_id": row.pro_id, "contact_id": contact and contact.pk, "key": str(row.pk), **fields, **end}
    return model(kind=kind, **fields)


def fill_last_words(get_model: GetModel, rows: QuerySet[Any], at: str, contact: str = "contact") -> None:
    """Bring the last word of each contact forward to the newest time in the field `at` of its rows, by batches."""
    contacts = get_model("contacts", "Contact").objects
    newest = rows.filter(**{contact: OuterRef("pk")}).order_by().values(contact).annotate(newest=Max(at))
    rises = Q(last_word_at=None) | Q(last_word_at__lt=F("newest"))
    for ids in batched(contacts.order_by("pk").values_list("pk", flat=True).iterator(BATCH), BATCH):
        own = contacts.filter(pk__in=ids).annotate(newest=Subquery(newest.values("newest")))
        own.filter(rises, newest__isnull=False).update(last_word_at=F("newest"))
