"""Failures of sending, in the reader's words and in the provider's."""

import pytest
from django.utils.translation import override

from contacts.channels.failures import WHATSAPP_CODES, explain_failure
from tests.contacts.messaging import arrive, connect
from tests.pages import Page

TOKEN = "The access token is not accepted any more. Enter a new one in the settings of the channel."
RATE = "Too much was sent in a short time. Wait a while, then try again."
NO_ADDRESS = "There is no such e-mail address. Check it with the contact."
FULL = "Their mailbox is full."
REFUSED = "The mail server did not accept it (%s)."


@pytest.mark.parametrize(
    ("channel", "error", "text"),
    [
        (
            "whatsapp",
            "More than 24 hours have passed since they last replied (131047)",
            "They last wrote more than 24 hours ago. Send a template instead.",
        ),
        (
            "whatsapp",
            "Message undeliverable (131026)",
            "WhatsApp cannot reach this number. Perhaps it has no WhatsApp; answer another way.",
        ),
        ("whatsapp", "Error validating access token (190)", TOKEN),
        ("whatsapp", "(#131056) Pair rate limit hit (131056)", RATE),
        ("telegram", "Forbidden: bot was blocked by the user", "They have blocked your bot. Answer another way."),
        ("telegram", "Bad Request: chat not found", "Their Telegram account is gone."),
        ("telegram", "Unauthorized", TOKEN),
        ("telegram", "Too Many Requests: retry after 7", RATE),
        ("email", REFUSED % "550 5.1.1 <x@example.org>: Recipient address rejected", NO_ADDRESS),
        ("email", REFUSED % "550 No such user here", NO_ADDRESS),
        ("email", REFUSED % "452 4.2.2 The recipient's inbox is full", FULL),
        ("email", REFUSED % "552 mailbox quota exceeded", FULL),
        (
            "email",
            REFUSED % "550 5.7.1 Message rejected as spam",
            "Their mail server refuses e-mails like this one. Write another text, or answer another way.",
        ),
        ("email", REFUSED % "451 Greylisted, try later", "Their mail server cannot take it at the moment."),
        (
            "email",
            "smtp.example.com does not accept user name and password (535 5.7.8 no).",
            "Your mail server does not accept the user name and password. Check the settings of the channel.",
        ),
        ("email", "The provider cannot be reached (TimeoutError).", "The provider cannot be reached at the moment."),
        ("email", REFUSED % "554 no", "The mail server did not accept the e-mail."),
        ("telegram", "The provider answered 404.", "The provider refused it."),
        (
            "email",
            "smtp.example.com did not answer in time on port 587.",
            "Your mail server cannot be reached. Check the settings of the channel.",
        ),
        ("telegram", "The provider answered 503.", "The provider has a fault at the moment."),
    ],
)
def test_known_failures_say_what_to_do(channel, error, text):
    assert explain_failure(channel, error) == (text, error)


@pytest.mark.parametrize(
    ("channel", "error"),
    [("whatsapp", "Something new (999999)"), ("telegram", "Bad Request: x"), ("email", "ValueError"), ("sms", "(190)")],
)
def test_an_unknown_failure_stays_in_the_providers_words(channel, error):
    assert explain_failure(channel, error) == (error, "")


@pytest.mark.parametrize("error", ["", "(", "(" * 300, "9" * 300, "\0", "(99999999999)", "%s %(x)s {0}"])
def test_rubbish_is_no_fault(error):
    for channel in ("whatsapp", "telegram", "email", "other", ""):
        assert explain_failure(channel, error) == (error.strip(), "")


def test_a_doubtful_one_says_so():
    doubt = "The message may have been sent all the same."
    failure = explain_failure("whatsapp", f"The provider gave no answer (TimeoutError). {doubt}")
    assert failure == (f"The provider gave no answer. {doubt}", "The provider gave no answer (TimeoutError).")
    failure = explain_failure("whatsapp", f"The provider answered 200. {doubt}")
    assert failure.text == f"The provider’s answer could not be read. {doubt}"


def test_ours_are_read_in_the_readers_language():
    stored = "This channel is no longer connected."
    with override("fr"):
        assert explain_failure("whatsapp", stored) == ("Ce canal n’est plus connecté.", "")


def test_every_sentence_of_whatsapp_is_short():
    assert [code for code, sentence in WHATSAPP_CODES.items() if len(str(sentence)) > 100] == []


def test_the_thread_shows_both(browser, pro, user):
    message = arrive(connect(pro, "whatsapp"))
    message.state, message.author, message.error = "failed", user, "Message undeliverable (131026)"
    message.save()
    state = Page(browser.get(f"/contacts/{message.contact_id}")).one(".state p")
    assert state.text.startswith("Failed: WhatsApp cannot reach this number.")
    assert state.one("small").text == "Message undeliverable (131026)"
