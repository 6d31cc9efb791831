"""Plain text of an e-mail: lines that were broken for the wire joined, and files written into the text taken out."""

import re

from ..message import File
from .transfer import uu_files

QUOTATION = re.compile(r"(>*) ?(.*)", re.S)


def unflow(text: str, *, deletes_space: bool) -> str:
    """Join the lines of format=flowed (RFC 3676); `deletes_space` is DelSp=yes."""
    lines: list[str] = []
    joins, depth = False, 0
    for line in text.split("\n"):
        marks, content = _parts_of(line)
        is_signature = content == "-- "
        if joins and len(marks) == depth and not is_signature:
            lines[-1] += content
        else:
            lines.append(f"{marks} {content}" if marks else content)
        depth, joins = len(marks), content.endswith(" ") and not is_signature
        if joins and deletes_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _parts_of(line: str) -> tuple[str, str]:
    """Quotation marks and content of a flowed line; a space before the content is stuffing."""
    if line.startswith(" >"):
        return "", line  # Without its space it would look quoted.
    match = QUOTATION.fullmatch(line)
    return (match[1], match[2]) if match else ("", line)


def split_uuencoded(data: bytes) -> tuple[bytes, list[File]]:
    """Plain text without the files that are uuencoded in it, and those files."""
    files = uu_files(data) if b"begin " in data else []
    pieces: list[bytes] = []
    at = 0
    for file in files:
        pieces.append(data[at : file.start])
        at = file.end
    return b"".join([*pieces, data[at:]]), [File(file.name, file.content) for file in files]
