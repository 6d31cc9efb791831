"""The installation's provider hands over e-mails to its reply addresses."""

import json
from itertools import count
from typing import Any

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from contacts.reply_addresses import make_bounce_token

from .payloads import SECRET, mailgun_form, postmark, proof

DOMAIN = "reply.example.com"
TOKENS = count(1)


def receive_replies(settings: Any, provider: str = "mailgun") -> None:
    """Have the installation receive mail at its reply addresses."""
    settings.REPLY_DOMAIN, settings.REPLY_PROVIDER, settings.REPLY_WEBHOOK_SECRET = DOMAIN, provider, SECRET


def make_bounce_address(name: str) -> str:
    """The sender in the envelope of a mail, by its name, such as "offer:17"."""
    return f"bounce+{make_bounce_token(name)}@{DOMAIN}"


def reply_call(provider: str, to: str, text: str, *, by: str, id: str, about: str = "") -> tuple[bytes, str]:
    """Body and content type of the call that hands over an e-mail."""
    headers = {"Subject": "Re: Your message", "Message-ID": id, **({"In-Reply-To": about} if about else {})}
    if provider == "postmark":
        named = [{"Name": name, "Value": value} for name, value in headers.items() if name != "Subject"]
        sender = {"Email": by, "Name": "Ana", "MailboxHash": ""}
        whole = {"FromFull": sender, "OriginalRecipient": to, "Subject": headers["Subject"], "Headers": named}
        return json.dumps(postmark(**whole, TextBody=text, MessageID=id)).encode(), "application/json"
    pairs = [["From", f"Ana <{by}>"], ["To", to], *map(list, headers.items())]
    more = {"recipient": to, "sender": by, "from": f"Ana <{by}>", "body-plain": text}
    form = mailgun_form(token=f"token-{next(TOKENS)}", message_headers=json.dumps(pairs)) | more
    return encode_multipart(BOUNDARY, form), MULTIPART_CONTENT


def deliver_reply(
    client: Any, provider: str, to: str, text: str = "Thank you", *, by: str = "ana@example.org", **more: Any
) -> Any:
    """Deliver an e-mail with its proof; `headers` replace that."""
    headers = more.pop("headers", None)
    body, content_type = reply_call(provider, to, text, by=by, **{"id": "<back@example.org>", **more})
    headers = proof(provider, body) if headers is None else headers
    return client.generic("POST", "/channels/replies", body, content_type, headers=headers)
