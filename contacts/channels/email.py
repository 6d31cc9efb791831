"""E-mail: inbound by Mailgun and Postmark, whose webhooks django-anymail reads, or as a signed MIME message; outbound
by the installation's own mail server.

Sources: anymail.dev (inbound webhooks), RFC 5322 (Message-ID, References). `secret` is Mailgun's signing key, the
password in the address that Postmark calls, or the key that signs the MIME message; `address` is where people write to.
"""

import time
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.http import parse_header_parameters
from django.utils.module_loading import import_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from config.web import mail
from config.web.mail import AUTO_GENERATED, AUTO_REPLIED
from config.web.refusals import is_mailbox_gone

from ..models import ChannelConnection, ContactMessage, MessageFile, SenderRule
from ..reply_addresses import find_mail_address, make_bounce_token, name_message
from ..topics import read_topic
from .mail_calls import MailCall, read_safely
from .mail_headers import MALFORMED
from .mail_senders import CHANNEL
from .message import InboundMessage, RefusedError, SendFailedError
from .signing import check_signature

MAX_BODY = 35 * 1024 * 1024  # bytes; Postmark's own limit
# The user name in the address that Postmark calls.
USER = "vestibule"
# Mailgun's signature covers a time and a token, not the message: a call is accepted this long after its time.
MAILGUN_MAX_AGE = 24 * 3600  # seconds


