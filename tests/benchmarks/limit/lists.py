"""First pages of the three lists, to the byte as the product answers them."""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from .database import ask

REQUESTS = """
SELECT r.id, r.pro_id, r.property_id, r.contact_id, r.name, r.email, r.phone, r.message, r.status, r.created_at,
    r.updated_at, r.read_at, r.replied_at, p.slug, p.title
FROM contact_requests_contactrequest r JOIN contact_requests_property p ON p.id = r.property_id
WHERE r.pro_id = %s AND r.quarantined_at IS NULL ORDER BY r.created_at DESC, r.id DESC LIMIT %s"""
CONTACTS = """
SELECT id, name, email, phone, status, role, channel_preference, source, referral_source, language, applied_at,
    created_at, updated_at
FROM contacts_contact WHERE pro_id = %s AND deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT %s"""
CONTACTS_TOTAL = "SELECT count(*) FROM contacts_contact WHERE pro_id = %s AND deleted_at IS NULL"
# The default list leaves out those that are linked to a case.
INQUIRIES = """
SELECT i.id, i.inquiry_type_id, k.name, k.slug, k.icon, k.color, i.person, i.subject, i.status, i.priority, i.category,
    i.budget, i.message, i.created_at, i.responded_at, s.key, i.user_id, i.created_by, i.case_id
FROM inquiries_inquiry i JOIN inquiries_inquirytype k ON k.id = i.inquiry_type_id
JOIN inquiries_pipelinestep s ON s.id = i.step_id
WHERE i.pro_id = %s AND i.case_id IS NULL ORDER BY i.created_at DESC, i.id DESC LIMIT %s"""
INQUIRIES_TOTAL = "SELECT count(*) FROM inquiries_inquiry WHERE pro_id = %s AND case_id IS NULL"
STATUS_NAMES = {"new": "new_request", "read": "read", "replied": "replied"}


def read_time(value: Any) -> datetime:
    """A time of the database, in UTC; SQLite has it as text."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value.astimezone(UTC)


def read_uuid(value: Any) -> Any:
    return UUID(value) if isinstance(value, str) else value


def to_seconds(value: Any) -> str | None:
    return read_time(value).strftime("%Y-%m-%dT%H:%M:%SZ") if value else None


def to_milliseconds(value: Any) -> str | None:
    if not value:
        return None
    time = read_time(value)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S')}.{time.microsecond // 1000:03d}Z"


def to_microseconds(value: Any) -> str | None:
    return read_time(value).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if value else None


def list_requests(pro: int, query: dict[str, str]) -> dict[str, Any]:
    size = int(query.get("limit", 20))
    rows = ask(REQUESTS, pro, size + 1)
    has_more = len(rows) > size
    cursor = to_cursor(rows[size - 1]) if has_more else None
    return {"data": [request_body(row) for row in rows[:size]], "cursor": {"next": cursor}, "hasMore": has_more}


def to_cursor(row: Any) -> str:
    text = f"{read_time(row[9]).isoformat()}|{read_uuid(row[0])}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def request_body(row: Any) -> dict[str, Any]:
    property_id = read_uuid(row[2])
    return {
        "id": read_uuid(row[0]),
        "proId": row[1],
        "propertyId": property_id,
        "contactId": read_uuid(row[3]),
        "name": row[4],
        "email": row[5] or None,
        "phone": row[6] or None,
        "message": row[7],
        "status": STATUS_NAMES[row[8]],
        "createdAt": to_milliseconds(row[9]),
        "updatedAt": to_milliseconds(row[10]),
        "readAt": to_milliseconds(row[11]),
        "repliedAt": to_milliseconds(row[12]),
        "property": {"id": property_id, "slug": row[13], "title": row[14]},
    }


def list_contacts(pro: int, query: dict[str, str]) -> dict[str, Any]:
    size = int(query.get("limit", 20))
    rows, total = ask(CONTACTS, pro, size), ask(CONTACTS_TOTAL, pro)[0][0]
    pagination = {"page": 1, "limit": size, "total": total, "totalPages": -(-total // size)}
    return {"data": [contact_body(row) for row in rows], "pagination": pagination}


def contact_body(row: Any) -> dict[str, Any]:
    return {
        "id": read_uuid(row[0]),
        "name": row[1],
        "email": row[2] or None,
        "phone": row[3] or None,
        "status": row[4],
        "role": row[5],
        "channelPreference": row[6] or None,
        "source": row[7],
        "referralSource": row[8] or None,
        "language": row[9],
        "appliedAt": to_seconds(row[10]),
        "createdAt": to_seconds(row[11]),
        "updatedAt": to_seconds(row[12]),
    }


def list_inquiries(pro: int, query: dict[str, str]) -> dict[str, Any]:
    size = int(query.get("per_page", 15))
    rows, total = ask(INQUIRIES, pro, size), ask(INQUIRIES_TOTAL, pro)[0][0]
    pagination = {"current_page": 1, "per_page": size, "total": total, "last_page": max(-(-total // size), 1)}
    return {"success": True, "data": [inquiry_body(row) for row in rows], "pagination": pagination}


def inquiry_body(row: Any) -> dict[str, Any]:
    person = json.loads(row[6]) if isinstance(row[6], str) else row[6]
    words, budget = row[12].split(), row[11]
    names = [person.get("first_name"), person.get("last_name")]
    return {
        "id": row[0],
        "inquiry_type_id": row[1],
        "inquiry_type": {"id": row[1], "name": row[2], "slug": row[3], "icon": row[4], "color": row[5]},
        "first_name": names[0] or None,
        "last_name": names[1] or None,
        "email": person.get("email") or None,
        "phone": person.get("phone") or None,
        "subject": row[7],
        "status": row[8],
        "priority": row[9],
        "category": row[10] or None,
        "budget": None if budget is None else float(budget),
        "budget_display": None if budget is None else f"€ {budget:,.2f}".translate(str.maketrans(",.", ".,")),
        "full_name": " ".join(filter(None, names)) or None,
        "truncated_message": " ".join(words[:10]) + ("..." if len(words) > 10 else ""),
        "created_at": to_microseconds(row[13]),
        "responded_at": to_microseconds(row[14]),
        "pipeline_status": row[15],
        "user_id": row[16],
        "created_by": row[17],
        "case_id": row[18],
    }
