"""One row of every table of a Pro, with a word of the Pro's own in every field that holds text.

A new table or field is filled without being named here, unless a constraint or a reader of it asks for more.
"""

import gzip
import uuid
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection, models
from django.db.models import NOT_PROVIDED, Model
from django.utils import timezone
from django.utils.functional import cached_property
from fido2.utils import websafe_encode

from config.accounts.models import SCOPES, Pro
from config.files.stored_file import StoredFile
from contact_requests.models.property import reference_key
from contacts.models import (
    Contact,
    ContactMessage,
)
from inquiries.models import Inquiry, InquiryType

# Kept by triggers.
COUNTS = {
    "AnswerMark",
    "ArrivalMark",
    "ContactCount",
    "ContactRequestCount",
    "ContactWeekCount",
    "InquiryCount",
    "InquiryWeekCount",
}
# The office would be closed.
CLOSED = {"Closing"}
MAILS = {"email", "address", "external_id", "cc", "answers_to"}


@cache
def tenant_models() -> tuple[type[Model], ...]:
    """Models whose rows belong to a Pro, each after those that it refers to; kept counts left out."""
    models = [model for model in apps.get_models() if model._meta.managed and model.__name__ not in COUNTS | CLOSED]
    owned: list[type[Model]] = [Pro]
    while more := [m for m in models if m not in owned and set(_parents(m)) & set(owned)]:
        owned += more
    ordered: list[type[Model]] = []
    while len(ordered) < len(owned):
        ordered += [m for m in owned if m not in ordered and not set(_parents(m)) & (set(owned) - set(ordered))]
    return tuple(ordered)


def _parents(model: type[Model]) -> Iterator[Any]:
    for field in model._meta.concrete_fields:
        if field.related_model and field.related_model is not model:
            yield field.related_model


