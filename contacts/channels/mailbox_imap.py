"""Open a Pro's mailbox by IMAP, and read it without changing anything in it.

Sources: RFC 3501 (IMAP), RFC 6154 (special-use folders), RFC 7628 and Google's XOAUTH2. imap-tools speaks IMAP; what is
added are the deadline, the limits and the check of the address, as the servers' names come from outside.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from imaplib import IMAP4, Internaldate2tuple
from itertools import pairwise
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxFetchError, MailboxFolderSelectError
from imap_tools.utils import check_command_status

from config.outgoing import OutgoingSocket, open_socket

from ..models import MailboxSettings
from .mailbox_errors import MailboxError, explain_errors, server_answer
from .mailbox_tokens import get_access_token, reject_access_token

MAX_MAIL = 35 * 1024 * 1024  # bytes
# Bytes of one connection: a few of the largest mails.
MAX_TRAFFIC = 3 * MAX_MAIL
SESSION_SECONDS = 60.0
LISTED_PARTS = "(UID RFC822.SIZE INTERNALDATE)"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UID, SIZE = re.compile(rb"\bUID (\d+)"), re.compile(rb"\bRFC822\.SIZE (\d+)")
# Names of the folder for sent mail, where the server does not mark it (RFC 6154 came late).
SENT_NAMES = {
    *("sent", "sent items", "sent messages", "sent mail", "sent objects", "outbox sent"),
    *("envoyés", "éléments envoyés", "messages envoyés", "courrier envoyé", "objets envoyés"),
    *("verzonden", "verzonden items", "verzonden berichten", "verstuurd"),
    *("gesendet", "gesendete objekte", "gesendete elemente", "enviados", "elementos enviados", "mensagens enviadas"),
    *("posta inviata", "inviata", "inviati", "sendt", "sendte elementer", "skickat", "skickade objekt", "wysłane"),
}


class MailTooLargeError(Exception):
    """A mail has more than MAX_MAIL bytes, whatever the server announced."""


class ListedMail(NamedTuple):
    """A mail in a folder: its size in bytes and when it arrived."""

    uid: int
    size: int
    arrived_at: datetime


def _read_listed(line: bytes) -> ListedMail | None:
    """A mail of the answer to FETCH; None for a line about something else."""
    uid, size = UID.search(line), SIZE.search(line)
    if not (uid and size):
        return None
    local = Internaldate2tuple(line)
    at = datetime.fromtimestamp(time.mktime(local), UTC) if local else timezone.now()
    return ListedMail(int(uid[1]), int(size[1]), at)


class _TimedImap(IMAP4):
    """imaplib with our connection in place of its own."""

    def __init__(self, mailbox: MailboxSettings, seconds: float) -> None:
        self.mailbox, self.seconds = mailbox, seconds
        super().__init__(mailbox.imap_host, mailbox.imap_port)

    def _create_socket(self, timeout: float | None) -> Any:
        is_tls = self.mailbox.imap_security == MailboxSettings.Security.TLS
        return open_socket(self.host, self.port, timeout=self.seconds, max_size=MAX_TRAFFIC, is_tls=is_tls)

    def read(self, size: int) -> bytes:
        if size > MAX_MAIL:
            self.sock.close()
            raise MailTooLargeError
        return super().read(size)


class _StartTls:
    """Stands for an SSLContext: imaplib has it wrap the connection."""

    @staticmethod
    def wrap_socket(sock: OutgoingSocket, server_hostname: str) -> OutgoingSocket:
        return sock.start_tls(server_hostname)


class _Box(BaseMailBox):
    """imap-tools' mailbox with our connection."""

    def __init__(self, mailbox: MailboxSettings, seconds: float) -> None:
        self.mailbox, self.seconds = mailbox, seconds
        super().__init__()

    def _get_mailbox_client(self) -> IMAP4:
        client = _TimedImap(self.mailbox, self.seconds)
        if self.mailbox.imap_security == MailboxSettings.Security.STARTTLS:
            try:
                client.starttls(_StartTls())
            except BaseException:
                client.sock.close()
                raise
        return client


