"""Contact requests in the staff admin: read-only but for the status and the release from quarantine."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from config.accounts.models import Pro
from contact_requests.models import ContactRequest, Property

from ..admin_site import (
    HOSTILE,
    assert_list_is_flat,
    assert_no_regular_expressions,
    assert_permissions,
    assert_tenancy,
    autocomplete,
    listed,
    page,
    queries,
    shown,
    staff_client,
)
from ..factories import PropertyFactory, RequestFactory, UserFactory
from ..pages import Page
from .rows import answer, events

LIST = page(ContactRequest, "changelist")


@pytest.fixture
def house(pro: Pro) -> Property:
    return PropertyFactory(pro=pro, title="House by the Lake", slug="lake")


@pytest.fixture
def contact_request(house: Property) -> ContactRequest:
    return RequestFactory(property=house, name="Vera Visitor", message="Is the garden included?")


@pytest.fixture
def spam(receive: Any) -> ContactRequest:
    return receive(name="Sam Spam", email="sam@example.org", phone="", quarantine="honeypot")


def act(client: Client, action: str, *rows: ContactRequest) -> Any:
    """Run an action from the list."""
    return client.post(LIST, {"action": action, "_selected_action": [str(row.pk) for row in rows]}, follow=True)


def act_on_page(client: Client, action: str, row: ContactRequest) -> Any:
    """Run an action from the page of a row."""
    data = {"CHANGE_FORM-action": action, "_selected_action": str(row.pk)}
    return client.post(page(row, "change"), data, follow=True)


def stored(row: ContactRequest) -> dict[str, Any]:
    return ContactRequest.objects.filter(pk=row.pk).values().get()


def test_another_pros_contact_request_is_404(contact_request):
    assert_tenancy(contact_request, RequestFactory(name="A Foreigner"))


def test_staff_without_the_permission_get_403(contact_request):
    assert_permissions(contact_request)


def test_the_list_is_not_filtered_by_regular_expressions(db):
    assert_no_regular_expressions(ContactRequest, "message")


def test_a_long_list_takes_no_more_queries(staff_browser):
    assert_list_is_flat(staff_browser, RequestFactory, ContactRequest)


def test_the_list_shows_a_row(staff_browser, contact_request):
    (row,) = Page(staff_browser.get(LIST)).all("#result_list tbody tr")
    cells = [row.one(f".field-{name}").text for name in ("name", "property", "pro", "status")]
    assert cells == ["Vera Visitor", "House by the Lake", "Agence du Port", "New"]


def test_the_page_shows_the_source(staff_browser, contact_request):
    contact_request.source = "portal.example"
    contact_request.save()
    assert (
        Page(staff_browser.get(page(contact_request, "change"))).one(".field-source .readonly").text == "portal.example"
    )


def test_the_list_is_filtered_by_status_pro_and_quarantine(staff_browser, staff, house, pro, receive):
    new, read = RequestFactory(property=house), RequestFactory(property=house)
    read.mark("read", by=staff)
    spam, foreign = receive(quarantine="honeypot"), RequestFactory()
    assert listed(staff_browser, ContactRequest) == [foreign, spam, read, new]
    assert listed(staff_browser, ContactRequest, status__exact="read") == [read]
    assert listed(staff_browser, ContactRequest, pro__id__exact=str(pro.pk)) == [spam, read, new]
    assert listed(staff_browser, ContactRequest, quarantine="yes") == [spam]
    assert listed(staff_browser, ContactRequest, quarantine="no") == [foreign, read, new]
    assert listed(staff_browser, ContactRequest, quarantine="rubbish") == [foreign, spam, read, new]
    assert listed(staff_browser, ContactRequest, created_at__gte="2999-01-01 00:00:00+00:00") == []


def test_the_list_is_searched_as_the_inbox_is(staff_browser, house):
    helene = RequestFactory(property=house, name="Hélène", phone="+33612345678")
    RequestFactory(property=house, name="Bob")
    assert listed(staff_browser, ContactRequest, q="helene garden") == []
    assert listed(staff_browser, ContactRequest, q="HELENE free") == [helene]
    assert listed(staff_browser, ContactRequest, q="06 12 34") == [helene]
    # Django answers an invalid filter with a redirect to the whole list.
    response = staff_browser.get(LIST, {"q": "hel\0ene"})
    assert (response.status_code, response.headers["Location"]) == (302, LIST + "?e=1")


def test_contact_requests_are_marked_from_the_list_one_by_one(staff_browser, staff, house):
    new, read, replied = (RequestFactory(property=house, name=name) for name in ("Ann", "Ben", "Cleo"))
    read.mark("read", by=None)
    replied.mark("replied", by=None)
    assert shown(act(staff_browser, "mark_read", new, read, replied)) == [
        f"Cleo ({replied.reference}): “Replied” cannot become “Read”.",
        "1 request changed: Read.",
    ]
    assert [stored(row)["status"] for row in (new, read, replied)] == ["read", "read", "replied"]
    assert events(new) == [("new", "read", staff.pk, None)]
    assert events(read) == [("new", "read", None, None)]
    assert stored(new)["read_at"] is not None
    assert [(e.object_id, e.get_change_message()) for e in LogEntry.objects.all()] == [(str(new.pk), "Changed status.")]


def test_contact_requests_are_marked_as_replied(staff_browser, staff, house):
    new, read = RequestFactory(property=house), RequestFactory(property=house)
    read.mark("read", by=None)
    assert shown(act(staff_browser, "mark_replied", new, read)) == ["2 requests changed: Replied."]
    assert events(new) == [("new", "replied", staff.pk, None)]
    assert events(read) == [("new", "read", None, None), ("read", "replied", staff.pk, None)]


def test_a_contact_request_is_marked_from_its_page(staff_browser, staff, contact_request):
    options = Page(staff_browser.get(page(contact_request, "change"))).texts("select[name$=action] option")
    assert {"Mark as read", "Mark as replied", "Release from quarantine"} <= set(options)
    assert shown(act_on_page(staff_browser, "mark_read", contact_request)) == ["1 request changed: Read."]
    assert events(contact_request) == [("new", "read", staff.pk, None)]


def test_a_contact_request_is_released_from_quarantine(staff_browser, staff, spam, contact_request):
    assert shown(act(staff_browser, "release", spam, contact_request)) == ["1 request is released."]
    assert events(spam) == [("quarantine", "new", staff.pk, None)]
    row = ContactRequest.objects.select_related("contact").get(pk=spam.pk)
    assert (row.quarantined_at, row.quarantine_reason, row.contact.email) == (None, "", "sam@example.org")
    assert shown(act_on_page(staff_browser, "release", spam)) == ["0 requests are released."]


def test_a_quarantined_contact_request_is_not_marked(staff_browser, spam):
    before = stored(spam)
    assert shown(act(staff_browser, "mark_read", spam)) == [
        f"Sam Spam ({spam.reference}): it is in quarantine; release it first.",
        "0 requests changed: Read.",
    ]
    assert (stored(spam), events(spam)) == (before, [])


@pytest.mark.parametrize("action", ["mark_read", "mark_replied", "release"])
def test_staff_who_may_only_view_change_nothing(contact_request, spam, action):
    row = spam if action == "release" else contact_request
    before, client = stored(row), staff_client("view_contactrequest")
    assert Page(act(client, action, row)).one("#changelist").has("#result_list")
    assert Page(act_on_page(client, action, row), 403).one("h1").text == "That is not open to you"
    assert (stored(row), events(row)) == (before, [])


def test_bound_staff_change_their_pros_contact_requests_alone(pro, contact_request):
    foreign, client = RequestFactory(), staff_client("all", pro=pro)
    before = stored(foreign)
    assert shown(act(client, "mark_read", contact_request, foreign)) == ["1 request changed: Read."]
    client.post(LIST, {"action": "mark_replied", "_selected_action": str(foreign.pk), "select_across": "1"})
    assert Page(act_on_page(client, "mark_read", foreign), 404).one("h1").text == "There is nothing here"
    assert (stored(contact_request)["status"], stored(foreign), events(foreign)) == ("replied", before, [])


def test_the_visitors_content_is_read_only(staff_browser, contact_request):
    before = stored(contact_request)
    response = staff_browser.get(page(contact_request, "change"))
    assert list(response.context["adminform"].form.fields) == []
    form = Page(response).one("#contactrequest_form")
    assert form.one(".field-message .readonly").text == "Is the garden included?" and not form.has("[name=_save]")
    data = {"name": "X", "message": "X", "status": "replied", "quarantined_at_0": "2026-01-01", "_save": "Save"}
    data |= {f"{prefix}-{key}_FORMS": "0" for prefix in ("replies", "events") for key in ("TOTAL", "INITIAL")}
    assert staff_browser.post(page(contact_request, "change"), data)["Location"] == LIST
    assert stored(contact_request) == before


def test_nobody_adds_a_contact_request(staff_browser):
    response = staff_browser.get(page(ContactRequest, "add"))
    assert Page(response, 403).one("h1").text == "That is not open to you"


def test_answers_and_status_changes_are_shown_and_not_edited(staff_browser, user, contact_request, work_tasks):
    message = answer(contact_request, "Yes, it <is>.", by=user)
    work_tasks()
    change = Page(staff_browser.get(page(contact_request, "change")))
    written = f"{message.created_at:%Y-%m-%d %H:%M} Olive Owner: Yes, it <is>. (Sent)"
    assert change.one(".field-answers p").text == written
    changes = change.one("#events-group")
    assert [changes.one(f".field-{name}").text for name in ("before", "after", "user")] == [
        "New",
        "Replied",
        "Olive Owner",
    ]
    assert not changes.has("[name=events-0-user]")


def test_more_changes_take_no_more_queries(staff_browser, contact_request):
    def add(count: int) -> None:
        for _n in range(count):
            contact_request.record_event("new", "read", UserFactory())

    add(1)
    queries(staff_browser, page(contact_request, "change"))
    few = queries(staff_browser, page(contact_request, "change"))
    add(20)
    assert queries(staff_browser, page(contact_request, "change")) == few


def test_the_visitors_content_is_escaped(staff_browser, house):
    row = RequestFactory(property=house, name="<script>alert(1)</script>", message="<img src=x onerror=alert(1)>")
    for path in (LIST, page(row, "change"), page(row, "history"), page(row, "delete")):
        response = staff_browser.get(path)
        assert "<script>alert(1)</script>" in Page(response).text
        assert "<script>alert" not in response.content.decode()
        assert "<img src=x" not in response.content.decode()


def test_autocompletes_answer_hostile_input(contact_request):
    client = staff_client("all")
    for field in ("contact", "property", "pro"):
        for text in HOSTILE:
            response = autocomplete(client, "contact_requests.contactrequest", field, text)
            assert (response.status_code, set(response.json())) == (200, {"results", "pagination"})
