"""E-mails as Mailgun's form and Postmark's JSON give them, made into parts as if they had come whole.

django-anymail verifies these calls; it does not read them, as one odd header or file would lose the whole e-mail.
Sources: Mailgun, "Parsed messages parameters"; Postmark, "Inbound webhook".
"""

import binascii
import json
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from ..payload import clean_text
from .parts import MailPart, parse_head, parse_mail

MAX_FIELDS = 1000


class NoMailError(ValueError):
    """A call that holds no e-mail."""


def read_json(source: bytes) -> Any:
    """JSON with odd characters too, which the strict decoder refuses. Raises NoMailError for none."""
    try:
        return json.loads(source.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise NoMailError("no JSON") from None


def read_form(body: bytes, content_type: str, *, is_limited: bool = True) -> tuple[dict[str, bytes], list[MailPart]]:
    """Fields and files of a form. Raises NoMailError for another body.

    Fields stay bytes: one of them may be a raw e-mail in any character set.
    """
    if content_type.lower().startswith("application/x-www-form-urlencoded"):
        try:
            pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=MAX_FIELDS)
            return {name.decode("ascii", "replace"): value for name, value in pairs}, []
        except ValueError:
            raise NoMailError("form") from None
    head = f"Content-Type: {content_type[:500]}\r\n\r\n".encode()
    if parse_head(head).kind != "multipart/form-data" or not re.search(r"boundary=\S", content_type):
        raise NoMailError("no form")
    form = parse_mail(head + body, is_limited=is_limited)
    parts = [part for part in form.walk() if isinstance(part, MailPart) and not part.is_multipart()]
    fields = {_field_name(part): part.source for part in parts if part.get_filename() is None}
    return fields, [part for part in parts if part.get_filename() is not None]


def _field_name(part: MailPart) -> str:
    return str(part.lenient.get_param("name", "", "Content-Disposition"))


def mailgun_mail(fields: Mapping[str, bytes], files: Iterable[MailPart]) -> MailPart:
    """The e-mail in Mailgun's form. Raises NoMailError for another form."""
    if fields.get("event", b"inbound") != b"inbound" or "attachments" in fields:
        raise NoMailError("not forwarded")
    if raw := fields.get("body-mime"):
        email = parse_mail(raw)
    else:
        headers = list(_header_pairs(fields.get("message-headers", b"")))
        if not headers:
            raise NoMailError("no headers")
        attachments = [_file(part.get_filename(), part.kind, part.source) for part in files]
        email = _mail(headers, _text(fields, "body-plain"), _text(fields, "body-html"), attachments)
    email.envelope_sender = _text(fields, "sender") if "sender" in fields else None
    return email


def _header_pairs(source: bytes) -> Iterator[tuple[str, str]]:
    """Headers in Mailgun's JSON, those left out that are none."""
    items = read_json(source)
    for item in items if isinstance(items, list) else []:
        match item:
            case [str(name), str(value)]:
                yield name, value


def mailgun_head(start: bytes, content_type: str) -> MailPart:
    """The headers of the e-mail in Mailgun's form, as far as the form's `start` has them."""
    try:
        fields, _files = read_form(start, content_type, is_limited=False)
    except RecursionError:
        return MailPart()
    if raw := fields.get("body-mime"):
        return parse_head(raw)
    email = MailPart()
    email.add("From", _text(fields, "from"))
    email.add("Subject", _text(fields, "subject"))
    if match := re.search(rb'"message-id",\s*"(<[^"<>\s\\]{1,250}>)"', fields.get("message-headers", b""), re.I):
        email.add("Message-ID", match[1].decode("utf-8", "replace"))
    email.envelope_sender = _text(fields, "sender") if "sender" in fields else None
    return email


def _text(fields: Mapping[str, bytes], name: str) -> str:
    return fields.get(name, b"").decode("utf-8", "replace")


