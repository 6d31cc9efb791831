"""Answers of mail servers, and texts of reports: do they say that there is no such mailbox?

Sources: RFC 3463 (enhanced status codes) and its registry at IANA; the words of Postfix, Exim, qmail, Exchange, Gmail,
Yahoo and Outlook.
"""

import re

_CODE = re.compile(r"(?<![\w.])([245]\.\d{1,3}\.\d{1,3})(?![\w]|\.\d)")
# Bad mailbox, domain, syntax; moved, null MX, unknown recipient; disabled mailbox; no host to route to.
_GONE = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"}
# Say nothing but "permanent", and some servers tell the rest in words alone.
_VAGUE = {"5.0.0", "5.1.0", "5.5.0"}
_WORDS = re.compile(
    r"\b(?:user|recipient|address|mailbox|account) (?:is )?(?:unknown|not found|does ?n.t exist|does not exist)|"
    r"\b(?:unknown|invalid|no such) (?:user|recipient|mailbox|address|account)|\bno mailbox here\b|"
    r"\b(?:account|mailbox) (?:that you tried to reach )?(?:does not exist|is disabled|has been disabled)|"
    r"\b(?:domain|host) (?:name )?(?:not found|does not exist)|"
    r"\bdestinataire inconnu|\badresse inconnue|\bonbekende (?:gebruiker|ontvanger)|\bunbekannter empfanger",
    re.I,
)


def is_mailbox_gone(answer: str) -> bool:
    """True for a permanent failure because there is no such mailbox.

    A full mailbox, a policy, or words that a server gives for both do not count. Codes are believed before words.
    """
    codes = set(_CODE.findall(answer))
    if codes & _GONE:
        return True
    return not codes - _VAGUE and _WORDS.search(answer) is not None
