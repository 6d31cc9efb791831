"""Blocks of headers that programs write above an e-mail that they repeat: "From: …", "Sent: …", "To: …"."""

import re

from .history_words import (
    DATE_LINE,
    FORM_LINE,
    FROM_LINE,
    KNOWN_LINE,
    LABELLED_LINE,
    SENT_LINE,
    SUBJECT_LINE,
    TO_LINE,
)

MAX_BLOCK = 16  # lines
MAX_LINE = 500  # characters
LABELS = {"from": FROM_LINE, "sent": SENT_LINE, "date": DATE_LINE, "to": TO_LINE, "subject": SUBJECT_LINE}


def is_header_block(lines: list[str], at: int, *, is_divided: bool) -> bool:
    """Return true when the headers of an e-mail stand at `at`, and not the labelled words of a form.

    `is_divided`: a line of dashes or underscores stands above.
    """
    names, end = _labels(lines, at)
    if "from" not in names or "?" in names or _is_form(lines[end : end + 3]):
        return False
    if "sent" in names:
        return True
    if names == {"from"}:
        return is_divided and not any(line.strip() for line in lines[end : end + 20])
    if is_divided:
        return {"date", "subject"} <= names
    return {"to", "subject", "date"} <= names and not _follows_colon(lines, at)


def is_free_of_forms(lines: list[str], at: int) -> bool:
    """Return true when no form stands at `at`."""
    return not _is_form(lines[at : at + MAX_BLOCK])


def _labels(lines: list[str], at: int) -> tuple[set[str], int]:
    """Kinds of the labelled lines from `at` on, "?" for an unknown label; and the index after them."""
    names: set[str] = set()
    for n in range(at, min(at + MAX_BLOCK, len(lines))):
        line = lines[n]
        if len(line) > MAX_LINE:
            return names, n
        if not line.strip() or (name := _label(line)) == "":
            # A list of recipients goes on; a blank line may stand between headers.
            if "@" in line or (not line.strip() and n + 1 < len(lines) and _label(lines[n + 1]) not in ("", "?")):
                continue
            return names, n
        names.add(name)
    return names, min(at + MAX_BLOCK, len(lines))


def _label(line: str) -> str:
    """Kind of a labelled line, "?" for an unknown label, "" for none."""
    if len(line) > MAX_LINE:
        return ""
    known = next((name for name, pattern in LABELS.items() if pattern.match(line)), "")
    if known or KNOWN_LINE.match(line):
        return known or "other"
    return "?" if LABELLED_LINE.match(line) and not re.match(r"\s*https?:", line) else ""


def _is_form(lines: list[str]) -> bool:
    return any(FORM_LINE.match(line[:MAX_LINE]) for line in lines)


def _follows_colon(lines: list[str], at: int) -> bool:
    """Return true when the line before introduces what follows: "A new request:"."""
    return at > 0 and lines[at - 1].rstrip().endswith((":", "："))
