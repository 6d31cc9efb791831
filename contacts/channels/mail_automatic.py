"""Recognise e-mails that a program wrote. Source: RFC 3834 (Auto-Submitted)."""

from anymail.inbound import AnymailInboundMessage

from config.web.mail import is_answerable

from .mail_bounces import is_bounce
from .mail_headers import header

LIST_HEADERS = ("list-id", "list-unsubscribe", "list-post")
ROBOT_HEADERS = ("x-autoreply", "x-autorespond", "x-auto-response-suppress", "x-failed-recipients")


def is_automatic(email: AnymailInboundMessage, address: str) -> bool:
    """True if nobody expects an answer: an auto-reply, a bounce, a mailing list, a program."""
    submitted = header(email, "Auto-Submitted").partition(";")[0].strip().lower()
    precedence = header(email, "Precedence").strip().lower()
    return (
        submitted not in ("", "no")
        or precedence in ("bulk", "list", "junk", "auto_reply")
        or any(name in email for name in (*LIST_HEADERS, *ROBOT_HEADERS))
        or is_bounce(email)
        or not is_answerable(address)
    )
