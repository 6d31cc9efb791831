import pytest

from contact_requests.models import ContactRequest, ContactRequestEvent
from tests.factories import PropertyFactory, RequestFactory

HTMX = {"HX-Request": "true", "HX-Target": "detail"}
ALLOWED = {("new", "read"), ("new", "replied"), ("read", "replied")}
ALL = [(before, after) for before in ("new", "read", "replied") for after in ("new", "read", "replied")]


@pytest.fixture
def house(pro):
    return PropertyFactory(pro=pro)


def events():
    return list(ContactRequestEvent.objects.values_list("from_status", "to_status", "user__email", "token"))


@pytest.mark.parametrize(("before", "after"), ALL)
def test_every_way_without_javascript(browser, house, before, after):
    row = RequestFactory(property=house, status=before)
    response = browser.post(f"/inbox/{row.pk}/status?status=all", {"status": after})
    assert (response.status_code, response["Location"]) == (
        302,
        f"/inbox/{row.pk}?status=all",
    )
    is_change = (before, after) in ALLOWED
    row.refresh_from_db()
    assert row.status == (after if is_change else before)
    assert events() == ([(before, after, "owner@example.com", None)] if is_change else [])
    page = browser.get(response["Location"]).content.decode()
    assert ("This change is no longer possible" in page) == (not is_change and before != after)


@pytest.mark.parametrize(("before", "after"), ALL)
def test_every_way_with_htmx(browser, house, before, after):
    row = RequestFactory(property=house, status=before)
    response = browser.post(f"/inbox/{row.pk}/status?status=all", {"status": after}, headers=HTMX)
    html = response.content.decode()
    is_refused = (before, after) not in ALLOWED and before != after
    assert response.status_code == (409 if is_refused else 200)
    assert ("This change is no longer possible" in html) == is_refused
    # The request itself, and out of band the kinds, the tabs, the row and the messages.
    assert "<html" not in html and html.count("hx-swap-oob") == 4
    assert f'<li id="row-{row.pk}" hx-swap-oob="true">' in html
    assert ContactRequest.objects.get().status == (before if is_refused else after)


def test_a_status_that_does_not_exist_changes_nothing(browser, house):
    row = RequestFactory(property=house)
    for status in ("", "new_request", "closed", "a\x00b"):
        browser.post(f"/inbox/{row.pk}/status", {"status": status})
    assert (ContactRequest.objects.get().status, events()) == ("new", [])


def test_only_what_is_allowed_is_offered(browser, house):
    row = RequestFactory(property=house, status="read")
    html = browser.get(f"/inbox/{row.pk}").content.decode()
    assert 'data-mark="replied"' in html and 'data-mark="read"' not in html and 'data-mark="new"' not in html


def test_the_labels_speak_the_pros_language(browser, user, house):
    row = RequestFactory(property=house)
    for language, labels in {
        "en": ["New", "Read", "Replied"],
        "fr": ["Nouvelle demande", "Lu par le pro", "Répondu"],
        "nl": ["Nieuwe aanvraag", "Gelezen", "Beantwoord"],
    }.items():
        user.language = language
        user.save()
        html = browser.get(f"/inbox/{row.pk}").content.decode()
        assert [label for label in labels if label in html] == labels
        assert f'<html lang="{language}">' in html


def test_a_get_changes_nothing(browser, house):
    row = RequestFactory(property=house)
    assert browser.get(f"/inbox/{row.pk}/status?status=read").status_code == 405
    assert ContactRequest.objects.get().status == "new"
