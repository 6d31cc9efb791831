"""An invitation (RFC 5545) as words: what, when, where."""

import re
from datetime import datetime

from django.utils.translation import gettext as _

ESCAPE = re.compile(r"\\([\\,;nN])")
LINE = re.compile(r"(?m)^([A-Za-z-]{1,30})((?:;[^:\n\"]*(?:\"[^\"\n]*\"[^:\n\"]*)*)?):(.*)$")
MAX_CALENDAR = 200_000  # characters


def describe_invitation(text: str) -> str:
    """Summary, time, place and description of the first event; "" for a calendar without one."""
    lines = re.sub(r"\r?\n[ \t]", "", text[:MAX_CALENDAR]).replace("\r", "")
    _before, _mark, event = lines.partition("BEGIN:VEVENT")
    event = re.sub(r"(?s)BEGIN:VALARM.*?(?:END:VALARM|\Z)", "", event.partition("END:VEVENT")[0])
    fields: dict[str, tuple[str, str]] = {}
    for match in LINE.finditer(event):
        fields.setdefault(match[1].upper(), (match[2], _unescape(match[3])))
    summary, place, notes = (fields.get(name, ("", ""))[1] for name in ("SUMMARY", "LOCATION", "DESCRIPTION"))
    is_cancelled = re.search(r"(?im)^METHOD:CANCEL\s*$", lines) or fields.get("STATUS", ("", ""))[1] == "CANCELLED"
    if is_cancelled:
        summary = _("Cancelled: %(what)s") % {"what": summary}
    when = " – ".join(filter(None, [_moment(*fields.get(name, ("", ""))) for name in ("DTSTART", "DTEND")]))
    heads = [summary, when and _("When: %(when)s") % {"when": when}, place and _("Where: %(where)s") % {"where": place}]
    head = "\n".join(filter(None, heads))
    return f"{head}\n\n{notes}".strip()


def _unescape(text: str) -> str:
    return ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], text).strip()


def _moment(parameters: str, value: str) -> str:
    """A date and time as they are given, with their time zone."""
    match = re.fullmatch(r"([0-9]{8})(?:T([0-9]{6})(Z?))?", value.strip())
    if not match:
        return value.strip()
    try:
        moment = datetime.strptime(match[1] + (match[2] or "000000"), "%Y%m%d%H%M%S")  # noqa: DTZ007 its zone is named
    except ValueError:
        return value.strip()
    zone = re.search(r"TZID=\"?([^\";:]+)", parameters)
    named = "UTC" if match[3] else zone[1] if zone else ""
    return f"{moment:%Y-%m-%d %H:%M} {named}".strip() if match[2] else f"{moment:%Y-%m-%d}"