def postmark_mail(body: bytes) -> MailPart:
    """The e-mail in Postmark's JSON. Raises NoMailError for other JSON."""
    payload = postmark_payload(body)
    sender = None
    headers = [(header.get("Name"), header.get("Value")) for header in _objects(payload, "Headers")]
    if headers and str(headers[0][0]).lower() == "return-path":
        # Postmark puts the sender of the envelope first; elsewhere anybody may have written it.
        sender = str(headers.pop(0)[1]).strip().removeprefix("<").removesuffix(">")
    own = [("From", _header_address(payload.get("FromFull"))), ("Subject", payload.get("Subject"))]
    own += [("Reply-To", payload.get("ReplyTo")), ("Date", payload.get("Date"))]
    own += [("To", payload.get("To")), ("Cc", payload.get("Cc"))]
    attachments = [_attachment(file) for file in _objects(payload, "Attachments")]
    named = [(name, value) for name, value in [*own, *headers] if isinstance(name, str) and isinstance(value, str)]
    texts = [text if isinstance(text := payload.get(name), str) else "" for name in ("TextBody", "HtmlBody")]
    email = _mail([(name, value) for name, value in named if value], texts[0], texts[1], attachments)
    email.envelope_sender = sender
    return email


def postmark_payload(body: bytes) -> dict[str, Any]:
    """Postmark's JSON. Raises NoMailError for other JSON."""
    payload = read_json(body)
    if not isinstance(payload, dict) or not isinstance(payload.get("FromFull") or {}, dict):
        raise NoMailError("no e-mail")
    if not isinstance(payload.get("Headers") or [], list) or payload.get("FromFull") == []:
        raise NoMailError("no headers")
    return payload


def _objects(payload: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    items = payload.get(name)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _header_address(full: Any) -> str:
    """A name and an address as a header has them."""
    if not isinstance(full, dict):
        return ""
    name, address = (str(value) if isinstance(value := full.get(key), str) else "" for key in ("Name", "Email"))
    escaped = re.sub(r'([\\"])', r"\\\1", " ".join(name.split()))
    return f'"{escaped}" <{address}>' if escaped else address


def _attachment(file: Mapping[str, Any]) -> MailPart:
    """A file of Postmark's JSON; it is broken when its content cannot be decoded."""
    name, kind = (value if isinstance(value := file.get(key), str) else "" for key in ("Name", "ContentType"))
    data = file.get("Content") or file.get("Data")
    try:
        part = _file(name, kind, b64decode(re.sub(r"\s+", "", data), validate=True) if isinstance(data, str) else b"")
    except (binascii.Error, ValueError):
        part = _file(name, kind, b"")
        part.is_broken = True
    return part


def _file(name: str | None, kind: str, content: bytes) -> MailPart:
    part = MailPart(match[0].lower() if (match := re.match(r"[\w.+-]+/[\w.+-]+", kind)) else "application/octet-stream")
    if part.get_content_maintype() == "multipart":
        part.kind = "application/octet-stream"
    plain = " ".join(clean_text(name, 1000).split())
    disposition = {"filename": plain} if plain else {}
    part.lenient.add_header("Content-Disposition", "attachment", **disposition)
    part.set_source(content, 0, len(content))
    return part


def _mail(headers: Iterable[tuple[str, str]], text: str, html: str, files: list[MailPart]) -> MailPart:
    email, letter = MailPart("multipart/mixed"), MailPart("multipart/alternative")
    for name, value in headers:
        email.add(name, value)
    if re.match(r"multipart/report\b", str(email.lenient.get("Content-Type", "")), re.I):
        email.kind = "multipart/report"
    letter.set_payload([_text_part("text/plain", text), _text_part("text/html", html)])
    email.set_payload([letter, *files])
    return email


def _text_part(kind: str, text: str) -> MailPart:
    part = MailPart(kind)
    part.lenient["Content-Type"] = f"{kind}; charset=utf-8"
    source = text.encode("utf-8", "replace")
    part.set_source(source, 0, len(source))
    return part