class Rows(dict[Any, Any]):
    """The rows of one Pro, by their model; `other` and `merged` are two more contacts.

    `word` is in the texts, and in no row of anybody else.
    """

    def __init__(self, word: str, number: int) -> None:
        super().__init__()
        self.word, self.number = word, number
        self.files: list[tuple[str, str, bytes]] = []
        for model in tenant_models():
            self[model] = self._make(model)
            if model is Contact:
                self["other"] = self._make(Contact)
                merged = {"deleted_at": timezone.now(), "merged_into": self[Contact]}
                self["merged"] = self._make(Contact, **merged)

    @property
    def next_step(self) -> str:
        """The step that the inquiry may move to."""
        return self[Inquiry].inquiry_type.steps.order_by("sort_order")[1].key

    def add_file(self, storage: str, key: str, content: bytes) -> str:
        self.files.append((storage, key, content))
        return key

    def store_files(self) -> None:
        """Put the files of these rows into their storages, which are emptied after each test."""
        for storage, key, content in self.files:
            storages[storage].save(key, ContentFile(content))

    def stored(self) -> list[Any]:
        """These rows as the database has them now."""
        with connection.cursor() as cursor:
            return [cursor.execute(sql, parameters).fetchall() for sql, parameters in self._selects]

    def referrers(self) -> list[str]:
        """Foreign keys, as "Model.field", by which rows of somebody else refer to these."""
        with connection.cursor() as cursor:
            return [name for name, (sql, given) in self._references.items() if cursor.execute(sql, given).fetchone()]

    @cached_property
    def _ids(self) -> dict[Any, list[Any]]:
        ids: dict[Any, list[Any]] = {}
        for row in self.values():
            ids.setdefault(type(row), []).append(row.pk)
        return ids

    @cached_property
    def _selects(self) -> list[tuple[str, Any]]:
        return [
            model._default_manager.order_by("pk").filter(pk__in=pks).values_list().query.sql_with_params()
            for model, pks in self._ids.items()
        ]

    @cached_property
    def _references(self) -> dict[str, tuple[str, Any]]:
        return {
            f"{model.__name__}.{field.name}": model._default_manager.filter(**{f"{field.name}__in": ids})
            .exclude(pk__in=self._ids[model])
            .values_list("pk")
            .query.sql_with_params()
            for model in tenant_models()
            for field in model._meta.concrete_fields
            if (ids := self._ids.get(field.related_model))
        }

    def _make(self, model: type[Model], **more: Any) -> Any:
        fields = [field for field in model._meta.concrete_fields if field.name not in more]
        given = {**{field.name: self._value(field) for field in fields}, **more}
        given |= {name: value for name, value in self._special(model).items() if name not in more}
        row = model(**{name: value for name, value in given.items() if value is not NOT_PROVIDED})
        # Not `save`: a row is stored as it is, whatever the product would do beside.
        model._default_manager.bulk_create([row])
        return row

    def _value(self, field: Any) -> Any:
        if field.related_model is field.model:
            return None
        if field.related_model:
            return self.get(field.related_model, NOT_PROVIDED if not field.null else None)
        if isinstance(field, models.CharField | models.TextField) and not field.choices:
            return self._text(field)
        if field.primary_key or field.choices:
            return NOT_PROVIDED
        if field.null or field.has_default():
            return None if field.null else NOT_PROVIDED
        values = {
            "BigIntegerField": self.number,
            "DecimalField": Decimal(self.number),
            "DateTimeField": timezone.now(),
            "DateField": timezone.now().date(),
            "PositiveIntegerField": 1,
            "PositiveSmallIntegerField": 1,
            "IntegerField": 1,
            "UUIDField": uuid.UUID(int=self.number),
        }
        return values.get(field.get_internal_type(), NOT_PROVIDED)

    def _text(self, field: Any) -> str:
        if field.name == "phone":
            return f"+3247000{self.number % 10_000:04}"
        room = field.max_length or 200
        if room < len(self.word):
            return "" if field.blank else self.word[:room]
        if field.name in MAILS:
            return f"{self.word}@example.org"
        return f"{self.word}-{field.name}"[:room]

    def _special(self, model: type[Model]) -> dict[str, Any]:
        make = SPECIAL.get(model.__name__, lambda rows: {})
        return {**(self._file(model) if issubclass(model, StoredFile) else {}), **make(self)}

    def _file(self, model: type[Model]) -> dict[str, Any]:
        content = self.word.encode()
        key = self.add_file("attachments", f"{model.__name__}-{self.word}", content)
        name = f"{self.word}.txt"
        return {"key": key, "filename": name, "mime_type": "text/plain", "size": len(content), "sha256": "0" * 64}


def _connection(rows: Rows) -> dict[str, Any]:
    templates = [{"name": rows.word, "language": "en", "category": "", "status": "", "components": []}]
    return {"channel": "email", "provider": "mailbox", "is_active": True, "templates": templates}


def _document(rows: Rows) -> dict[str, Any]:
    path = rows.add_file("default", f"identity/{rows.word}", b"%PDF-" + rows.word.encode())
    return {"file": path, "content_type": "application/pdf", "size": 9, "state": "approved"}


def _step(rows: Rows) -> Any:
    return InquiryType.objects.order_by("pk").first().steps.order_by("sort_order").first()  # type: ignore[union-attr]


def _inquiry(rows: Rows) -> dict[str, Any]:
    step = _step(rows)
    person = dict.fromkeys(("first_name", "last_name", "email", "phone"), rows.word)
    person |= {"language": "en", "address": dict.fromkeys(("street", "postal_code", "city", "country"), rows.word)}
    business = {"company": rows.word, "vat_number": "", "address": {}, "invoice_email": "", "invoice_address": {}}
    fixed = {"inquiry_type": step.inquiry_type, "step": step, "profile_problem": "", "user_id": rows.number}
    return {**fixed, "person": person, "business": business, "profile_at": timezone.now()}


