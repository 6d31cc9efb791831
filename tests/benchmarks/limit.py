"""The lower limit of cost: the inquiries list and the submission of an inquiry without any framework.

A bare WSGI function under the same gunicorn: token look-up and SQL by the database's own driver, JSON by a C encoder.
Configured by LIMIT_DATABASE (a connection string of libpq, or the path of an SQLite file) and LIMIT_ROWS (a JSON file
with the rows that a submission inserts, as {table: [{column: value}…]}).
"""

import hashlib
import hmac
import json
import os
import sqlite3
import uuid
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import psycopg

DATABASE = os.environ["LIMIT_DATABASE"]
ON_SQLITE = DATABASE.startswith("/")
INQUIRY, HISTORY, COUNT = "inquiries_inquiry", "inquiries_inquiryhistory", "web_ratecount"

TOKEN = """
SELECT t.hash, t.scopes, t.pro_id FROM accounts_apitoken t JOIN accounts_pro p ON p.id = t.pro_id
WHERE t.prefix = %s AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > CURRENT_TIMESTAMP)"""
# The first page of the default list with the columns that the route reads, and its total.
PAGE = """
SELECT i.id, i.inquiry_type_id, k.name, k.slug, k.icon, k.color, i.person, i.subject, i.status, i.priority, i.category,
    i.budget, i.message, i.created_at, i.responded_at, s.key, i.user_id, i.created_by, i.case_id
FROM inquiries_inquiry i JOIN inquiries_inquirytype k ON k.id = i.inquiry_type_id
JOIN inquiries_pipelinestep s ON s.id = i.step_id
WHERE i.pro_id = %s AND i.case_id IS NULL ORDER BY i.created_at DESC, i.id DESC LIMIT %s"""
TOTAL = "SELECT count(*) FROM inquiries_inquiry WHERE pro_id = %s AND case_id IS NULL"
TYPE = "SELECT id FROM inquiries_inquirytype WHERE id = %s AND is_active"
PERSON = "SELECT * FROM inquiries_directoryuser WHERE userhub_id = %s"
# One row counts the mails to a customer on one day.
HIT = """
INSERT INTO web_ratecount (key, expires_at, count) VALUES (%s, %s, 1)
ON CONFLICT (key, expires_at) DO UPDATE SET count = web_ratecount.count + excluded.count RETURNING count"""
CONTACT = """
SELECT contact_id FROM contacts_contactidentity
WHERE pro_id = %s AND channel = 'email' AND external_id = %s AND released_at IS NULL"""


@lru_cache
def database() -> Any:
    """Connect this process to the database."""
    if ON_SQLITE:
        connection = sqlite3.connect(DATABASE, isolation_level=None, timeout=20)
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        return connection
    return psycopg.connect(DATABASE, autocommit=True)


def ask(sql: str, *values: Any) -> list[Any]:
    return database().execute(sql.replace("%s", "?") if ON_SQLITE else sql, values).fetchall()


def run(sql: str, *values: Any) -> None:
    database().execute(sql.replace("%s", "?") if ON_SQLITE else sql, values)


def insert(table: str, row: dict[str, Any]) -> None:
    run(_insert(table, row), *row.values())


def insert_new(table: str, row: dict[str, Any]) -> int:
    """Insert a row and return its id."""
    return ask(f"{_insert(table, row)} RETURNING id", *row.values())[0][0]


def _insert(table: str, row: dict[str, Any]) -> str:
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})"  # noqa: S608


@lru_cache
def pattern() -> dict[str, list[dict[str, Any]]]:
    return json.loads(Path(os.environ["LIMIT_ROWS"]).read_text())


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    text = environ["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    tokens = ask(TOKEN, text[:12])
    if not tokens or not hmac.compare_digest(tokens[0][0], hashlib.sha256(text.encode()).hexdigest()):
        start_response("401 Unauthorized", [])
        return [b""]
    pro = tokens[0][2]
    if environ["REQUEST_METHOD"] == "POST":
        status, answer = "201 Created", submit(pro, environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    else:
        status, answer = "200 OK", list_page(pro, dict(parse_qsl(environ["QUERY_STRING"])))
    body = msgspec.json.encode(answer)
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def list_page(pro: int, query: dict[str, str]) -> dict[str, Any]:
    size = int(query.get("per_page", 15))
    rows, total = ask(PAGE, pro, size), ask(TOTAL, pro)[0][0]
    pagination = {"current_page": 1, "per_page": size, "total": total, "last_page": max(-(-total // size), 1)}
    return {"success": True, "data": [to_body(*row) for row in rows], "pagination": pagination}


def moment(value: Any) -> str | None:
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at else None


def to_body(
    id: int,
    type_id: int,
    name: str,
    slug: str,
    icon: str,
    color: str,
    person: Any,
    subject: str,
    status: str,
    priority: str,
    category: str,
    budget: Any,
    message: str,
    created_at: Any,
    responded_at: Any,
    step: str,
    user_id: int,
    created_by: int,
    case_id: int | None,
) -> dict[str, Any]:
    person = json.loads(person) if isinstance(person, str) else person
    words = message.split()
    names = [person.get("first_name"), person.get("last_name")]
    return {
        "id": id,
        "inquiry_type_id": type_id,
        "inquiry_type": {"id": type_id, "name": name, "slug": slug, "icon": icon, "color": color},
        "first_name": names[0] or None,
        "last_name": names[1] or None,
        "email": person.get("email") or None,
        "phone": person.get("phone") or None,
        "subject": subject,
        "status": status,
        "priority": priority,
        "category": category or None,
        "budget": None if budget is None else float(budget),
        "budget_display": None if budget is None else f"€ {budget:,.2f}".translate(str.maketrans(",.", ".,")),
        "full_name": " ".join(filter(None, names)) or None,
        "truncated_message": " ".join(words[:10]) + ("..." if len(words) > 10 else ""),
        "created_at": moment(created_at),
        "responded_at": moment(responded_at),
        "pipeline_status": step,
        "user_id": user_id,
        "created_by": created_by,
        "case_id": case_id,
    }


def submit(pro: int, body: bytes) -> dict[str, Any]:
    """Insert the rows of a submission, after the look-ups of its type, customer and contact."""
    sent = msgspec.json.decode(body)
    ask(TYPE, sent["inquiry_type_id"])
    ask(PERSON, sent["user_id"])
    rows = pattern()
    inquiry = rows[INQUIRY][0] | {"pro_id": pro, "subject": sent["subject"], "message": sent["message"]}
    run("BEGIN IMMEDIATE" if ON_SQLITE else "BEGIN")
    ask(CONTACT, pro, json.loads(inquiry["person"])["email"])
    id = insert_new(INQUIRY, {name: value for name, value in inquiry.items() if name != "id"})
    for table, column in ((HISTORY, "uid"), ("django_tasks_database_dbtaskresult", "id")):
        for row in rows[table]:
            fresh = uuid.uuid4()
            row = {**row, column: fresh.hex if ON_SQLITE else str(fresh)}
            if table == HISTORY:
                row = {name: value for name, value in row.items() if name != "id"} | {"inquiry_id": id}
            insert(table, row)
    [count] = rows[COUNT]
    ask(HIT, count["key"], count["expires_at"])
    run("COMMIT")
    return {
        "success": True,
        "message": "Inquiry submitted successfully",
        "data": {
            "inquiry_id": id,
            "reference": id,
            "status": "open",
            "user_id": inquiry["user_id"],
            "created_by": inquiry["created_by"],
            "created_at": str(inquiry["created_at"]),
        },
    }
