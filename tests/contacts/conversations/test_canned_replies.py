"""Canned replies come in the contact's language, with what is known filled in."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from contacts.conversations.canned_replies import find_canned_replies
from contacts.conversations.writing import write_message
from contacts.models import CannedReply, ContactMessage
from contacts.topics import read_topic
from tests.factories import InquiryFactory, PropertyFactory, RequestFactory, UserFactory


@pytest.fixture
def ana(contact):
    return contact(name="Ana Costa", email="ana@example.org", language="fr")


def canned(pro, title, user=None, **texts):
    reply = CannedReply.objects.create(pro=pro, title=title, user=user)
    for language, text in texts.items():
        reply.texts.create(language=language, text=text)


def texts(user, contact, topic=""):
    return [
        (each.reply.title, each.text, each.unfilled)
        for each in find_canned_replies(user, contact, read_topic(contact, topic))
    ]


def test_those_of_the_office_and_ones_own_by_title(pro, user, ana, other_user):
    canned(pro, "Visit", en="Come")
    canned(pro, "Thanks", user, en="Thanks")
    canned(pro, "Private", UserFactory(pro=pro), en="Mine")
    canned(other_user.pro, "Foreign", en="No")
    assert texts(user, ana) == [("Thanks", "Thanks", []), ("Visit", "Come", [])]


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ({"en": "e", "fr": "f", "nl": "n"}, "f"),
        ({"en": "e", "nl": "n"}, "n"),
        ({"en": "e"}, "e"),
    ],
)
def test_language_of_the_contact_then_of_the_pro_then_english(pro, user, ana, stored, expected):
    pro.language = "nl"
    pro.save()
    ana.refresh_from_db()
    canned(pro, "Visit", **stored)
    assert texts(user, ana) == [("Visit", expected, [])]


def test_variables_of_a_request(pro, user, ana):
    house = PropertyFactory(pro=pro, title="T3 Vieux-Port")
    request = RequestFactory(property=house, contact=ana)
    canned(pro, "All", fr="{name}, {first_name}: {property} ({reference}). {me}, {office}, {today}")
    with override("fr"):
        today = date_format(timezone.localdate(), "DATE_FORMAT")
    expected = f"Ana Costa, Ana: T3 Vieux-Port ({request.reference}). Olive Owner, Agence du Port, {today}"
    assert texts(user, ana, f"request:{request.pk}") == [("All", expected, [])]


def test_variables_of_an_inquiry(pro, user, ana):
    inquiry = InquiryFactory(pro=pro, contact=ana)
    canned(pro, "Reference", en="{reference} {property}")
    assert texts(user, ana, f"inquiry:{inquiry.pk}") == [("Reference", f"{inquiry.pk} {{property}}", ["{property}"])]


def test_without_a_value_the_default_stands_in(pro, user, contact):
    canned(pro, "Hello", en="Hello {first_name|there}{property|}, {unknown}")
    nameless = contact(name="someone@example.org")
    assert texts(user, nameless) == [("Hello", "Hello there, {unknown}", [])]


@pytest.mark.parametrize("topic", ["request:none", "inquiry:x", "inquiry:٣", "x", "\0", "request:"])
def test_a_topic_that_is_none_has_no_values(pro, user, ana, topic):
    canned(pro, "Reference", en="{reference}")
    assert texts(user, ana, topic) == [("Reference", "{reference}", ["{reference}"])]


def test_a_variable_without_a_value_is_not_sent(user, letterbox, ana):
    with pytest.raises(ValidationError) as caught:
        write_message(ana, "About {property} and {first_name|you}, {x}", channel="email", by=user)
    assert caught.value.message_dict == {"text": ["Fill in {property}, {first_name} first."]}
    assert ContactMessage.objects.count() == 0
