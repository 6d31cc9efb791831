"""Calls as the providers document them, and their delivery to the webhooks.

Sources: WhatsApp Business Platform, webhook reference; core.telegram.org/bots/api; Mailgun, "Parsed messages
parameters"; Postmark, "Inbound webhook".
"""

import hashlib
import hmac
import json
import time
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from contacts.models import ChannelConnection

from .peer import PHONE_ID

SECRET = "s3cret-of-the-tests"
TOKEN = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11"
SETTINGS = {
    "whatsapp": {"address": PHONE_ID, "secret": SECRET, "token": "EAAG-of-the-tests"},
    "telegram": {"secret": SECRET, "token": TOKEN},
    "mailgun": {"provider": "mailgun", "address": "desk@in.example.com", "secret": SECRET},
    "postmark": {"provider": "postmark", "address": "desk@in.example.com", "secret": SECRET},
    "mime": {"provider": "mime", "address": "desk@in.example.com", "secret": SECRET},
}
PROVIDERS = list(SETTINGS)
AT = 1_772_000_000  # in the past
THEN = datetime.fromtimestamp(AT, UTC)
# The id of Inès Marchand at WhatsApp.
BSUID = "FR.13491208655302741918"


def connect(pro: Any, provider: str, **fields: Any) -> ChannelConnection:
    channel = provider if provider in ("whatsapp", "telegram") else "email"
    return ChannelConnection.objects.connect(pro, channel, {**SETTINGS[provider], **fields})


# --- WhatsApp


def text(body: str, **more: Any) -> dict[str, Any]:
    return {
        "from": "33612345678",
        "id": "wamid.1",
        "timestamp": str(AT),
        "type": "text",
        "text": {"body": body},
    } | more


def whatsapp(*messages: Any, contacts: Any = None, statuses: Any = None) -> dict[str, Any]:
    """A call with messages or statuses."""
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "33491555012", "phone_number_id": PHONE_ID},
    }
    if messages:
        person = {"profile": {"name": "Inès Marchand"}, "wa_id": "33612345678", "user_id": BSUID}
        value |= {"contacts": [person] if contacts is None else contacts, "messages": list(messages)}
    if statuses:
        value["statuses"] = statuses
    change = {"value": value, "field": "messages"}
    return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [change]}]}


# --- Telegram


def update(message: Any, name: str = "message", number: int = 10000) -> dict[str, Any]:
    return {"update_id": number, name: message}


def telegram(**more: Any) -> dict[str, Any]:
    """A message of a private chat."""
    return {
        "message_id": 1365,
        "from": {"id": 1111111, "is_bot": False, "first_name": "Théo", "last_name": "Morvan", "language_code": "fr"},
        "chat": {"id": 1111111, "first_name": "Théo", "last_name": "Morvan", "type": "private"},
        "date": AT,
    } | (more or {"text": "Bonjour"})


# --- E-mail


def mime(body: str = "Bonjour, est-ce libre ?\r\n", **headers: str | None) -> bytes:
    """A message of RFC 5322; a name with _ has - in its header, and None leaves it out."""
    usual = {
        "From": "Léa Fontanel <lea@example.org>",
        "To": "desk@in.example.com",
        "Subject": "Dossier",
        "Message-ID": "<a1@example.org>",
        "Date": "Mon, 04 May 2026 10:00:00 +0200",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}\r\n" for name, value in usual.items() if value is not None]
    return ("".join(lines) + "\r\n" + body).encode()


def bounce(id: str = "<sent@testserver>", action: str = "failed") -> bytes:
    """A report that the e-mail of this id could not be delivered, or what else became of it (RFC 3464)."""
    return (
        "From: Mail Delivery System <MAILER-DAEMON@example.org>\r\nTo: desk@in.example.com\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <b1@example.org>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain\r\n\r\nThere is no such person.\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n"
        f"Final-Recipient: rfc822; lea@example.org\r\nAction: {action}\r\nStatus: 5.1.1\r\n\r\n"
        f"--B\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {id}\r\nSubject: Re: Dossier\r\n\r\nBonjour\r\n"
        "--B--\r\n"
    ).encode()


def mailgun_form(token: str = "t" * 50, at: int | None = None, **more: Any) -> dict[str, Any]:
    headers = [
        ["From", "Léa Fontanel <lea@example.org>"],
        ["To", "desk@in.example.com"],
        ["Subject", "Dossier"],
        ["Message-Id", "<a1@example.org>"],
    ]
    at = int(time.time()) if at is None else at
    signature = hmac.new(SECRET.encode(), f"{at}{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "recipient": "desk@in.example.com",
        "sender": "lea@example.org",
        "subject": "Dossier",
        "from": "Léa Fontanel <lea@example.org>",
        "body-plain": "Bonjour, est-ce libre ?\r\n",
        "message-headers": json.dumps(headers),
        "timestamp": str(at),
        "token": token,
        "signature": signature,
    } | {name.replace("_", "-"): value for name, value in more.items()}


def postmark(**more: Any) -> dict[str, Any]:
    return {
        "FromName": "Léa Fontanel",
        "From": "lea@example.org",
        "FromFull": {"Email": "lea@example.org", "Name": "Léa Fontanel", "MailboxHash": ""},
        "ToFull": [{"Email": "desk@in.example.com", "Name": "", "MailboxHash": ""}],
        "OriginalRecipient": "desk@in.example.com",
        "Subject": "Dossier",
        "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b",
        "TextBody": "Bonjour, est-ce libre ?\r\n",
        "HtmlBody": "",
        "Headers": [{"Name": "Message-ID", "Value": "<a1@example.org>"}],
        "Attachments": [],
    } | more


# --- Delivering a call


def usual(provider: str) -> tuple[bytes, str]:
    """A call of each provider: body and content type."""
    if provider == "mailgun":
        return encode_multipart(BOUNDARY, mailgun_form()), MULTIPART_CONTENT
    if provider == "mime":
        return mime(), "message/rfc822"
    bodies = {"whatsapp": whatsapp(text("Bonjour")), "telegram": update(telegram()), "postmark": postmark()}
    return json.dumps(bodies[provider]).encode(), "application/json"


def proof(provider: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Headers that verify a call; Mailgun's signature is in the form."""
    signed = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if provider == "postmark":
        return {"Authorization": "Basic " + b64encode(f"vestibule:{secret}".encode()).decode()}
    return {
        "whatsapp": {"X-Hub-Signature-256": signed},
        "telegram": {"X-Telegram-Bot-Api-Secret-Token": secret},
        "mime": {"X-Vestibule-Signature-256": signed},
        "mailgun": {},
    }[provider]


def path(connection: ChannelConnection) -> str:
    return f"/channels/{connection.channel}/{connection.key}"


def deliver(client: Any, connection: ChannelConnection, body: Any = None, content_type: str = "", **more: Any) -> Any:
    """Deliver a call with its proof, the usual call without a body; `headers` replace the proof."""
    if body is None:
        body, content_type = usual(connection.provider)
    elif not isinstance(body, bytes):
        body = json.dumps(body).encode()
    headers = more.pop("headers", proof(connection.provider, body))
    return client.generic("POST", path(connection), body, content_type or "application/json", headers=headers, **more)
