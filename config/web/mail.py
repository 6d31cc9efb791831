"""Composing and sending mail."""

import logging
import re
import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from email.header import Header
from email.headerregistry import Address, HeaderRegistry, UniqueAddressHeader, UnstructuredHeader
from email.policy import default
from email.utils import formataddr, parseaddr
from functools import lru_cache
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException, SMTPSenderRefused
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.signing import BadSignature, Signer
from django.template.loader import render_to_string
from django.utils import translation

from .counters import count
from .signed_addresses import BOUNCE_USER, make_address
from .text import one_line

logger = logging.getLogger("vestibule.mail")

# The name of a mail's token in what a provider keeps of it.
METADATA = "vestibule_mail"
# RFC 3834: marks mail of a program, so that other programs do not reply to it.
AUTO_REPLIED = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
AUTO_GENERATED = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}

# "No reply" in English, French, Dutch, German, Spanish, Italian, Portuguese, Polish, Danish and Swedish, without
# accents; "-" stands for a separator or none.
_NO_REPLY = (
    *("no-reply", "no-replies", "do-not-reply", "dont-reply", "not-reply", "no-respond", "no-answer", "noreplay"),
    *("ne-pas-repondre", "ne-pas-repondez", "ne-repondez-pas", "pas-de-reponse", "sans-reponse", "no-repondre"),
    *("niet-beantwoorden", "niet-antwoorden", "niet-reageren", "geen-antwoord", "geen-reactie"),
    *("nicht-antworten", "nicht-beantworten", "keine-antwort", "keine-antworten"),
    *("no-responder", "no-responda", "no-responde", "no-contestar", "no-conteste", "sin-respuesta", "no-respuesta"),
    *("non-rispondere", "non-rispondete", "no-risposta", "nessuna-risposta"),
    *("nao-responda", "nao-responder", "nao-respondas", "sem-resposta", "nie-odpowiadaj", "nie-odpowiadac"),
    *("svar-ikke", "ikke-svar", "svara-ej", "ej-svar", "inte-svara"),
)
_MACHINE_ADDRESS = re.compile(
    rf"(^|[-_.+])({'|'.join(_NO_REPLY).replace('-', '[-_.]?')})($|[-_.+0-9])"
    r"|^(mailer[-_.]?daemon|mail[-_.]?daemon|postmaster|auto[-_.]?(confirm|reply|responder|answer))($|[-_.+])"
    r"|(^|[-_.+])bounces?($|[-_.+])|^(unmonitored|unattended|dev[-_.]?null)($|[-_.+])",
    re.I,
)


class _MessageIdsHeader(UnstructuredHeader):
    """Header of message ids, one unbroken id per line (RFC 5322, 3.6.4).

    The standard library would encode a long id, and mail programs do not recognise it then.
    """

    def fold(self: Any, *, policy: Any) -> str:
        return f"{self.name}: " + f"{policy.linesep} ".join(self.split()) + policy.linesep


class _SenderHeader(UniqueAddressHeader):
    """Header of one address whose name may hold letters with accents beside a comma: "Inès Moreau, Agence du Port".

    The standard library would encode the accents alone and leave the comma without quotes, which makes two addresses.
    """

    def fold(self: Any, *, policy: Any) -> str:
        folded = [_fold_address(each, policy.linesep) for each in self.addresses]
        return f"{self.name}: " + f",{policy.linesep} ".join(folded) + policy.linesep


def _fold_address(address: Address, linesep: str) -> str:
    if address.display_name.isascii():
        return formataddr((address.display_name, address.addr_spec))
    name = Header(address.display_name, "utf-8", maxlinelen=75, header_name="From").encode(linesep=linesep)
    return f"{name}{linesep} <{address.addr_spec}>"


class _Headers(HeaderRegistry):
    """The standard library's registry, which makes a class for every header of every mail, and parses equal ones anew.

    Most headers of our mails are the same in each, and they do not change once they are made.
    """

    def __init__(self) -> None:
        super().__init__()
        self._class_of = lru_cache(100)(super().__getitem__)
        self._parse = lru_cache(200)(super().__call__)

    def __getitem__(self, name: str) -> Any:
        return self._class_of(name)

    def __call__(self, name: str, value: Any) -> Any:
        return self._parse(name, value) if isinstance(value, str) else super().__call__(name, value)


_headers = _Headers()
_headers.map_to_type("from", _SenderHeader)  # type: ignore[arg-type]
for _name in ("message-id", "in-reply-to", "references"):
    _headers.map_to_type(_name, _MessageIdsHeader)  # type: ignore[arg-type]


class Mail(EmailMultiAlternatives):
    """Mail with text and HTML, with the message ids of its thread in the headers, and a Message-ID of our own domain.

    Django would name the machine in it, which tells strangers about the inside and is no domain of ours.
    """

    # For a provider of mail, which names it in its events about this mail.
    metadata: Mapping[str, str]

    def add_message_id(self) -> None:
        """Give it a Message-ID, unless it has one: it stays the same when the mail is sent once more."""
        if not any(name.lower() == "message-id" for name in self.extra_headers):
            self.extra_headers["Message-ID"] = make_message_id(f"mail.{uuid.uuid4()}")

    def message(self, *, policy: Any = default) -> Any:
        self.add_message_id()
        return super().message(policy=policy.clone(header_factory=_headers))


def make_message_id(name: str) -> str:
    """Message-ID of one of our own mails, by which a returned one is recognised: "<reply.5d1c…@vestibule.example>"."""
    return f"<{name}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>"


def _signer() -> Signer:
    return Signer(sep=".", salt="message-id")


def make_signed_message_id(name: str) -> str:
    """Message-ID like that of `make_message_id`, for a name that others could guess."""
    return make_message_id(_signer().sign(name))


