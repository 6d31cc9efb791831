"""Rich Text Format, as far as it may run or fetch something when it is opened. Source: RTF 1.9.1, "Objects"."""

import re

START = b"{\\rt"
# Objects and their data, links that are renewed by themselves, a template that is no file of the machine, fields.
ACTIVE = re.compile(
    rb"\\(?:objdata|objupdate|objautlink|objlink|objocx|objhtml)(?![a-z])"
    rb"|\\template(?![a-z])\s*+(?![A-Za-z]:)"
    rb"|\\fldinst(?![a-z])[^}]{0,100}\bDDE",
    re.I,
)


def is_risky_rtf(data: bytes) -> bool:
    """True for a document in RTF that embeds or links something, or has its template elsewhere."""
    return data[:100].lstrip().startswith(START) and bool(ACTIVE.search(data))