class StoredRequest(HttpRequest):
    """A request for anymail to read, made of a stored call: headers, content type and raw body."""

    body: bytes = b""

    def __init__(self, headers: Mapping[str, str], body: bytes, content_type: str) -> None:
        super().__init__()
        self.method, self.body = "POST", body
        named = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}
        self.META = {**named, "CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body))}
        self.content_type, self.content_params = parse_header_parameters(content_type)
        if self.content_type == "multipart/form-data":
            handlers = [_InMemoryUploadHandler(self)]
            self.POST, self.FILES = MultiPartParser(self.META, BytesIO(body), handlers, "utf-8").parse()  # type: ignore[assignment]
        elif self.content_type == "application/x-www-form-urlencoded":
            self.POST = QueryDict(body.decode("utf-8", "replace"))


class _InMemoryUploadHandler(MemoryFileUploadHandler):
    """Leaves files in memory, whatever their size: the body is there already."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True


# django-anymail's views by provider.
VIEWS = {
    "mailgun": "anymail.webhooks.mailgun.MailgunInboundWebhookView",
    "postmark": "anymail.webhooks.postmark.PostmarkInboundWebhookView",
}


def load_view(path: str, provider: str, secret: str) -> Any:
    """One of django-anymail's views. Loaded for a provider's first call: `requests` and more come with it, 5 MB that
    most processes never need.
    """
    if provider == "mailgun":
        return import_string(path)(webhook_signing_key=secret)
    return import_string(path)(webhook_secret=f"{USER}:{secret}")


def verify_call(connection: ChannelConnection, headers: Mapping[str, str], body: bytes, content_type: str) -> str:
    """Raise RefusedError unless the call comes from the provider, or from somebody who knows the secret.

    Return what tells this call from others: Mailgun's token, as Mailgun signs that and not the body, so that each token
    is accepted once; "" where the body does.
    """
    if not connection.secret:
        raise RefusedError("no secret")
    if connection.provider not in VIEWS:
        check_signature(connection.secret, body, headers.get("X-Vestibule-Signature-256", ""))
        return ""
    try:
        request = StoredRequest(headers, body, content_type)
        if connection.provider == "mailgun" and not request.POST:
            raise RefusedError("no form")  # Mailgun's JSON reports on sent e-mails.
        load_view(VIEWS[connection.provider], connection.provider, connection.secret).run_validators(request)
        return _fresh_token(request) if connection.provider == "mailgun" else ""
    except (SuspiciousOperation, MultiPartParserError, *MALFORMED) as error:
        raise RefusedError(type(error).__name__) from None


def _fresh_token(request: HttpRequest) -> str:
    """Mailgun's token of the call. Raises RefusedError for an old one, which somebody may have found."""
    at, token = request.POST.get("timestamp", ""), request.POST.get("token", "")
    if not (at.isascii() and at.isdigit() and abs(time.time() - int(at[:15])) < MAILGUN_MAX_AGE and token):
        raise RefusedError("out of date")
    return token


def read_call(connection: ChannelConnection, body: bytes, content_type: str) -> Iterator[InboundMessage]:
    """Yield the message of one e-mail; the test of a connection holds none.

    Raises UnreadableError when the call is no e-mail.
    """
    call = MailCall(
        provider=connection.provider,
        body=body,
        content_type=content_type,
        test_id=_test_id(connection),
        own_addresses=(connection.address, connection.pro.email),
        roles=SenderRule.objects.by_address(connection.pro),
        language=get_language() or settings.LANGUAGE_CODE,
    )
    if inbound := read_safely(call):
        yield inbound


def send_text(connection: ChannelConnection | None, message: ContactMessage) -> str:
    """Send an e-mail as a reply to the ones before it and return its Message-ID.

    Without a connection, answers to it go where `find_mail_address` says. Raises SendFailedError when the mail server
    does not accept it.
    """
    context, options = describe_answer(message)
    reply_to = connection.address if connection else find_mail_address(message.pro, name_message(message))
    options["bounce_token"] = make_bounce_token(name_message(message))
    _send_mail("message", context, reply_to=reply_to, **options)
    return mail.make_message_id(str(message.pk))


def sender_name(message: ContactMessage) -> str:
    """The name that an answer comes from: "Inès Moreau, Agence du Port"."""
    return ", ".join(filter(None, [message.author.name if message.author else "", message.pro.name]))


def describe_answer(message: ContactMessage) -> tuple[dict[str, Any], dict[str, Any]]:
    """Context and options by which `mail.compose_mail` composes an answer. Raises StorageUnavailableError."""
    headers = {"Message-ID": mail.make_message_id(str(message.pk))}
    if message.is_automatic:
        headers |= AUTO_REPLIED
    # A header would encode other ids, and no mail program recognises those.
    if references := [reference for reference in message.references if reference.isascii()]:
        headers |= {"In-Reply-To": references[-1], "References": " ".join(references)}
    before = _message_before(message)
    about = None if before else read_topic(message.contact, message.topic)
    words = before.text if before else about.words if about else ""
    context = {
        "message": message,
        "before": before,
        "about": about,
        "words": words,
        "quoted": "\n".join(f"> {line}" for line in words.splitlines()),
        "pro": message.pro,
    }
    options = {
        "to": message.address,
        "cc": [address for _name, address in message.cc],
        "language": message.contact.language,
        "headers": headers,
        "sender": sender_name(message),
        "files": [_read_file(file) for file in message.files.all()],
    }
    return context, options


def _read_file(file: MessageFile) -> tuple[str, bytes, str]:
    with file.open() as opened:
        return file.filename, opened.read(), file.mime_type


def check_connection(connection: ChannelConnection) -> str:
    """Send an e-mail to the connection's own address and return the address.

    Once it has come back, it shows as the last message received. Raises SendFailedError when the mail server does not
    accept it.
    """
    headers = {"Message-ID": _test_id(connection), **AUTO_GENERATED}
    address, language = connection.address, connection.pro.language
    options = {"sender": connection.pro.name, "reply_to": address, "language": language, "headers": headers}
    _send_mail("channel_test", {"connection": connection}, to=address, **options)
    return address


def _send_mail(template: str, context: dict[str, Any], *, to: str, **options: Any) -> None:
    # It would take SMTPUTF8 (RFC 6531), which Django does not speak.
    if not to.rpartition("@")[0].isascii():
        raise SendFailedError(_("No e-mail can be sent to an address with such letters before the @."), is_final=True)
    try:
        mail.send(template, context, to=to, **options)
    except OSError as error:
        raise explain_refusal(error) from None


def explain_refusal(error: OSError) -> SendFailedError:
    """The failure of an e-mail that a mail server did not accept."""
    answer, is_final = mail.server_answer(error), mail.is_final_refusal(error)
    reason = _("The mail server did not accept it (%(what)s).") % {"what": answer}
    return SendFailedError(reason, is_final=is_final, is_gone=is_final and is_mailbox_gone(answer))


def _message_before(message: ContactMessage) -> ContactMessage | None:
    """The inbound e-mail that a message answers."""
    received = message.contact.messages.filter(channel=CHANNEL, state="received", is_silent=False)
    received = received.filter(created_at__lt=message.created_at)
    if message.topic:
        received = received.filter(topic=message.topic)
    return received.order_by("-created_at", "-id").first() if message.references else None


def _test_id(connection: ChannelConnection) -> str:
    return mail.make_message_id(f"test.{connection.verify_token}")