def name_in_signed_message_id(message_id: str, prefix: str) -> str:
    """Text that `make_signed_message_id` was given after `prefix`, "" for a Message-ID that is not our own."""
    with suppress(BadSignature):
        return _signer().unsign(f"{prefix}{name_in_message_id(message_id, prefix)}").removeprefix(prefix)
    return ""


def name_in_message_id(message_id: str, prefix: str) -> str:
    """Text that `make_message_id` was given after `prefix`, "" for a Message-ID that is not our own."""
    name, _at, host = message_id.strip("<>").rpartition("@")
    is_own = make_message_id(name) == f"<{name}@{host}>" and name.startswith(prefix)
    return name.removeprefix(prefix) if is_own else ""


def is_answerable(address: str) -> bool:
    """True unless `address` is a no-reply or bounce address, which nobody reads."""
    user = unicodedata.normalize("NFKD", address.rpartition("@")[0][:320])
    return _MACHINE_ADDRESS.search("".join(c for c in user if not unicodedata.combining(c))) is None


def compose(template: str, context: Mapping[str, object], language: str) -> tuple[str, str, str]:
    """Render subject, text and HTML of `templates/emails/<template>.txt` and `.html` in `language`.

    The subject is the partial `subject` of the text template.
    """
    with translation.override(language):
        subject = render_to_string(f"emails/{template}.txt#subject", context)
        text = render_to_string(f"emails/{template}.txt", context)
        html = render_to_string(f"emails/{template}.html", context)
    return one_line(subject), text.strip() + "\n", html


def compose_subject(template: str, context: Mapping[str, object], language: str) -> str:
    """Render the subject of a mail alone, in `language`."""
    with translation.override(language):
        return one_line(render_to_string(f"emails/{template}.txt#subject", context))


def compose_mail(
    template: str,
    context: Mapping[str, object],
    *,
    to: str,
    language: str,
    cc: Sequence[str] = (),
    reply_to: str = "",
    sender: str = "",
    sender_address: str = "",
    bounce_token: str = "",
    headers: Mapping[str, str] | None = None,
    files: Iterable[tuple[str, bytes, str]] = (),
) -> Mail:
    """Compose a mail to one address, with copies to `cc`. `sender` replaces the usual name in From, `sender_address`
    the installation's own address there. Reports on the delivery go to an address with `bounce_token`, if the
    installation receives mail, else to the address in From; a provider of mail names the token in its events.
    `files` are attached: (name, content, content type).
    """
    subject, text, html = compose(template, context, language)
    address = sender_address or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    from_email = formataddr((one_line(sender), address)) if sender else settings.DEFAULT_FROM_EMAIL
    # A provider gets the reports itself.
    has_reports = bounce_token and not settings.MAIL_PROVIDER
    envelope_sender = make_address(BOUNCE_USER, bounce_token) if has_reports else ""
    message = Mail(
        subject=subject,
        body=text,
        from_email=envelope_sender or from_email,
        to=[to],
        cc=list(cc),
        reply_to=[reply_to] if reply_to else None,
        # Django takes the sender of the envelope from `from_email`, and a header From before it.
        headers={**(headers or {}), **({"From": from_email} if envelope_sender else {})},
    )
    if bounce_token and settings.MAIL_PROVIDER:
        message.metadata = {METADATA: bounce_token}
    message.attach_alternative(html, "text/html")
    for name, content, content_type in files:
        message.attach(name, content, content_type)
    return message


def send(template: str, context: Mapping[str, object], **options: Any) -> None:
    """Compose a mail, with the options of `compose_mail`, and send it.

    Raises the errors of the mail backend; the calling task is then retried by the worker, unless `is_final_refusal`.
    A connection that breaks after the text of a mail leaves open whether the server took it: it is sent again too.
    """
    try:
        _send_by_any_sender(compose_mail(template, context, **options))
    except OSError as error:
        if is_final_refusal(error):
            count("vestibule_mails_total", outcome="refused")
        raise
    count("vestibule_mails_total", outcome="sent")


def _send_by_any_sender(message: Mail) -> None:
    """Send a mail, under the address in From when the server refuses another sender of the envelope for good."""
    message.add_message_id()
    try:
        message.send()
    except SMTPSenderRefused as error:
        usual = message.extra_headers.pop("From", "")
        if error.smtp_code < 500 or not usual:
            raise
        logger.warning(
            "the mail server takes no sender at REPLY_DOMAIN, and reports do not come back: %s", error.smtp_code
        )
        message.from_email = usual
        message.send()


def try_to_send(template: str, context: Mapping[str, object], **options: Any) -> str:
    """Send a mail as `send` does; return the server's answer when it is refused for good, "" when it is sent.

    A refusal is logged: the task ends then.
    """
    try:
        send(template, context, **options)
    except OSError as error:
        if not is_final_refusal(error):
            raise
        answer = server_answer(error)
        logger.warning("the mail %s is refused for good: %s", template, answer)
        return answer
    return ""


def is_final_refusal(error: Exception) -> bool:
    """True if the server refuses the recipients for good, and would the next time (RFC 5321, 4.2.1)."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    # Some servers look for the mailbox once they have the whole mail.
    return isinstance(error, SMTPDataError) and error.smtp_code == 550


def server_answer(error: Exception) -> str:
    """The mail server's answer in one line, else the error."""
    answers: list[tuple[int, Any]] = []
    if isinstance(error, SMTPRecipientsRefused):
        answers = list(error.recipients.values())
    elif isinstance(error, SMTPResponseException):
        answers = [(error.smtp_code, error.smtp_error)]
    lines = [f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}" for code, text in answers]
    return one_line(", ".join(lines) or str(error)) or type(error).__name__
