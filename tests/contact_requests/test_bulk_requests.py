"""One action for many contact requests: by the verb of the single one, and undone."""

import pytest

from contact_requests.marking import mark_contact_request
from contact_requests.models import ContactRequest
from contact_requests.receiving import receive, release, set_aside
from contacts.models import BulkRun, Contact, WaitingItem
from tests.contacts.bulk.runs import done, undone
from tests.factories import PropertyFactory, RequestFactory
from tests.pages import Page


def receive_one(house, name):
    """The contact request of a visitor, each with an address of their own."""
    texts = {"phone": "", "message": "Is it free?", "language": "en"}
    return receive(house, name=name, email=f"{name}@example.org".lower(), **texts)


def rows():
    """The contact requests as they are, but for the time of the last change."""
    names = [field.attname for field in ContactRequest._meta.concrete_fields if field.name != "updated_at"]
    return list(ContactRequest.objects.order_by("pk").values_list(*names))


def waiting():
    return dict(WaitingItem.objects.values_list("contact__name", "outcome"))


@pytest.fixture
def requests(pro, work_tasks):
    """Three that wait, whose mails have been sent."""
    house = PropertyFactory(pro=pro, is_published=True)
    received = [receive_one(house, name) for name in ("Anna", "Bea", "Cora")]
    work_tasks()
    return received


def events(contact_request):
    return list(contact_request.events.values_list("from_status", "to_status", "user__name"))


def test_they_are_marked_as_replied_wait_no_more_and_go_back(user, requests, work_tasks):
    mark_contact_request(requests[0], "replied", by=None)
    requests[1].mark("read", by=None)
    before, waited = rows(), waiting()
    run = done(user, "status:replied", work_tasks, "requests")
    assert (run.counts, set(ContactRequest.objects.values_list("status", flat=True))) == (
        {"same": 1, "changed": 2},
        {"replied"},
    )
    assert waiting() == dict.fromkeys(("Anna", "Bea", "Cora"), "another_way")
    assert events(requests[1])[1:] == [("read", "replied", user.name)]
    run = undone(run, user, work_tasks)
    assert (run.counts, rows(), waiting()) == ({"same": 1, "changed": 2, "undo_undone": 2}, before, waited)
    assert events(requests[1])[2:] == [("replied", "read", user.name)]


def test_they_are_marked_as_read_and_those_that_went_on_since_stay(user, requests, work_tasks):
    run = done(user, "status:read", work_tasks, "requests")
    assert run.counts == {"changed": 3}
    mark_contact_request(ContactRequest.objects.get(pk=requests[0].pk), "replied", by=user)
    assert undone(run, user, work_tasks).counts == {"changed": 3, "undo_touched": 1, "undo_undone": 2}
    assert sorted(ContactRequest.objects.values_list("name", "status")) == [
        ("Anna", "replied"),
        ("Bea", "new"),
        ("Cora", "new"),
    ]


def test_they_need_no_answer_and_wait_again(user, requests, work_tasks):
    mark_contact_request(requests[0], "replied", by=None)
    before = waiting()
    run = done(user, "no-answer", work_tasks, "requests")
    assert (run.counts, waiting()["Bea"], waiting()["Anna"]) == ({"over": 1, "changed": 2}, "no_answer", "another_way")
    assert undone(run, user, work_tasks).counts == {"over": 1, "changed": 2, "undo_undone": 2}
    assert waiting() == before
    assert set(ContactRequest.objects.values_list("status", flat=True)) == {"new", "replied"}


def test_they_are_set_aside_and_released(user, requests, work_tasks, mailoutbox):
    set_aside(requests[0], by=user)
    mails = len(mailoutbox)
    run = done(user, "set-aside", work_tasks, "requests")
    assert (run.counts, ContactRequest.objects.for_pro(user.pro).count()) == ({"aside": 1, "changed": 2}, 0)
    release(ContactRequest.objects.get(pk=requests[1].pk), by=user)
    assert undone(run, user, work_tasks).counts == {"aside": 1, "changed": 2, "undo_touched": 1, "undo_undone": 1}
    assert sorted(ContactRequest.objects.for_pro(user.pro).values_list("name", flat=True)) == ["Bea", "Cora"]
    assert len(mailoutbox) == mails


def test_their_people_are_assigned_once_each(user, requests, work_tasks):
    again = RequestFactory(property=requests[0].property, pro=user.pro, contact=requests[0].contact, name="Anna")
    run = done(user, f"assign:{user.pk}", work_tasks, "requests")
    assert run.counts == {"changed": 3, "same": 1}
    assert set(Contact.objects.values_list("assigned_to", flat=True)) == {user.pk}
    assert again.contact.events.filter(kind="assigned").count() == 1
    assert undone(run, user, work_tasks).counts == {"changed": 3, "same": 1, "undo_undone": 3}
    assert set(Contact.objects.values_list("assigned_to", flat=True)) == {None}


def test_they_are_chosen_in_the_list(browser, user, other_user, requests):
    foreign = receive_one(PropertyFactory(pro=other_user.pro), "Anna")
    page = Page(browser.get("/inbox/requests"))
    assert page.values("[name=request]", "value") == [str(row.pk) for row in reversed(requests)]
    assert page.one(".chosen-all").text == "All 3 that match"
    assert Page(browser.get("/inbox/requests?q=anna")).one(".chosen-all").text == "All that match"
    form = page.form(".chosen-form")
    url = "/many/requests/choose"
    assert form.action == url
    for values, names in (
        ({"request": [requests[0].pk, foreign.pk, "x"]}, ["Anna"]),
        ({"page": "1", "shown": page.one("[name=shown]")["value"]}, ["Anna", "Bea", "Cora"]),
        ({"all": "1", "query": "status=all&q=cora"}, ["Cora"]),
    ):
        browser.post(url, values)
        keys = BulkRun.objects.get().rows.values("object_uuid")
        assert sorted(ContactRequest.objects.filter(pk__in=keys).values_list("name", flat=True)) == names
    preview = Page(browser.get(f"/many/{BulkRun.objects.get().pk}?do=status:replied")).one("#preview")
    assert [(link.text, link["href"]) for link in preview.all("ol a")] == [
        ("Cora", f"/inbox/{requests[2].contact_id}#request-{requests[2].pk}")
    ]
