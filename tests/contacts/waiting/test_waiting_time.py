"""How long somebody has waited, in a list and on a page, in all three languages."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone
from django.utils.translation import override

from contacts.models import Contact

from ...pages import Page
from ..messaging import arrive

NOW = datetime(2026, 3, 6, 14, 5, tzinfo=UTC)
# Age -> the text of a list and that of a page: English, French, Dutch.
AGES = {
    # The clock of another machine is ahead.
    timedelta(seconds=-5): [
        ("just now", "just came in"),
        ("à l’instant", "vient d’arriver"),
        ("zojuist", "net binnen"),
    ],
    timedelta(seconds=59): [
        ("just now", "just came in"),
        ("à l’instant", "vient d’arriver"),
        ("zojuist", "net binnen"),
    ],
    timedelta(minutes=1): [
        ("1 min", "waits 1 min"),
        ("1\xa0min", "attend depuis 1\xa0min"),
        ("1 min", "wacht al 1 min"),
    ],
    timedelta(hours=3): [("3 h", "waits 3 h"), ("3\xa0h", "attend depuis 3\xa0h"), ("3 u", "wacht al 3 u")],
    timedelta(days=2): [("2 d", "waits 2 d"), ("2\xa0j", "attend depuis 2\xa0j"), ("2 d", "wacht al 2 d")],
}


@pytest.fixture
def now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def render(tag, since):
    html = Template("{% load desk inquiries %}" + tag).render(Context({"since": since}))
    return re.sub("<.*?>", "", html)


@pytest.mark.usefixtures("now")
def test_the_time_in_a_list_and_on_a_page(subtests):
    for age, texts in AGES.items():
        for language, (alone, words) in zip(("en", "fr", "nl"), texts, strict=True):
            with subtests.test(age=age, language=language), override(language):
                since = NOW - age
                assert render("{% waited since %}", since) == alone
                assert render("{% here_since since %}", since) == alone
                assert render("{% waits_since since %}", since) == words


@pytest.mark.usefixtures("now")
def test_the_exact_time_is_in_the_title():
    tags = "{% load desk %}{% waits_since now %}, {% waits_since then %}"
    with timezone.override(UTC), override("en"):
        html = Template(tags).render(Context({"now": NOW, "then": NOW - timedelta(hours=5)}))
    assert html == (
        '<time datetime="2026-03-06T14:05:00+00:00" title="6 March 2026, 14:05">just came in</time>, '
        'waits <time class="waited is-long" datetime="2026-03-06T09:05:00+00:00" title="6 March 2026, 09:05">'
        "5 h</time>"
    )


@pytest.mark.django_db
def test_who_has_just_written(browser, user, telegram):
    contact = arrive(telegram).contact
    Contact.objects.update(assigned_to=user)
    page = Page(browser.get(f"/inbox/{contact.pk}"))
    assert page.texts(".row-at, .item-since") == ["just now", "just came in · yours"]
