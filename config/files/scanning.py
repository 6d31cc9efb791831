"""A scanner for viruses, where the operator has one: ClamAV's clamd, to which each file of others is sent.

Source: clamd(8), INSTREAM.
"""

import logging
import socket
from collections.abc import Iterator

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from config.deadlines import Deadline
from config.peers import LeftAloneError, Peer

logger = logging.getLogger("vestibule.files")

# What sending a file and its judgement may take, in seconds.
MAX_SECONDS = 20.0
# Of the threads of a process two are left for everything else, as with a bucket.
scanner = Peer(at_once=6, pause=10.0)
CHUNK = 64 * 1024  # bytes
MAX_ANSWER = 1000  # bytes


class ScannerUnavailableError(Exception):
    """The scanner does not answer, or could not judge the file."""


def check_for_virus(content: bytes) -> None:
    """Have the file scanned, where CLAMAV_ADDRESS names a scanner.

    Raises ValidationError for one with a virus, and ScannerUnavailableError where there is no judgement and
    CLAMAV_REQUIRED asks for one.
    """
    if not settings.CLAMAV_ADDRESS:
        return
    try:
        found = find_virus(content)
    except (OSError, LeftAloneError, ValueError) as error:
        logger.warning("a file was not scanned: %s", error or type(error).__name__)
        if settings.CLAMAV_REQUIRED:
            raise ScannerUnavailableError from error
        return
    if found:
        logger.warning("a file was refused: %s", found)
        raise ValidationError(_("A virus was found in this file."), code="virus")


def find_virus(content: bytes) -> str:
    """Name of what is found in the content, "" for nothing.

    Raises OSError, TimeoutError among it, LeftAloneError after one that hung, and ValueError for an answer that is no
    judgement, such as that the file is larger than clamd's StreamMaxLength.
    """
    answer = ask(b"zINSTREAM\0", *_stream(content))
    if answer == "stream: OK":
        return ""
    if not answer.endswith(" FOUND"):
        raise ValueError(answer)
    return answer.removeprefix("stream: ").removesuffix(" FOUND")


def ask(*parts: bytes) -> str:
    """Send parts of one command to the scanner; returns its answer. Raises OSError and LeftAloneError."""
    deadline = Deadline(MAX_SECONDS)
    with scanner.call(), _connect(deadline) as sock:
        try:
            for part in parts:
                _send_data(sock, part, deadline)
        except (BrokenPipeError, ConnectionResetError):
            # It has said why before it hung up, such as that the file is too large.
            pass
        return _read_verdict(sock, deadline)


def _stream(content: bytes) -> Iterator[bytes]:
    """The content in chunks, each behind its length, and an empty one at the end."""
    for start in range(0, len(content), CHUNK):
        chunk = content[start : start + CHUNK]
        yield len(chunk).to_bytes(4) + chunk
    yield bytes(4)


def _connect(deadline: Deadline) -> socket.socket:
    address = settings.CLAMAV_ADDRESS
    if not address.startswith("/"):
        host, _colon, port = address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), deadline.seconds_left())
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(deadline.seconds_left())
    try:
        sock.connect(address)
    except BaseException:
        sock.close()
        raise
    return sock


def _send_data(sock: socket.socket, data: bytes, deadline: Deadline) -> None:
    # Not `sendall`, whose timeout begins anew with each part that the peer takes.
    view = memoryview(data)
    while view:
        sock.settimeout(deadline.seconds_left())
        view = view[sock.send(view) :]


def _read_verdict(sock: socket.socket, deadline: Deadline) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < MAX_ANSWER:
        sock.settimeout(deadline.seconds_left())
        if not (more := sock.recv(MAX_ANSWER)):
            break
        answer += more
    return answer.partition(b"\0")[0].decode("ascii", "replace").strip()
