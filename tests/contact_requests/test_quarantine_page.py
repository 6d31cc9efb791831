import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contact_requests import receiving
from contact_requests.models import ContactRequest, ContactRequestEvent
from contacts.models import Contact
from tests.factories import PropertyFactory


@pytest.fixture
def spam(pro):
    return receiving.receive(
        PropertyFactory(pro=pro, title="The House"),
        name="Hasty",
        email="hasty@example.org",
        phone="",
        message="Is it free?",
        language="en",
        quarantine="too_fast",
    )


def test_the_page_says_why(browser, spam):
    html = browser.get("/inbox/quarantine").content.decode()
    for shown in ("Hasty", "The House", "Is it free?", "It was sent too quickly"):
        assert shown in html


def test_one_click_lets_it_through(browser, user, spam):
    response = browser.post(f"/inbox/quarantine/{spam.pk}/release")
    assert (response.status_code, response["Location"]) == (302, "/inbox/quarantine")
    spam.refresh_from_db()
    assert (spam.status, spam.quarantined_at, spam.quarantine_reason) == ("new", None, "")
    assert spam.contact == Contact.objects.get(email="hasty@example.org")
    assert list(ContactRequestEvent.objects.values_list("from_status", "to_status", "user")) == [
        ("quarantine", "new", user.pk)
    ]
    assert sorted(DBTaskResult.objects.values_list("task_path", flat=True)) == [
        "contact_requests.mails.acknowledge",
        "contact_requests.mails.notify",
    ]
    assert "Hasty" in browser.get("/inbox").content.decode()


def test_a_second_click_changes_nothing(browser, spam):
    browser.post(f"/inbox/quarantine/{spam.pk}/release")
    assert browser.post(f"/inbox/quarantine/{spam.pk}/release")["Location"] == "/inbox/quarantine"
    assert ContactRequestEvent.objects.count() == 1
    assert DBTaskResult.objects.count() == 2


def test_another_pro_can_neither_see_nor_release_it(other_browser, spam):
    assert "Hasty" not in other_browser.get("/inbox/quarantine").content.decode()
    assert other_browser.post(f"/inbox/quarantine/{spam.pk}/release").status_code == 404
    assert ContactRequest.objects.get().quarantined_at <= timezone.now()


@pytest.mark.parametrize("path", ["", "/status", "/reply"])
def test_it_is_not_in_the_inbox(browser, spam, path):
    call = browser.post if path else browser.get
    assert call(f"/inbox/{spam.pk}{path}", {"status": "read", "body": "x"}).status_code == 404


def test_an_empty_quarantine_says_so(browser):
    assert "Nothing is set aside." in browser.get("/inbox/quarantine").content.decode()
