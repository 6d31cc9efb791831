"""The lower limit of cost: what the product's busiest routes do, without any framework.

A bare WSGI function under the same gunicorn: token look-up and SQL by the database's own driver, JSON by a C encoder.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from .database import ask
from .lists import list_contacts, list_inquiries, list_requests
from .writes import change_status, receive_form, submit

LISTS: dict[str, Callable[[int, dict[str, str]], Any]] = {
    "/pro/contact-requests": list_requests,
    "/api/v1/contacts": list_contacts,
    "/api/inquiries/list": list_inquiries,
}
TOKEN = """
SELECT t.hash, t.scopes, t.pro_id, p.plan FROM accounts_apitoken t JOIN accounts_pro p ON p.id = t.pro_id
WHERE t.prefix = %s AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > CURRENT_TIMESTAMP)"""


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) if method != "GET" else b""
    if path.startswith("/properties/"):
        start_response("302 Found", [("Location", receive_form(path.rpartition("/")[2], content))])
        return [b""]
    pro = authenticate(environ.get("HTTP_AUTHORIZATION", ""))
    if pro is None:
        start_response("401 Unauthorized", [])
        return [b""]
    status = "201 Created" if method == "POST" else "200 OK"
    body = msgspec.json.encode(respond(method, path, pro, environ["QUERY_STRING"], content))
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def authenticate(header: str) -> int | None:
    """The Pro of a bearer token."""
    text = header.removeprefix("Bearer ")
    tokens = ask(TOKEN, text[:12])
    is_known = tokens and hmac.compare_digest(tokens[0][0], hashlib.sha256(text.encode()).hexdigest())
    return tokens[0][2] if is_known else None


def respond(method: str, path: str, pro: int, query: str, content: bytes) -> Any:
    if method == "POST":
        return submit(pro, content)
    if method == "PUT":
        return change_status(pro, path.rpartition("/")[2], content)
    return LISTS[path](pro, dict(parse_qsl(query)))
