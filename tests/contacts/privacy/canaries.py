"""A person with a word of their own in every field that holds text, in every table that can be about a person.

A new table or field is filled without being named here, and so must be erased and exported; what is not about a person
is named, with what it is.
"""

import itertools
import json
import re
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.accounts.models import BouncedAddress, Session, User
from config.accounts.models.session import SessionStore
from config.api.models import IdempotencyKey
from config.events.models import Dispatch, Endpoint, Event
from config.notifications.models import Notification
from config.web.models import RateCount
from contact_requests.models import ContactRequest, Property
from contacts.models import (
    ChannelConnection,
    ChannelDelivery,
    Contact,
    ContactEvent,
    ContactImport,
    ContactImportRow,
    ContactMerge,
    ContactMessage,
    KeptView,
    SenderRule,
    StatedAddress,
)
from inquiries.models import Inquiry
from tests.access.rows import COUNTS, MAILS, Rows, tenant_models

PERSON, OFFICE = "zqcanary", "office"
# Tables of an office, or of what is left of a person.
NOT_PERSONAL = {
    *("Pro", "User", "Invitation", "AllowedOrigin", "ApiToken", "IdentityDocument", "Signature", "Session", "LogEntry"),
    *("ChannelConnection", "MailboxSettings", "MailboxFolder", "CannedReply", "CannedReplyText", "PrivacySettings"),
    *("Property", "PropertyNumber", "PropertyPicture", "OfficePage", "ContactImport"),
    *("PropertyImport", "PropertyImportRow", "BulkRun"),
    *("CodeApp", "Passkey", "RecoveryCode"),
    # How long the office took, without whom it answered once the item is gone.
    *("OfficeHours", "OwnHours", "FirstResponse", "ReportDay", "ReportZone", "AutomaticReply"),
    # Filled by `add_copies`: what was told of the person is found by its contact.
    *("Endpoint", "Event", "Dispatch", "Preferences", "Notification", "PushDevice"),
    *("Erasure", "ErasedRecord", "ErasedAddress", "HistoryErasure", "AuditEvent"),
}
# Tables of no Pro: filled by `add_copies`, or without words.
WITH_COPIES = {"DBTaskResult", "IdempotencyKey", "RateCount", "LogEntry", "Session", "DirectoryUser"}
WITHOUT_WORDS = {
    *("Permission", "Group", "ContentType", "AccessFailureLog", "AccessAttempt", "AccessAttemptExpiration"),
    *("AccessLog", "AuditThinning", "LooseFile", "MetricCount", "WorkerLease", "MarkKey", "HistoryHead"),
    *("Closing", "HistoryDeletion", "HistoryDeparture"),
    *("InquiryType", "PipelineStep", "AllowedMove", "FilterOption"),
}
# Fields of a person's rows that hold words of the office, of an inquiry's pipeline, or of a storage.
NOT_PERSONAL_FIELDS = {
    "InquiryHistory": {"from_status", "from_label", "to_status", "to_label", "by_name", "seal"},
    "ContactRequest": {"language", "source"},
    "Contact": {"language"},
    "PersonExport": {"language"},
}


class PersonRows(Rows):
    """Rows of a Pro, of whom one person has `canaries` {word: "Model.field"}."""

    def __init__(self, number: int) -> None:
        self.canaries: dict[str, str] = {}
        self._counter = itertools.count(1)
        self._model: Any = None
        self._is_person = False
        super().__init__(OFFICE, number)

    @property
    def word(self) -> str:  # type: ignore[override]
        """A new word each time, while a row of the person is made."""
        return self._new_word(self._model.__name__) if self._is_person else OFFICE

    @word.setter
    def word(self, value: str) -> None:
        """Leave it: there is no one word."""

    def _make(self, model: Any, **more: Any) -> Any:
        # Of the contacts the second one is somebody else.
        is_other = model is Contact and Contact in self and "merged_into" not in more
        self._model, self._is_person = model, not is_other and model.__name__ not in NOT_PERSONAL
        row = super()._make(model, **more)
        self._is_person = False
        return row

    def _value(self, field: Any) -> Any:
        if self._is_person and isinstance(field, models.JSONField) and not self._is_kept(field):
            word = self._new_word(field)
            return {word: [word]} if field.default is dict else [word]
        if self._is_person and isinstance(field, models.BinaryField):
            return self._new_word(field).encode()
        return super()._value(field)

    def _text(self, field: Any) -> str:
        if not self._is_person or field.name == "phone":
            return super()._text(field)
        if self._is_kept(field) or (field.max_length or 200) < 24:
            return ""
        return f"{self._new_word(field)}@example.org" if field.name in MAILS else self._new_word(field)

    def _is_kept(self, field: Any) -> bool:
        return field.name in NOT_PERSONAL_FIELDS.get(field.model.__name__, ())

    def _new_word(self, field: Any) -> str:
        word = f"{PERSON}{next(self._counter):04}x"
        self.canaries[word] = f"{field.model.__name__}.{field.name}" if isinstance(field, models.Field) else field
        return word


