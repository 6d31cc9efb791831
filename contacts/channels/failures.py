"""Failures of sending in the reader's words, with what to do; the provider's own words stay beside them.

A failure is stored in English, as the provider or `contacts.conversations.sending` wrote it, and worded when it is
shown. Sources: the error codes of the WhatsApp Cloud API; the descriptions of Telegram's Bot API; RFC 5321 (4.2) and
RFC 3463, the codes of mail servers.
"""

import re
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

# In it failures are stored.
LANGUAGE = "en"

TOKEN = gettext_lazy("The access token is not accepted any more. Enter a new one in the settings of the channel.")
RATE = gettext_lazy("Too much was sent in a short time. Wait a while, then try again.")
TEMPLATE = gettext_lazy("This template cannot be used any more. Fetch the templates anew and choose another one.")
NO_ADDRESS = gettext_lazy("There is no such e-mail address. Check it with the contact.")

WHATSAPP_CODES: dict[int, Any] = {
    131047: gettext_lazy("They last wrote more than 24 hours ago. Send a template instead."),
    131026: gettext_lazy("WhatsApp cannot reach this number. Perhaps it has no WhatsApp; answer another way."),
    131049: gettext_lazy("WhatsApp does not deliver this now, as they get many such messages. Try again tomorrow."),
    131050: gettext_lazy("They do not want such messages by WhatsApp. Answer another way."),
    131021: gettext_lazy("This is your own number. Check the number of the contact."),
    131051: gettext_lazy("WhatsApp does not take this kind of message."),
    131042: gettext_lazy("There is a problem with the payment of your WhatsApp account. Check it at Meta."),
    131031: gettext_lazy("Your WhatsApp account is locked. Check it at Meta."),
    368: gettext_lazy("WhatsApp has blocked your account for a while. Check it at Meta."),
    133010: gettext_lazy("Your number is not registered with WhatsApp. Register it at Meta."),
    10: gettext_lazy("The access token lacks a permission. Create one with whatsapp_business_messaging."),
    200: gettext_lazy("The access token lacks a permission. Create one with whatsapp_business_messaging."),
    100: gettext_lazy("WhatsApp does not accept this. Check the phone number ID in the settings of the channel."),
    **dict.fromkeys([0, 190], TOKEN),
    **dict.fromkeys([4, 80007, 130429, 131048, 131056], RATE),
    **dict.fromkeys([132000, 132001, 132005, 132007, 132012, 132015, 132016], TEMPLATE),
    **dict.fromkeys([1, 2, 131000, 131016, 133004], gettext_lazy("WhatsApp has a fault at the moment.")),
}
# Parts of what Telegram and mail servers write, the first that is found counts.
TELEGRAM_WORDS = [
    (r"blocked by the user", gettext_lazy("They have blocked your bot. Answer another way.")),
    (r"user is deactivated|chat not found|PEER_ID_INVALID", gettext_lazy("Their Telegram account is gone.")),
    (r"can't initiate conversation", gettext_lazy("They have to write to your bot first.")),
    (r"message is too long", gettext_lazy("The message is too long for Telegram. Send it in two.")),
    (r"Unauthorized|bot's token|Not Found", TOKEN),
    (r"Too Many Requests|Flood", RATE),
]
MAIL_WORDS = [
    (r"\b5\.1\.[0-36]\b|(user|recipient|mailbox|address)\W+(is )?(unknown|not found|unavailable|rejected)", NO_ADDRESS),
    (r"unknown (user|recipient)|no such (user|recipient|mailbox)|does(n't| not) exist", NO_ADDRESS),
    (r"\b[45]\.2\.2\b|\b552\b|(mailbox|quota).{0,20}(full|exceeded)", gettext_lazy("Their mailbox is full.")),
    (
        r"\b5\.[23]\.[34]\b|message (size|too large)|too (big|large)",
        gettext_lazy("The e-mail is too large for their server. Send fewer or smaller files."),
    ),
    (
        r"\b53[0458]\b|does not accept user name",
        gettext_lazy("Your mail server does not accept the user name and password. Check the settings of the channel."),
    ),
    (
        r"\b5\.7\.\d+\b|spam|blacklist|blocklist|block list|policy|reputation",
        gettext_lazy("Their mail server refuses e-mails like this one. Write another text, or answer another way."),
    ),
    (r"\b4[25]\d\b|\b4\.\d\.\d\b|greylist", gettext_lazy("Their mail server cannot take it at the moment.")),
]
OWN_WORDS = [
    (r"^The provider cannot be reached", gettext_lazy("The provider cannot be reached at the moment.")),
    (r"^The provider gave no answer", gettext_lazy("The provider gave no answer.")),
    (r"^The provider answered (408|425|429|5\d\d)", gettext_lazy("The provider has a fault at the moment.")),
]
# Where the provider gave no reason that is known.
LAST_WORDS = [
    (r"^The provider answered 2\d\d", gettext_lazy("The provider’s answer could not be read.")),
    (r"^The provider answered", gettext_lazy("The provider refused it.")),
    (r"^The mail server did not accept it|^\S+ refused \(", gettext_lazy("The mail server did not accept the e-mail.")),
    (
        r"did not answer in time|takes no connections|^The connection to|^There is no server named",
        gettext_lazy("Your mail server cannot be reached. Check the settings of the channel."),
    ),
]
DOUBT = gettext_noop("The message may have been sent all the same.")
CODE = re.compile(r"\((\d{1,7})\)$")


class Failure(NamedTuple):
    """A sentence for the reader, and the provider's own words, "" where they say no more."""

    text: str
    detail: str


def explain_failure(channel: str, error: str) -> Failure:
    """Word a stored failure of a channel in the active language."""
    is_doubtful, words = error.endswith(DOUBT), error.removesuffix(DOUBT).strip()
    sentence = _find_sentence(channel, words)
    # A sentence of ours stands in the catalogue as it is stored.
    text = str(sentence) if sentence else _(words) if words else ""
    detail = words if sentence else ""
    return Failure(f"{text} {_(DOUBT)}" if is_doubtful else text, detail)


def _find_sentence(channel: str, words: str) -> Any:
    code = CODE.search(words)
    if channel == "whatsapp" and code and (sentence := WHATSAPP_CODES.get(int(code[1]))):
        return sentence
    rules = {"telegram": TELEGRAM_WORDS, "email": MAIL_WORDS}.get(channel, [])
    known = [*OWN_WORDS, *rules, *LAST_WORDS]
    return next((sentence for pattern, sentence in known if re.search(pattern, words, re.I)), None)
