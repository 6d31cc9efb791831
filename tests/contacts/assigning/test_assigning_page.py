"""Taking, giving and giving back on the pages, and whose people the list shows."""

import pytest

from config.accounts.models import User
from config.audit.models import AuditEvent
from contacts.assigning.assignments import take
from contacts.models import Contact
from tests.pages import Page

from ...factories import UserFactory
from ..messaging import arrive

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Target": "item"}


@pytest.fixture
def colleague(pro):
    return UserFactory(pro=pro, name="Inès Moreau")


@pytest.fixture
def ana(telegram):
    return arrive(telegram, who="Ana").contact


def toast(browser):
    return Page(browser.get("/inbox")).one("#toasts .toast p").text


def holder(contact):
    return Contact.objects.get(pk=contact.pk).assigned_to


def names(page):
    return page.texts(".row-name strong")


def test_an_office_of_one_sees_nothing_of_it(browser, ana):
    page = Page(browser.get(f"/inbox/{ana.pk}"))
    assert (names(page), page.all("[data-key=a], #shown-menu, form.give, .row-assignee")) == (["Ana"], [])


def test_a_takes_and_a_menu_gives(browser, ana, user, colleague):
    page = Page(browser.get(f"/inbox/{ana.pk}"))
    form = page.form("form[action$=take]")
    assert page.one("[data-key=a]")["title"] == "Take: mine from now on (a)"
    response = browser.post(form.action, form.fields)
    assert (response["Location"], holder(ana), toast(browser)) == (f"/inbox/{ana.pk}", user, "Ana is yours.")
    page = Page(browser.get(f"/inbox/{ana.pk}"))
    give = page.form("form.give")
    assert (page.all("[data-key=a]"), page.texts("form.give button")) == ([], ["Give to Inès Moreau", "Back to nobody"])
    assert page.one(".item-since").text.endswith("· yours")
    browser.post(give.action, {**give.fields, "to": colleague.pk})
    assert (holder(ana), toast(browser)) == (colleague, "Ana is assigned to Inès Moreau.")
    page = Page(browser.get("/inbox"))
    assert page.one(".row-assignee")["title"] == "Assigned to Inès Moreau"
    browser.post(give.action, {"from": colleague.pk, "to": ""})
    assert (holder(ana), toast(browser)) == (None, "Ana is nobody’s.")


def test_who_was_slower_is_told_on_the_page_and_by_htmx(browser, ana, colleague):
    take(ana, by=colleague)
    assert browser.post(f"/inbox/{ana.pk}/take")["Location"] == f"/inbox/{ana.pk}"
    assert (toast(browser), holder(ana)) == ("Inès Moreau was quicker and has Ana.", colleague)
    response = browser.post(f"/inbox/{ana.pk}/take", headers=HTMX)
    page = Page(response, 409)
    assert (response.status_code, page.one(".toast p").text) == (409, "Inès Moreau was quicker and has Ana.")
    assert (page.one(".item-since").text.endswith("· Inès Moreau"), page.one(".row-assignee").text) == (
        True,
        "IM Assigned to Inès Moreau",
    )


def test_somebody_else_or_nonsense_is_given_nobody(browser, ana, colleague, other_user, case):
    give = f"/inbox/{ana.pk}/give"
    for label, fields, status in [
        ("another office", {"to": other_user.pk}, 302),
        ("too large", {"to": 2**80}, 400),
        ("no number", {"to": "x"}, 400),
        ("no number before", {"from": "\0", "to": colleague.pk}, 400),
        ("nobody's already", {"to": ""}, 302),
    ]:
        with case(label):
            assert (browser.post(give, fields).status_code, holder(ana)) == (status, None)


def test_the_list_shows_ones_own_or_nobodys_from_now_on(browser, telegram, user, colleague):
    for who, to in {"Mine": user, "Theirs": colleague, "Free": None}.items():
        contact = arrive(telegram, who=who).contact
        if to:
            take(contact, by=to)
    page = Page(browser.get("/inbox"))
    assert (names(page), page.texts("#shown-menu button")) == (
        ["Mine", "Theirs", "Free"],
        ["Everyone", "Mine", "Nobody’s"],
    )
    for shown, title, listed in (("mine", "Mine 1", ["Mine"]), ("nobody", "Nobody’s 1", ["Free"])):
        assert browser.post("/inbox/shown", {"shown": shown})["Location"] == "/inbox"
        page = Page(browser.get("/inbox"))
        heading, count = page.one("#desk-title").text, page.one("#rail-count").text
        assert (names(page), heading.startswith(title), count) == (listed, True, "3")
        assert names(Page(browser.get("/inbox?q=e"))) == [name for name in listed if "e" in name]
        # The others are found in the other lists.
        assert set(names(Page(browser.get("/inbox/all")))) == {"Mine", "Theirs", "Free"}
    assert browser.post("/inbox/shown", {"shown": "all"}).status_code == 400
    assert User.objects.get(pk=user.pk).waiting_shown == "nobody"


def test_whoever_is_given_away_leaves_the_list_of_ones_own(browser, ana, user, colleague):
    take(ana, by=user)
    browser.post("/inbox/shown", {"shown": "mine"})
    page = Page(browser.post(f"/inbox/{ana.pk}/give", {"from": user.pk, "to": colleague.pk}, headers=HTMX))
    assert page.one(f"#row-{ana.pk}")["hx-swap-oob"] == "delete"
    page = Page(browser.get("/inbox"))
    assert (names(page), page.texts(".empty .happy")) == ([], ["None of yours is waiting."])


def test_the_number_above_the_list_follows_what_is_done(browser, ana, user, colleague, telegram):
    take(arrive(telegram, who="Bob").contact, by=user)
    take(ana, by=user)
    browser.post("/inbox/shown", {"shown": "mine"})
    page = Page(browser.post(f"/inbox/{ana.pk}/no-answer", headers=HTMX))
    assert (page.one("#shown-count").text, page.one("#rail-count").text) == ("1", "1")


def test_a_note_offers_colleagues_to_mention(browser, ana, colleague):
    page = Page(browser.get(f"/inbox/{ana.pk}"))
    assert page.texts("#mentions li") == ["@Inès Moreau"]


def test_an_owner_decides_how_people_are_assigned(browser, pro):
    form = Page(browser.get("/settings/assigning")).form("main form.card")
    assert form.fields == {"silent_hours": "0"}
    for hours, status in (("-1", 422), ("241", 422), ("9" * 99, 422), ("", 422), ("8", 302)):
        response = browser.post("/settings/assigning", {"assigns_by_turns": "on", "silent_hours": hours})
        pro.refresh_from_db()
        saved = (True, 8) if status == 302 else (False, 0)
        assert (response.status_code, pro.assigns_by_turns, pro.silent_hours) == (status, *saved)
    event = AuditEvent.objects.latest("pk")
    assert (event.kind, event.detail) == ("settings_changed", "assigns_by_turns,silent_hours")
