"""Several people of the list of who waits, chosen and let go at once, and that undone."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from contacts.models import WaitingItem
from contacts.waiting.later import put_off
from tests.pages import Page

from ...factories import ContactFactory
from ..messaging import arrive

pytestmark = pytest.mark.django_db

CHOSEN = "/inbox/chosen"


@pytest.fixture
def people(telegram):
    now = timezone.now()
    return [arrive(telegram, who=name, sent_at=now - timedelta(minutes=9 - n)).contact for n, name in enumerate("ABC")]


def boxes(browser, path="/inbox"):
    return Page(browser.get(path)).values("form.chosen-form [name=person]", "value")


def names(browser):
    return Page(browser.get("/inbox")).texts(".row-name strong")


def toasts(browser):
    return Page(browser.get("/inbox")).one("#toasts")


def outcomes(pro):
    return list(WaitingItem.objects.for_pro(pro).order_by("since").values_list("outcome", flat=True))


@pytest.mark.parametrize(
    ("action", "outcome", "told"),
    [
        ("another-way", "another_way", "2 people: answered another way."),
        ("no-answer", "no_answer", "2 people: no answer needed."),
    ],
)
def test_the_chosen_leave_together_and_are_undone_together(browser, pro, people, action, outcome, told):
    chosen = boxes(browser)
    assert [value.split(".")[0] for value in chosen] == [str(contact.pk) for contact in people]
    response = browser.post(CHOSEN, {"person": chosen[:2], "do": action})
    assert (response["Location"], outcomes(pro)) == ("/inbox", [outcome, outcome, ""])
    toast = toasts(browser).one(".toast")
    assert (toast.one("p").text, names(browser)) == (told, ["C"])
    assert browser.post(toast.form().action)["Location"] == "/inbox"
    assert (outcomes(pro), names(browser)) == (["", "", ""], ["A", "B", "C"])
    browser.post(toast.form().action)
    assert toasts(browser).one("p").text == "This can no longer be undone."


def test_the_chosen_are_put_off_together_and_listed_again(browser, pro, people):
    response = browser.post(f"{CHOSEN}?q=in", {"person": boxes(browser)[1:], "when": "tomorrow"})
    assert (response["Location"], names(browser)) == ("/inbox?q=in", ["A"])
    at = timezone.localtime(WaitingItem.objects.later().first().later_until)
    tomorrow = timezone.localtime() + timedelta(days=1)
    assert (at.date(), at.hour, at.minute) == (tomorrow.date(), 9, 0)


def test_putting_off_is_undone_for_those_who_are_put_off_still(browser, pro, people):
    browser.post(CHOSEN, {"person": boxes(browser)[1:], "when": "monday"})
    toast = toasts(browser).one(".toast")
    assert toast.one("p").text.startswith("2 people come back on ")
    WaitingItem.objects.filter(contact=people[2]).update(later_until=timezone.now() + timedelta(days=99))
    browser.post(toast.form().action)
    assert names(browser) == ["A", "B"]


def test_who_wrote_after_the_list_was_shown_stays(browser, pro, telegram, people):
    chosen = boxes(browser)
    arrive(telegram, "One more thing", who="B")
    browser.post(CHOSEN, {"person": chosen, "do": "no-answer"})
    shown = toasts(browser).texts("p")
    assert shown == ["2 people: no answer needed.", "1 person wrote meanwhile and stays."]
    assert names(browser) == ["B"]


def test_people_of_others_and_nonsense_change_nothing(browser, other_browser, pro, other_user, people):
    chosen = boxes(browser)
    other_browser.post(CHOSEN, {"person": chosen, "do": "no-answer"})
    assert toasts(other_browser).one("p").text == "Nobody was chosen."
    nobody = ContactFactory(pro=pro).pk
    for person in ("", ".", "\x00", f"{people[0].pk}", f"{people[0].pk}.{2**80}", f"{people[0].pk}.-1", f"{nobody}.1"):
        browser.post(CHOSEN, {"person": person, "do": "no-answer"})
        assert toasts(browser).one("p").text == "Nobody was chosen.", person
    browser.post(CHOSEN, {"person": chosen, "when": "someday"})
    assert toasts(browser).one("p").text == "Choose a date and a time."
    assert outcomes(pro) == ["", "", ""]


def test_an_undo_reaches_what_the_user_ended_alone(browser, other_browser, pro, people):
    browser.post(CHOSEN, {"person": boxes(browser), "do": "no-answer"})
    url = toasts(browser).one(".toast").form().action
    other_browser.post(url)
    assert outcomes(pro) == ["no_answer", "no_answer", "no_answer"]
    assert [browser.get(path).status_code for path in (CHOSEN, url)] == [405, 405]
    assert browser.post(f"{CHOSEN}/undo/{2**80}").status_code == 404


def test_too_many_at_once_are_refused(browser, pro, people):
    chosen = boxes(browser)
    more = [f"{uuid.uuid4()}.{n}" for n in range(1, 51)]
    browser.post(CHOSEN, {"person": [*chosen, *more], "do": "no-answer"})
    assert toasts(browser).one("p").text == "Choose at most 50 people at once."
    assert outcomes(pro) == ["", "", ""]


def test_lists_of_who_does_not_wait_have_nothing_to_choose(browser, people):
    browser.post(CHOSEN, {"person": boxes(browser)[:1], "when": "monday"})
    for path in ("/inbox/later", "/inbox/all", "/inbox/done"):
        page = Page(browser.get(path))
        assert (page.all("form.chosen-form"), page.all(".row-tick")) == ([], []), path


def test_a_person_who_is_put_off_says_when_they_come_back(browser, pro, user, people):
    until = timezone.now() + timedelta(days=2)
    put_off(people[0], until, words="Call first", by=user)
    page = Page(browser.get(f"/inbox/{people[0].pk}?view=later"))
    assert page.one(".item-since").text == f"comes back on {date_format(timezone.localtime(until), 'j M, H:i')}"
    notice = page.one(".item-notice")
    assert notice.one("p").text == "Call first"
    assert browser.post(notice["action"])["Location"] == f"/inbox/{people[0].pk}"
    assert names(browser) == ["A", "B", "C"]