class ImapSession:
    """A mailbox that is open. Its methods raise OSError, IMAP4.error and imap-tools' errors: see `explain_errors`."""

    def __init__(self, box: _Box) -> None:
        self.box, self.client = box, box.client

    def seconds_left(self) -> float:
        return self.client.sock.seconds_left()  # type: ignore[attr-defined]

    def has_traffic_left(self) -> bool:
        """True if another mail of any size fits into this connection."""
        return self.client.sock.stream.size_left > 1.1 * MAX_MAIL  # type: ignore[attr-defined]

    def open_folder(self, name: str) -> tuple[int, int]:
        """Open a folder for reading alone; return (UIDVALIDITY, number of mails)."""
        _status, data = self.box.folder.set(name, readonly=True)
        _status, validity = self.client.response("UIDVALIDITY")
        return int(validity[0] or 0) if validity else 0, int(data[0] or 0)

    def list_uids(self, since: date, after: int) -> list[int]:
        """UIDs above `after` of the mails that arrived on the day `since` or later, in their order."""
        criteria = f"UID {after + 1}:* SINCE {since.day}-{MONTHS[since.month - 1]}-{since.year}"
        # "n:*" holds the last mail, whatever its UID.
        return sorted(uid for uid in map(int, self.box.uids(criteria, charset=None)) if uid > after)

    def list_mails(self, uids: list[int]) -> list[ListedMail]:
        """The mails with these UIDs, in their order, with what the server tells of them."""
        lines = [line if isinstance(line, bytes) else line[0] for line in self._fetch(uids, LISTED_PARTS) if line]
        listed = {mail.uid: mail for line in lines if (mail := _read_listed(line))}
        return [listed.get(uid) or ListedMail(uid, 0, timezone.now()) for uid in uids]

    def fetch_mail(self, uid: int) -> bytes | None:
        """A whole mail, None when it is gone.

        Raises MailboxFetchError when the server does not hand it over, and MailTooLargeError: then the connection is of
        no use any more.
        """
        if (raw := self._fetch_sections([uid], "BODY.PEEK[]").get(uid)) is None and self.has_mail(uid):
            raise MailboxFetchError(("NO", [b"nothing came"]), "OK")
        return raw

    def has_mail(self, uid: int) -> bool:
        return bool(self.box.uids(f"UID {uid}", charset=None))

    def fetch_headers(self, uids: list[int]) -> dict[int, bytes]:
        """The headers of those of the mails that are still there."""
        return self._fetch_sections(uids, "BODY.PEEK[HEADER]")

    def _fetch_sections(self, uids: list[int], section: str) -> dict[int, bytes]:
        answers, sections = self._fetch(uids, f"(UID {section})"), {}
        for answer, following in pairwise([*answers, b""]):
            # Its UID stands before or after it.
            if isinstance(answer, tuple) and b"BODY[" in answer[0].upper():
                rest = following if isinstance(following, bytes) else b""
                if uid := UID.search(answer[0]) or UID.search(rest):
                    sections[int(uid[1])] = answer[1]
        return sections

    def _fetch(self, uids: list[int], parts: str) -> list[Any]:
        if not uids:
            return []
        result = self.client.uid("FETCH", ",".join(map(str, uids)), parts)
        check_command_status(result, MailboxFetchError)
        return list(result[1])

    def find_sent_folder(self) -> str:
        """Name of the folder for sent mail, "" for none."""
        folders = [folder for folder in self.box.folder.list() if "\\noselect" not in map(str.lower, folder.flags)]
        marked = [folder.name for folder in folders if "\\sent" in map(str.lower, folder.flags)]
        named = [
            folder.name for folder in folders if folder.name.rpartition(folder.delim or "/")[2].casefold() in SENT_NAMES
        ]
        return next(iter([*marked, *named]), "")

    def append(self, folder: str, raw: bytes, at: datetime) -> None:
        """Add a mail to a folder, as read."""
        self.box.append(raw, folder, at, "\\Seen")


def open_inbox(session: ImapSession) -> tuple[int, int]:
    """Open INBOX; return (UIDVALIDITY, number of mails). Raises MailboxError when there is none."""
    try:
        return session.open_folder("INBOX")
    except MailboxFolderSelectError as error:
        raise MailboxError(_("The mailbox has no INBOX (%(what)s).") % {"what": server_answer(error)}) from None


@contextmanager
def open_mailbox(mailbox: MailboxSettings, seconds: float = SESSION_SECONDS) -> Iterator[ImapSession]:
    """Sign in to a mailbox, until the block ends: at most `seconds` for all of it. Raises MailboxError."""
    with explain_errors(mailbox.imap_host, mailbox.imap_port):
        token = get_access_token(mailbox)
        box = _Box(mailbox, seconds)
        try:
            _sign_in(box, mailbox, token)
            yield ImapSession(box)
            with suppress(OSError, IMAP4.error, ImapToolsError):
                box.logout()
        finally:
            box.client.sock.close()


def _sign_in(box: _Box, mailbox: MailboxSettings, token: str) -> None:
    try:
        if token:
            answer = f"user={mailbox.username}\1auth=Bearer {token}\1\1".encode()
            # The server sends its reason as a challenge, and then waits for an empty answer.
            box.client.authenticate("XOAUTH2", lambda challenge: b"" if challenge else answer)
        elif "AUTH=PLAIN" in box.client.capabilities:
            box.login_utf8(mailbox.username, mailbox.password, initial_folder=None)
        else:
            box.login(mailbox.username, mailbox.password, initial_folder=None)
    except IMAP4.abort:
        raise
    except (IMAP4.error, ImapToolsError, UnicodeError) as error:
        if token:
            reject_access_token(mailbox)
        raise _refusal(mailbox.imap_host, token, error) from None


def _refusal(host: str, token: str, error: Exception) -> MailboxError:
    what = {"host": host, "what": server_answer(error)}
    if token:
        return MailboxError(_("%(host)s does not accept the access token (%(what)s).") % what)
    return MailboxError(_("%(host)s does not accept user name and password (%(what)s).") % what)
