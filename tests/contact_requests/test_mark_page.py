"""/inbox/requests/:id/status: the status is changed from the page, with and without JavaScript."""

import pytest

from contact_requests.models import ContactRequest, ContactRequestEvent

from ..factories import RequestFactory
from ..pages import Page

HTMX = {"HX-Request": "true", "HX-Target": "status"}
STATUSES = ("new", "read", "replied")
ALLOWED = {("new", "read"), ("new", "replied"), ("read", "replied")}
PAIRS = [(before, after) for before in STATUSES for after in STATUSES]
REFUSAL = "This change is no longer possible. The request is shown as it is now."


def path_of(row):
    return f"/inbox/requests/{row.pk}/status"


def events():
    return list(ContactRequestEvent.objects.values_list("from_status", "to_status", "user__email", "token"))


def assert_changed(row, before, after):
    """Status and events after a change that may have been refused."""
    is_change = (before, after) in ALLOWED
    row.refresh_from_db()
    assert row.status == (after if is_change else before)
    assert events() == ([(before, after, "owner@example.com", None)] if is_change else [])


def refusals(before, after):
    """The messages that the page shows."""
    return [] if before == after or (before, after) in ALLOWED else [REFUSAL]


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_every_change_without_javascript(browser, house, before, after):
    row = RequestFactory(property=house, status=before)
    response = browser.post(path_of(row), {"status": after})
    assert (response.status_code, response["Location"]) == (302, f"/inbox/{row.contact_id}#request-{row.pk}")
    assert_changed(row, before, after)
    assert Page(browser.get(response["Location"])).one("#messages").texts("p") == refusals(before, after)


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_every_change_with_htmx(browser, house, before, after):
    row = RequestFactory(property=house, status=before)
    response = browser.post(path_of(row), {"status": after}, headers=HTMX)
    expected = refusals(before, after)
    fragment = Page(response, 409 if expected else 200)
    assert_changed(row, before, after)
    assert fragment.one("#messages").texts("p") == expected
    assert not fragment.has("html")
    assert fragment.one("form.request-status .states [aria-current]").text == row.get_status_display()
    assert not fragment.has("[hx-trigger]")


def test_an_unknown_status_changes_nothing(browser, house):
    row = RequestFactory(property=house)
    before = ContactRequest.objects.values().get()
    for status in ("", "new_request", "closed", "a\x00b"):
        browser.post(path_of(row), {"status": status})
    assert (ContactRequest.objects.values().get(), events()) == (before, [])


def test_only_allowed_changes_are_offered(browser, house):
    row = RequestFactory(property=house, status="read")
    states = Page(browser.get(f"/inbox/{row.contact_id}")).one(f"#request-{row.pk} fieldset.states")
    assert states.text == "Status New Read Replied"
    assert states.values("button", "value") == ["replied"]
    assert states.one("[aria-current]").text == "Read"


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("en", ["New", "Read", "Replied"]),
        ("fr", ["Nouvelle demande", "Lu par le pro", "Répondu"]),
        ("nl", ["Nieuwe aanvraag", "Gelezen", "Beantwoord"]),
    ],
)
def test_the_labels_are_in_the_users_language(browser, user, house, language, labels):
    user.language = language
    user.save()
    row = RequestFactory(property=house)
    page = Page(browser.get(f"/inbox/{row.contact_id}"))
    assert (page.one("html")["lang"], page.texts(".states > :not(legend)")) == (language, labels)


def test_a_get_changes_nothing(browser, house):
    row = RequestFactory(property=house)
    before = ContactRequest.objects.values().get()
    response = browser.get(f"{path_of(row)}?status=read")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert ContactRequest.objects.values().get() == before