def _message(rows: Rows) -> dict[str, Any]:
    word = rows.word
    return {
        "state": "received",
        "channel": "email",
        "sender": [["email", f"{word}@example.org"]],
        "cc": [[word, f"{word}-copy@example.org"]],
        "references": [word],
        "refused": [word],
        "lead": {"portal": word, "reference": word, "name": word, "email": f"{word}@example.org", "message": word},
        "former": [],
        "topic": f"inquiry:{rows.number}",
        "error": "",
    }


def external_id(rows: Any) -> str:
    """The external id of the Pro's contact."""
    return f"{rows.word}-external_id"


# What a constraint or a reader of a table asks for.
SPECIAL: dict[str, Any] = {
    "Pro": lambda rows: {
        "id": rows.number,
        "email": f"{rows.word}-pro@example.org",
        "country": "FR",
        "time_zone": "Europe/Paris",
    },
    "User": lambda rows: {"id": rows.number, "email": f"{rows.word}-user@example.org", "is_active": True},
    "LogEntry": lambda rows: {"action_flag": 2},
    "Passkey": lambda rows: {"credential_id": websafe_encode(rows.word.encode())},
    "ApiToken": lambda rows: {"scopes": SCOPES, "hash": "0" * 64, "prefix": f"vst_{rows.number:08}"},
    "IdentityDocument": _document,
    # Held by one of them.
    "Contact": lambda rows: {"language": "en", "external_id": "" if Contact in rows else external_id(rows)},
    "ContactEvent": lambda rows: {"kind": "updated", "changes": {"name": [rows.word, rows.word]}},
    "ContactIdentity": lambda rows: {"channel": "email"},
    "StatedAddress": lambda rows: {"channel": "email"},
    "ChannelConnection": _connection,
    "ChannelDelivery": lambda rows: {
        "provider": "mailbox",
        "body": gzip.compress(f"Subject: {rows.word}\r\n\r\n{rows.word}".encode()),
        "content_type": "message/rfc822",
    },
    "ContactMessage": _message,
    "MailboxSettings": lambda rows: {
        "connected_at": timezone.now(),
        "polled_at": timezone.now(),
        "failed_at": timezone.now(),
    },
    "ContactMerge": lambda rows: {"survivor": rows[Contact], "absorbed": rows["merged"]},
    "Erasure": lambda rows: {
        "person": rows[Contact].pk,
        "reason": "asked",
        "due_at": timezone.now() + timedelta(days=7),
    },
    "DistinctPair": lambda rows: dict(
        zip(("first", "second"), sorted((rows[Contact], rows["other"]), key=lambda c: c.pk), strict=True)
    ),
    "KeptView": lambda rows: {"list_name": "contacts"},
    "BulkRun": lambda rows: {"list_name": "contacts", "action": "", "total": 1},
    "BulkRow": lambda rows: {"object_uuid": rows[Contact].pk, "before": {"value": rows.word}},
    "ContactImport": lambda rows: {"state": "checked", "headings": [rows.word], "columns": {}, "total": 1},
    "PropertyImport": lambda rows: {"state": "checked", "headings": [rows.word], "columns": [], "total": 1},
    "ContactImportRow": lambda rows: {"values": [rows.word], "fields": {"name": rows.word}},
    "Draft": lambda rows: {"kind": "message", "topic": ""},
    "WaitingItem": lambda rows: {"kind": "message", "key": str(rows[ContactMessage].pk), "outcome": "", "answer": None},
    "Property": lambda rows: {"is_published": False, "reference_key": reference_key(f"{rows.word}-reference")},
    "ContactRequest": lambda rows: {"status": "new", "language": "en"},
    "Inquiry": _inquiry,
    "InquiryHistory": lambda rows: {"to_status": _step(rows).key, "from_status": None},
    "Attachment": lambda rows: {"uploaded_by": rows.number},
    "Offer": lambda rows: {"status": "draft", "currency": "EUR"},
    "PendingMove": lambda rows: {
        "from_step": _step(rows).key,
        "to_step": rows.next_step,
        "due_at": timezone.now() + timedelta(hours=1),
        "outcome": "",
        "state": "waiting",
    },
}
