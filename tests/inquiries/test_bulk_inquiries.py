"""One action for many inquiries: by the verb of the single one, and undone where their history allows it."""

import pytest

from contacts.bulk.working import can_be_undone
from contacts.models import BulkRun, Contact, WaitingItem
from inquiries.models import Inquiry
from inquiries.pipeline.moves import close_inquiry
from inquiries.waiting import add_inquiry
from tests.contacts.bulk.runs import done, undone
from tests.factories import ContactFactory, InquiryFactory
from tests.pages import Page


def rows():
    """The inquiries as they are, but for the time of the last change."""
    names = [field.attname for field in Inquiry._meta.concrete_fields if field.name != "updated_at"]
    return list(Inquiry.objects.order_by("pk").values_list(*names))


@pytest.fixture
def asked(pro):
    people = [ContactFactory(pro=pro, name=name) for name in ("Anna", "Bea")]
    asked = [InquiryFactory(pro=pro, subject=f"Roof {n}", contact=person) for n, person in enumerate([*people, None])]
    for inquiry in asked:
        add_inquiry(inquiry)
    return asked


def test_they_are_given_a_priority_and_their_own_again(user, asked, work_tasks):
    asked[0].classify(priority="high")
    before = rows()
    run = done(user, "priority:urgent", work_tasks, "inquiries")
    assert (run.counts, set(Inquiry.objects.values_list("priority", flat=True))) == ({"changed": 3}, {"urgent"})
    assert undone(run, user, work_tasks).counts == {"changed": 3, "undo_undone": 3}
    assert rows() == before
    run = done(user, "priority:high", work_tasks, "inquiries")
    assert run.counts == {"same": 1, "changed": 2}
    asked[1].refresh_from_db()
    asked[1].classify(category="Roofs")
    assert undone(run, user, work_tasks).counts == {"same": 1, "changed": 2, "undo_touched": 1, "undo_undone": 1}


def test_they_need_no_answer_and_wait_again(user, asked, work_tasks):
    run = done(user, "no-answer", work_tasks, "inquiries")
    assert (run.counts, set(WaitingItem.objects.values_list("outcome", flat=True))) == ({"changed": 3}, {"no_answer"})
    assert undone(run, user, work_tasks).counts == {"changed": 3, "undo_undone": 3}
    assert set(WaitingItem.objects.values_list("outcome", flat=True)) == {""}


def test_they_are_closed_for_good(browser, user, asked, work_tasks):
    close_inquiry(asked[0], by=user)
    run = done(user, "close:cancelled", work_tasks, "inquiries")
    assert run.counts == {"closed": 1, "changed": 2}
    assert sorted(Inquiry.objects.values_list("status", flat=True)) == ["cancelled", "cancelled", "closed"]
    last = asked[1].history.order_by("pk").last()
    assert (last.to_status, last.by_name) == ("closed", user.name)
    assert not can_be_undone(run)
    assert Page(browser.get(f"/many/{run.pk}")).all("[action$=undo]") == []


def test_their_people_are_assigned(user, asked, work_tasks):
    run = done(user, f"assign:{user.pk}", work_tasks, "inquiries")
    assert (run.counts, set(Contact.objects.values_list("assigned_to", flat=True))) == (
        {"changed": 2, "none": 1},
        {user.pk},
    )
    assert undone(run, user, work_tasks).counts == {"changed": 2, "none": 1, "undo_undone": 2}


def test_they_are_chosen_in_the_list(browser, user, other_user, asked):
    foreign = InquiryFactory(pro=other_user.pro)
    close_inquiry(asked[2], by=user)
    page = Page(browser.get("/inquiries"))
    assert page.values("tbody [name=inquiry]", "value") == [str(row.pk) for row in (asked[1], asked[0])]
    assert page.one(".chosen-all").text == "All 2 that match"
    for values, chosen in (
        ({"inquiry": [asked[0].pk, foreign.pk, "x", 2**70]}, [asked[0]]),
        ({"page": "1", "shown": page.one("[name=shown]")["value"]}, asked[:2]),
        ({"all": "1", "query": ""}, asked[:2]),
        ({"all": "1", "query": "status=all&q=roof"}, asked),
    ):
        browser.post("/many/inquiries/choose", values)
        assert list(BulkRun.objects.get().rows.order_by("number").values_list("object_number", flat=True)) == [
            row.pk for row in chosen
        ]
    preview = Page(browser.get(f"/many/{BulkRun.objects.get().pk}?do=close:completed")).one("#preview")
    assert preview.texts("ul li") == ["1 · Closed already"]
    assert preview.texts(".small") == ["This cannot be undone."]