def unnamed_tables() -> set[str]:
    """Tables that nobody has said anything of: neither filled, nor named as being about nobody."""
    names = {model.__name__ for model in apps.get_models() if model._meta.managed}
    filled = {model.__name__ for model in tenant_models()}
    return names - filled - COUNTS - WITH_COPIES - WITHOUT_WORDS


def add_elsewhere(rows: PersonRows) -> None:
    """Rows that are found by the person's address alone, or that belong to somebody else and name the person."""
    contact, other = rows[Contact], rows["other"]
    KeptView.objects.update(query=urlencode({"q": contact.email}))
    SenderRule.objects.update(address=contact.email)
    BouncedAddress.objects.update(address=contact.email)
    words = {"name": f"{PERSON} aside", "message": f"{PERSON} aside", "search_text": f"{PERSON} aside"}
    aside = {"email": contact.email.upper(), "quarantined_at": timezone.now(), "quarantine_reason": "honeypot"}
    ContactRequest.objects.create(pro=contact.pro, property=rows[Property], **words, **aside)
    StatedAddress.objects.create(contact=other, channel="email", external_id=contact.email, source="portal")
    letter = {"pro": contact.pro, "channel": "email", "state": "received", "text": "To both of you"}
    ContactMessage.objects.create(contact=other, cc=[[PERSON, contact.email], ["Zoe", "zoe@example.org"]], **letter)
    cells = [["Line", contact.email.upper()], [PERSON, "0470 / 00.00.77"]]
    ContactImportRow.objects.bulk_create(
        ContactImportRow(contact_import=rows[ContactImport], number=number, values=[*row, PERSON], outcome="create")
        for number, row in enumerate(cells, start=100)
    )
    ChannelDelivery.objects.create(
        connection=rows[ChannelConnection],
        provider="whatsapp",
        nonce="receipt",
        digest="",
        content_type="application/json",
        body=json.dumps({"statuses": [{"recipient_id": contact.phone.lstrip("+"), "note": PERSON}]}).encode(),
    )
    undone = {"undone_at": timezone.now(), "fields": {"name": [PERSON, "Zoe"]}}
    ContactMerge.objects.create(pro=contact.pro, survivor=other, absorbed=contact, **undone)
    ContactEvent.objects.create(contact=other, kind="unmerged", changes={"absorbed": [str(contact.pk), PERSON]})


def add_copies(rows: PersonRows, user: User) -> None:
    """Copies of the person in the working tables, each by another of the ways in which they can name somebody."""
    contact, message, inquiry = rows[Contact], rows[ContactMessage], rows[Inquiry]
    _add_job("successful", [str(message.pk)])
    _add_job("failed", [12], traceback=f"ValueError: {contact.email} zqcanaryjob")
    _add_job("ready", [str(contact.pk)])
    _add_answer({"data": {"id": str(contact.pk), "name": "zqcanaryanswer"}})
    _add_answer({"inquiry_id": inquiry.pk, "subject": "zqcanaryanswer"})
    told = {"key": f"contact:{contact.pk}", "contact_id": contact.pk, "payload": '{"name": "zqcanaryevent"}'}
    event = Event.objects.create(pro=contact.pro, type="contact.updated", **told)
    Dispatch.objects.create(
        pro=contact.pro, endpoint=rows[Endpoint], event=event, key=event.key, answer="zqcanaryevent is known"
    )
    Notification.objects.create(pro=contact.pro, kind="message", key="zqcanarytold", contact_id=contact.pk)
    Notification.objects.create(pro=contact.pro, kind="request", key=str(rows[ContactRequest].pk))
    RateCount.objects.create(key=f"acknowledge:{contact.email}", expires_at=2**40, count=1)
    content_type = ContentType.objects.get_for_model(Contact)
    LogEntry.objects.create(
        user=user, content_type=content_type, object_id=str(contact.pk), object_repr="zqcanarylog", action_flag=2
    )
    session = SessionStore()
    session["_auth_user_id"], session["toast"] = str(user.pk), f"{contact.email} is archived."
    session.create()
    Session.objects.filter(session_key=session.session_key).update(user=user)


def _add_job(status: str, arguments: list[Any], traceback: str = "") -> None:
    DBTaskResult.objects.create(
        id=uuid.uuid4(),
        status=status.upper(),
        args_kwargs={"args": arguments, "kwargs": {}},
        task_path="contacts.conversations.sending.send_message",
        queue_name="default",
        backend_name="default",
        run_after=timezone.now() + timedelta(days=1),
        finished_at=timezone.now(),
        exception_class_path="",
        traceback=traceback,
    )


def _add_answer(body: dict[str, Any]) -> None:
    IdempotencyKey.objects.create(
        scope=uuid.uuid4().hex, request="0", status=201, body=json.dumps(body, separators=(",", ":")).encode()
    )


def words_in(text: str) -> list[str]:
    """The person's words in a text, each once."""
    return sorted(set(re.findall(rf"{PERSON}\w*", text)))
