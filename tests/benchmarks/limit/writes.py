"""Three writes, each with the rows that the product leaves.

LIMIT_ROWS is a JSON file with the rows of each, as {"submission": [[table, {column: value}], …], …}. A value may hold
the names of NAMES, which stand for what differs from one write to the next.
"""

import json
import os
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import msgspec

from .database import ask, on_sqlite, run
from .lists import request_body

# "$text…" are ids as text with hyphens, "$fresh" another id each time.
NAMES = ("$textrequest", "$request", "$contact", "$fresh", "$email", "$inquiry")
COUNTS = "web_ratecount"
TYPE = "SELECT id FROM inquiries_inquirytype WHERE id = %s AND is_active"
PERSON = "SELECT * FROM inquiries_directoryuser WHERE userhub_id = %s"
PROPERTY = """
SELECT p.id, p.pro_id, o.country FROM contact_requests_property p JOIN accounts_pro o ON o.id = p.pro_id
WHERE p.slug = %s AND p.is_published"""
CONTACT = """
SELECT contact_id FROM contacts_contactidentity
WHERE pro_id = %s AND channel = 'email' AND external_id = %s AND released_at IS NULL"""
REQUEST = """
SELECT r.id, r.pro_id, r.property_id, r.contact_id, r.name, r.email, r.phone, r.message, r.status, r.created_at,
    r.updated_at, r.read_at, r.replied_at, p.slug, p.title
FROM contact_requests_contactrequest r JOIN contact_requests_property p ON p.id = r.property_id
WHERE r.pro_id = %s AND r.id = %s AND r.quarantined_at IS NULL"""
MARK = "UPDATE contact_requests_contactrequest SET status = %s, read_at = %s, updated_at = %s WHERE id = %s"
# One row counts for an hour or a day.
HIT = """
INSERT INTO web_ratecount (key, expires_at, count) VALUES (%s, %s, 1)
ON CONFLICT (key, expires_at) DO UPDATE SET count = web_ratecount.count + excluded.count RETURNING count"""


def uuid_value(id: UUID) -> str:
    return id.hex if on_sqlite() else str(id)


class Recipe:
    """The INSERTs of one kind of write, their SQL written once."""

    def __init__(self, rows: list[tuple[str, dict[str, Any]]]) -> None:
        self.inserts = [(self._sql(table, row), list(row.values())) for table, row in rows if table != COUNTS]
        self.counts = [(row["key"], row["expires_at"]) for table, row in rows if table == COUNTS]

    def _sql(self, table: str, row: dict[str, Any]) -> str:
        sql = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})"  # noqa: S608
        return f"{sql} RETURNING id" if table == "inquiries_inquiry" else sql

    def write(self, **names: Any) -> Any:
        """Write all rows in a transaction; returns the id of an inquiry, if there is one."""
        run("BEGIN IMMEDIATE" if on_sqlite() else "BEGIN")
        for sql, values in self.inserts:
            resolved = [resolve(value, names) for value in values]
            if "RETURNING" in sql:
                names["inquiry"] = ask(sql, *resolved)[0][0]
            else:
                run(sql, *resolved)
        for key, expires_at in self.counts:
            ask(HIT, resolve(key, names), expires_at)
        run("COMMIT")
        return names.get("inquiry")


def resolve(value: Any, names: dict[str, Any]) -> Any:
    if not isinstance(value, str) or "$" not in value:
        return value
    if value == "$fresh":
        return uuid_value(uuid4())
    for name in NAMES:
        if name in value:
            value = value.replace(name, str(names[name[1:]]))
    return value


@lru_cache
def recipe(name: str) -> Recipe:
    return Recipe(json.loads(Path(os.environ["LIMIT_ROWS"]).read_text())[name])


def submit(pro: int, body: bytes) -> dict[str, Any]:
    """Insert the rows of an inquiry, after the look-ups of its type, customer and contact."""
    sent = msgspec.json.decode(body)
    ask(TYPE, sent["inquiry_type_id"])
    ask(PERSON, sent["user_id"])
    ask(CONTACT, pro, "jan.devries@example.com")
    id = recipe("submission").write()
    data = {
        "inquiry_id": id,
        "reference": id,
        "status": "open",
        "user_id": sent["user_id"],
        "created_by": sent["user_id"],
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return {"success": True, "message": "Inquiry submitted successfully", "data": data}


def receive_form(slug: str, body: bytes) -> str:
    """Insert the rows of a visitor's form, after the look-ups of the property and the contact; returns an address."""
    form = parse_qs(body.decode())
    [(_id, pro, _country)] = ask(PROPERTY, slug)
    email, request = form["email"][0], uuid4()
    ask(CONTACT, pro, email)
    recipe("form").write(
        contact=uuid_value(uuid4()), request=uuid_value(request), textrequest=str(request), email=email
    )
    return f"/r/{request.hex}"


def change_status(pro: int, id: str, body: bytes) -> dict[str, Any]:
    """Mark a contact request as read, with its event."""
    status, key = msgspec.json.decode(body)["status"], uuid_value(UUID(id))
    now = datetime.now(UTC)
    run("BEGIN IMMEDIATE" if on_sqlite() else "BEGIN")
    [row] = ask(REQUEST if on_sqlite() else f"{REQUEST} FOR UPDATE OF r", pro, key)
    at = str(now)[:26] if on_sqlite() else now
    run(MARK, status, at, at, key)
    for sql, values in recipe("status").inserts:
        run(sql, *(resolve(value, {"request": key}) for value in values))
    run("COMMIT")
    return request_body((*row[:8], status, row[9], now.isoformat() if on_sqlite() else now, now, *row[12:]))
