"""Split a letter into what its writer wrote and the history that the mail program repeated.

mail-parser-reply folds a person's "On Monday my wife wrote:", knows fewer languages, and takes the square of the
number of lines. The rule here: what may be new is never folded.
"""

import re
from itertools import islice

from .history_blocks import is_free_of_forms, is_header_block
from .history_words import (
    ATTRIBUTIONS,
    CANDIDATE,
    CERTAIN,
    DATED,
    DIVIDER,
    FROM_LINE,
    LABELLED_LINE,
    LEAD_IN,
    NAMED,
    OPENING,
    RULE,
)
from .html_text import HISTORY_MARK

# Marks of writing direction and of no width, which some programs put before a quotation mark.
INVISIBLE = re.compile("^[\ufeff\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069]+")
QUOTED = re.compile(r">")
# Lines that an attribution may be broken into, and the length of one of them or of any other mark of the history.
ATTRIBUTION_LINES, MAX_MARK = 4, 500
MAX_CANDIDATES = 500  # lines
MAX_SIGNATURE = 12  # lines
SIGNATURE = re.compile(r"--\s*|__\s*")


def split_history(text: str) -> tuple[str, str]:
    """Split a text into its new words and its history, "" for none; either may be empty.

    When an answer stands between the quoted lines, all of it is new. A signature below the history stays with the new
    words.
    """
    marked = [INVISIBLE.sub("", line.rstrip()) if line[:1] > "\u2000" else line.rstrip() for line in text.split("\n")]
    end = _signature_start(marked)
    lines, signature = marked[:end], marked[end:]
    start = _history_start(lines)
    if start is None:
        return _joined(marked), ""
    return _joined([*lines[:start], "", *signature]), _joined(lines[start:])


def _joined(lines: list[str]) -> str:
    text = "\n".join(line for line in lines if HISTORY_MARK not in line)
    return re.sub(r"^(?:[ \t]*\n)+", "", re.sub(r"\n{3,}", "\n\n", text)).rstrip()


def _signature_start(lines: list[str]) -> int:
    """Index of a short signature right below quoted lines; the number of lines without one."""
    for at in range(len(lines) - 1, max(0, len(lines) - MAX_SIGNATURE - 5), -1):
        if SIGNATURE.fullmatch(lines[at]):
            above = next((line for line in reversed(lines[max(0, at - 5) : at]) if line.strip()), "")
            return at if QUOTED.match(above) else len(lines)
    return len(lines)


def _history_start(lines: list[str]) -> int | None:
    """Index of the first line of the history, None without one."""
    tail = _quoted_tail(lines)
    candidates = islice((at for at in range(tail) if _may_begin_history(lines[at])), MAX_CANDIDATES)
    start = next((at for at in candidates if _begins_history(lines, at, tail)), None)
    if start is None and tail < len(lines):
        return _attribution_start(lines, tail)
    return start


def _quoted_tail(lines: list[str]) -> int:
    """Index of the first of the quoted lines at the end; the number of lines when the last one is not quoted."""
    start = quoted = len(lines)
    while start and (not lines[start - 1].strip() or QUOTED.match(lines[start - 1])):
        start -= 1
        quoted = start if QUOTED.match(lines[start]) else quoted
    return quoted


def _attribution_start(lines: list[str], tail: int) -> int:
    """Index of the "On … wrote:" above quoted lines, which may be broken into lines; `tail` without one."""
    last = next((at for at in range(tail - 1, max(-1, tail - 4), -1) if lines[at].strip()), None)
    if last is None:
        return tail
    for first in range(last, max(-1, last - ATTRIBUTION_LINES), -1):
        joined = _joined_lines(lines[first : last + 1])
        if not lines[first].strip() or not joined:
            break
        if any(pattern.fullmatch(joined) for pattern in ATTRIBUTIONS):
            return _opening_line(lines, first, last)
    return tail


def _opening_line(lines: list[str], first: int, last: int) -> int:
    """Index of the line in which an attribution opens that is broken into lines up to `last`; `first` if that does."""
    if OPENING.match(lines[first]):
        return first
    is_whole = bool(NAMED.match(lines[first]))
    for at in range(first - 1, max(-1, last - ATTRIBUTION_LINES), -1):
        if not lines[at].strip() or not (joined := _joined_lines(lines[at : last + 1])):
            break
        opens = OPENING.match(lines[at]) and re.search(r"\d", lines[at])
        if opens and (not is_whole or DATED.match(lines[at])) and ATTRIBUTIONS[0].fullmatch(joined):
            return at
    return first


def _joined_lines(lines: list[str]) -> str:
    """Lines as one, "" when they are longer than any mark; matching them could take very long."""
    joined = " ".join(line.strip() for line in lines)
    return joined if len(joined) <= MAX_MARK else ""


def _may_begin_history(line: str) -> bool:
    """Return true for a line that looks like the first of a history; quickly, as there may be very many lines."""
    return len(line) <= MAX_MARK and (HISTORY_MARK in line or CANDIDATE.match(line) is not None)


def _begins_history(lines: list[str], at: int, tail: int) -> bool:
    """Return true for a line with which a program begins a history that need not be quoted."""
    line = lines[at]
    if HISTORY_MARK in line:
        return _is_marked_history(lines, at, tail)
    if DIVIDER.fullmatch(line):
        return True
    if RULE.fullmatch(line) or LEAD_IN.fullmatch(line):
        return is_header_block(lines, _next_line(lines, at + 1), is_divided=True)
    if FROM_LINE.match(line):
        return is_header_block(lines, at, is_divided=False)
    return bool(OPENING.match(line) or NAMED.match(line)) and _is_certain_attribution(lines, at)


def _next_line(lines: list[str], at: int) -> int:
    """Index of the first line with words, three lines on at most."""
    return next((n for n in range(at, min(at + 3, len(lines))) if lines[n].strip()), at)


def _is_marked_history(lines: list[str], at: int, tail: int) -> bool:
    """Return true when what follows a program's own mark looks like a history, in whatever language."""
    near = [n for n in range(at + 1, min(at + 9, len(lines))) if lines[n].strip() and HISTORY_MARK not in lines[n]][:4]
    if not near:
        return False
    if tail < len(lines) and tail <= near[0] + ATTRIBUTION_LINES + 1:
        return True
    texts = [lines[n] for n in near if len(lines[n]) <= MAX_MARK]
    if len([text for text in texts if LABELLED_LINE.match(text)]) >= 3:
        return is_free_of_forms(lines, near[0])
    attributions = [n for n in near if CERTAIN.fullmatch(lines[n]) and len(lines[n]) <= MAX_MARK]
    return bool(attributions) and not any(QUOTED.match(line) for line in lines[attributions[0] + 1 :][:5])


def _is_certain_attribution(lines: list[str], at: int) -> bool:
    """Return true for "On …, Claire <…> wrote:" above lines that are not quoted: answers may stand between those."""
    for last in range(at, min(at + ATTRIBUTION_LINES, len(lines))):
        if not lines[last].strip():
            return False
        if lines[last].rstrip()[-1] in ":：":
            joined = _joined_lines(lines[at : last + 1])
            following = lines[_next_line(lines, last + 1)] if last + 1 < len(lines) else ""
            return bool(joined and CERTAIN.fullmatch(joined) and following.strip() and not QUOTED.match(following))
    return False
