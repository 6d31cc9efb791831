"""The errors of mail servers in plain words, for the Pro."""

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from imaplib import IMAP4
from smtplib import SMTPAuthenticationError, SMTPException, SMTPResponseException

from django.utils.translation import gettext as _
from imap_tools.errors import UnexpectedCommandStatusError

from config.outgoing import BlockedAddressError
from config.web.text import one_line


class MailboxError(Exception):
    """A mailbox cannot be used now; its text is a sentence for the Pro."""


@contextmanager
def explain_errors(host: str, port: int) -> Iterator[None]:
    """Raise MailboxError for whatever goes wrong with this server."""
    try:
        yield
    except BlockedAddressError:
        raise MailboxError(_("%(host)s has a private address, which is not allowed here.") % {"host": host}) from None
    except (IMAP4.error, UnexpectedCommandStatusError, SMTPException) as error:
        raise MailboxError(_server_words(host, error)) from None
    except OSError as error:
        raise MailboxError(_network_words(error) % {"host": host, "port": port, "what": server_answer(error)}) from None


def _network_words(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return _("There is no server named %(host)s.")
    if isinstance(error, ssl.SSLCertVerificationError):
        return _("The TLS certificate of %(host)s is not trusted (%(what)s).")
    if isinstance(error, ssl.SSLError):
        return _("%(host)s does not speak TLS on port %(port)s; the other kind of encryption may be right (%(what)s).")
    if isinstance(error, TimeoutError):
        return _("%(host)s did not answer in time on port %(port)s.")
    if isinstance(error, ConnectionRefusedError):
        return _("%(host)s takes no connections on port %(port)s.")
    return _("The connection to %(host)s failed (%(what)s).")


def _server_words(host: str, error: Exception) -> str:
    what = {"host": host, "what": server_answer(error)}
    if isinstance(error, SMTPAuthenticationError):
        return _("%(host)s does not accept user name and password (%(what)s).") % what
    if isinstance(error, IMAP4.abort | SMTPException) and not isinstance(error, SMTPResponseException):
        return _("The connection to %(host)s failed (%(what)s).") % what
    return _("%(host)s refused (%(what)s).") % what


def server_answer(error: Exception) -> str:
    """The server's own words, without what belongs to the protocol."""
    words: object = str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        words = error.verify_message
    elif isinstance(error, ssl.SSLError):
        words = error.reason or type(error).__name__
    elif isinstance(error, SMTPResponseException):
        words = f"{error.smtp_code} {_decode(error.smtp_error)}"
    elif isinstance(error, UnexpectedCommandStatusError):
        words = _decode((error.command_result[1] or [b""])[-1])
    elif isinstance(error, OSError):
        words = error.strerror or error
    return one_line(re.sub(r"^b?'?\[[A-Z-]+\] ", "", str(words)), 200) or type(error).__name__


def _decode(text: object) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else str(text or "")
