"""Settings of the automatic replies: texts, what is refused, and the preview."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from config.audit.models import AuditEvent
from contacts.models import AutomaticReply, OfficeHours
from tests.pages import Page

pytestmark = pytest.mark.django_db

URL = "/settings/automatic-replies"
PLACE = "whatsapp_closed_en"


def stored(pro):
    return set(AutomaticReply.objects.for_pro(pro).values_list("channel", "is_open", "language", "text"))


def test_texts_are_saved_and_an_empty_one_is_none(browser, pro, user):
    empty = Page(browser.get(URL)).form("main form.card").fields
    assert len(empty) == 18
    assert set(empty.values()) == {""}
    response = browser.post(URL, empty | {PLACE: " Hello\r\nthere ", "email_open_fr": "Merci"})
    assert (response.status_code, response["Location"]) == (302, URL)
    assert stored(pro) == {("whatsapp", False, "en", "Hello\nthere"), ("email", True, "fr", "Merci")}
    page = Page(browser.get(URL))
    fields = page.form("main form.card").fields
    assert fields[PLACE].splitlines() == ["Hello", "there"]
    assert browser.post(URL, fields | {"email_open_fr": ""}).status_code == 302
    assert stored(pro) == {("whatsapp", False, "en", "Hello\nthere")}
    # What is the same is no change.
    assert browser.post(URL, fields | {"email_open_fr": ""}).status_code == 302
    events = AuditEvent.objects.filter(kind="settings_changed", by_user_id=user.pk)
    assert set(events.values_list("detail")) == {("automatic_replies",)}
    assert events.count() == 2


def test_a_preview_fills_in_the_variables_and_saves_nothing(browser, pro, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 3, 2, 18, tzinfo=UTC))
    OfficeHours.objects.create(pro=pro, week=[[[540, 1080]]] * 5 + [[], []])
    response = browser.post(URL, {PLACE: "{office}: {opens}", "telegram_open_fr": "{office}", "preview": "1"})
    page = Page(response)
    previews = [preview.all("p")[1].text for preview in page.all(".reply-preview")]
    assert previews == [f"{pro.name}: Tuesday 3 March, 09:00", pro.name]
    assert page.form("main form.card").fields[PLACE] == "{office}: {opens}"
    assert stored(pro) == set()


def test_a_text_that_is_too_long_is_refused_and_kept(browser, pro):
    response = browser.post(URL, {PLACE: "x" * 1001})
    assert response.status_code == 422
    page = Page(response, 422)
    assert page.one(".field.is-wrong .errorlist").text.startswith("Ensure this value has at most 1000 characters")
    assert page.form("main form.card").fields[PLACE] == "x" * 1001
    assert stored(pro) == set()
