"""The rows that one write of the product leaves, for the limit to leave the same ones."""

import re
import time
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import AutoField
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from config.accounts.models import Pro
from config.web.models import RateCount
from contact_requests.models import ContactRequest, Property
from contact_requests.spam import make_stamp
from inquiries.customers.profiles import MAX_ACKNOWLEDGMENTS_PER_DAY
from inquiries.models import DirectoryUser

from .contents import form_content, inquiry_content
from .inprocess import Answer, Caller, program
from .setting import Setting

type Rows = list[tuple[str, dict[str, Any]]]
JOBS, COUNTS = "django_tasks_database_dbtaskresult", "web_ratecount"
# Columns that hold another UUID each time.
FRESH = {JOBS: "id", "inquiries_inquiryhistory": "uid"}


class Recording:
    """One write and the rows that are new after it; `unknown` are tables that it wrote to and no row is told of."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names
        self.rows: Rows = []
        self.tables: set[str] = set()
        self.unknown: set[str] = set()

    def send(self, caller: Caller, method: str, url: str, content: bytes, kind: str) -> Answer:
        DBTaskResult.objects.all().delete()
        RateCount.objects.exclude(key__startswith="acknowledge-inquiry").delete()
        with CaptureQueriesContext(connection) as captured:
            answer = caller.send(method, url, content, CONTENT_TYPE=kind)
        assert answer.status < 400, (answer.status, answer.body)
        for query in captured.captured_queries:
            self.tables |= set(re.findall(r'INSERT INTO "(\w+)"', query["sql"]))
        return answer

    def read(self, wanted: dict[str, str]) -> Rows:
        """The rows of these tables, each with its condition, in this order; their values by their names."""
        self.unknown = self.tables - set(wanted) - {JOBS, COUNTS}
        for table, where in {**wanted, JOBS: "1 = 1", COUNTS: "1 = 1"}.items():
            self.rows += [(table, self._named(table, row)) for row in _stored(table, where)]
        return self.rows

    def _named(self, table: str, row: dict[str, Any]) -> dict[str, Any]:
        model = next((m for m in apps.get_models() if m._meta.db_table == table), None)
        if model is not None and isinstance(model._meta.pk, AutoField):
            row = {name: value for name, value in row.items() if name != model._meta.pk.column}
        row = {name: self._name(value) for name, value in row.items()}
        return {**row, FRESH[table]: "$fresh"} if table in FRESH else row

    def _name(self, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, str | int | UUID):
            return value
        key = value.hex if isinstance(value, UUID) else str(value)
        if key in self.names:
            return self.names[key]
        # An address stands within the key of a counter.
        for text, name in self.names.items():
            if "@" in text and isinstance(value, str):
                value = value.replace(text, name)
        return value


def _stored(table: str, where: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE {where}")  # noqa: S608
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def record_submission(setting: Setting) -> Recording:
    """An inquiry of a known customer who has had all the mails of a day."""
    DirectoryUser.objects.create(
        userhub_id=123, first_name="Jan", last_name="de Vries", email="jan.devries@example.com", language="nl"
    )
    caller, recording = program(setting.token(setting.largest)), Recording({})
    for _ in range(MAX_ACKNOWLEDGMENTS_PER_DAY + 2):
        recording.tables.clear()
        answer = recording.send(caller, "POST", "/api/inquiries", inquiry_content(), "application/json")
    id = re.search(rb'"inquiry_id":(\d+)', answer.body).group(1).decode()  # type: ignore[union-attr]
    recording.names[id] = "$inquiry"
    where = f"inquiry_id = {id}"
    recording.read(
        {
            "inquiries_inquiry": f"id = {id}",
            "inquiries_inquiryhistory": where,
            "contacts_waitingitem": f"kind = 'inquiry' AND key = '{id}'",
        }
    )
    return recording


def record_form(prop: Property) -> Recording:
    """The form of a visitor who was not known before."""
    email = "visitor@example.net"
    recording = Recording({email: "$email"})
    url, stamp = prop.get_absolute_url(), make_stamp(prop, time.time() - 60)
    recording.send(Caller(), "POST", url, form_content(email, stamp), "application/x-www-form-urlencoded")
    request = ContactRequest.objects.get(pro=prop.pro, email=email)
    contact = request.contact_id
    assert contact, "it was taken for spam"
    names = {request.pk.hex: "$request", str(request.pk): "$textrequest", contact.hex: "$contact"}
    recording.names = names | recording.names
    of_contact = f"contact_id = '{_key(contact)}'"
    recording.read(
        {
            "contacts_contact": f"id = '{_key(contact)}'",
            "contacts_contactidentity": of_contact,
            "contacts_contactevent": of_contact,
            "contact_requests_contactrequest": of_contact,
            "contacts_waitingitem": of_contact,
        }
    )
    return recording


def record_status(pro: Pro, caller: Caller) -> Recording:
    """A contact request that is marked as read."""
    request = ContactRequest.objects.for_pro(pro).filter(status="new").newest_first()[0]
    recording = Recording({request.pk.hex: "$request"})
    url = f"/pro/contact-requests/{request.pk}"
    recording.send(caller, "PUT", url, b'{"status": "read"}', "application/json")
    recording.read({"contact_requests_contactrequestevent": f"contact_request_id = '{_key(request.pk)}'"})
    recording.rows = [(table, row) for table, row in recording.rows if table not in (JOBS, COUNTS)]
    return recording


def _key(id: UUID) -> str:
    return id.hex if connection.vendor == "sqlite" else str(id)
