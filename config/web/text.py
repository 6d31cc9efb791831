"""Text as people type it, made fit for one line and for one kind of line end."""

import re


def one_line(text: str, length: int = 200) -> str:
    """`text` fit for a mail header: no line breaks or control characters, cut to `length`."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())[:length]


def email_key(email: str) -> str:
    """E-mail in lower case, for matching. It may be longer than the original: "İ" becomes two characters."""
    return email.lower()[:254]


def unix_lines(text: str) -> str:
    """`text` with one way to end a line: browsers send another than they were given."""
    return re.sub(r"\r\n?", "\n", text)
