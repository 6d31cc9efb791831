"""Rows of the four tables that have a search index, with a search text of the test's choice."""

from collections.abc import Callable
from typing import Any

from django.db import connection

from config.accounts.models import Pro
from config.search.query import read_query
from contact_requests.models import ContactRequest
from contacts.models import Contact, ContactMessage
from inquiries.models import Inquiry, InquiryType

from ..benchmarks.fill import SQL, without_search_index
from ..factories import ContactFactory, InquiryTypeFactory, PropertyFactory


def _contact(pro: Pro) -> Contact:
    return Contact(pro=pro, name="Anna", email="anna@example.org")


def _contact_request(pro: Pro) -> ContactRequest:
    fields = {"name": "Anna", "email": "anna@example.org", "message": "Free?"}
    return ContactRequest(pro=pro, property=PropertyFactory(pro=pro), contact=ContactFactory(pro=pro), **fields)


def _inquiry(pro: Pro) -> Inquiry:
    inquiry_type = InquiryType.objects.first() or InquiryTypeFactory()
    fields = {"user_id": 1, "created_by": 1, "subject": "Kitchen", "message": "Free?"}
    return Inquiry(pro=pro, inquiry_type=inquiry_type, step=inquiry_type.steps.first(), **fields)


def _message(pro: Pro) -> ContactMessage:
    return ContactMessage(pro=pro, contact=ContactFactory(pro=pro), channel="email", text="Free?", state="received")


UNSAVED: dict[Any, Callable[[Pro], Any]] = {
    Contact: _contact,
    ContactRequest: _contact_request,
    Inquiry: _inquiry,
    ContactMessage: _message,
}
MODELS = list(UNSAVED)


def add(model: Any, pro: Pro, *texts: str) -> list[Any]:
    """Stores a row of `model` for each of these search texts, without its `save`."""
    rows = [UNSAVED[model](pro) for _text in texts]
    for row, text in zip(rows, texts, strict=True):
        row.search_text = text
    return model.objects.bulk_create(rows)


def texts(rows: Any, typed: str) -> list[str]:
    """The search texts of those of `rows` (a queryset) that have each word of `typed`, sorted."""
    matching = rows.model.search_index.matching(read_query(typed).words(), rows.db)
    return sorted(rows.filter(matching).values_list("search_text", flat=True))


def crowd(model: Any, pros: list[Pro], count: int) -> None:
    """Stores so many rows by SQL, "jan de vries number n" for n from 0, every other one the first Pro's."""
    [pattern] = add(model, pros[0], "")
    dialect = {name: expressions[connection.vendor] for name, expressions in SQL.items()}
    others = f"{pros[1].pk} + n %% {len(pros) - 1}"
    values = {
        "id": dialect["id"],
        "pro_id": f"CASE WHEN n %% 2 = 0 THEN {pros[0].pk} ELSE {others} END",
        "created_at": dialect["time"],
        "search_text": "'jan de vries number ' || n",
    }
    if model.search_index.has_integer_key:
        values["id"] = f"{pattern.pk} + 1 + n"
    quote = connection.ops.quote_name
    columns = [field.column for field in model._meta.concrete_fields]
    names = ", ".join(map(quote, columns))
    listed = ", ".join(values.get(column, f"pattern.{quote(column)}") for column in columns)
    table = model._meta.db_table
    source = f"{dialect['series']} JOIN {table} AS pattern ON pattern.search_text = ''"
    with without_search_index(model), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {listed} FROM {source}", [0, count - 1])  # noqa: S608
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {table}")
