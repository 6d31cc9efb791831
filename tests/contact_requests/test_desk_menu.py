"""The menu of the desk's lists, with what each counts, and the rail."""

import pytest
from django.utils import timezone

from contacts.models import Draft, WaitingItem

from ..factories import ContactFactory, RequestFactory
from ..pages import Page

ADDRESSES = {
    "/inbox": "Waiting",
    "/inbox/later": "Later",
    "/inbox/done": "Done",
    "/inbox/requests": "Requests",
    "/inbox/all": "All conversations",
    "/inbox/drafts": "Drafts",
    "/inbox/set-aside": "Set aside",
}


def menu(browser, path):
    """{address: (name and count, is current)} of each list."""
    links = Page(browser.get(path)).one("nav#views").all("a")
    return {a["href"]: (a.text, a.get("aria-current") == "page") for a in links}


@pytest.mark.parametrize("path", ADDRESSES)
def test_each_list_is_in_the_menu_and_the_current_one_is_marked(browser, path):
    assert menu(browser, path) == {address: (name, address == path) for address, name in ADDRESSES.items()}


def test_lists_show_how_much_is_in_them(browser, user, house):
    pro, now = house.pro, timezone.now()
    anna, boris = (ContactFactory(pro=pro) for _n in range(2))
    for key, contact in enumerate((anna, anna, boris, None)):
        WaitingItem.objects.add(pro, "message", key, contact=contact, since=now, channel="email")
    WaitingItem.objects.add(RequestFactory().pro, "message", "x", contact=None, since=now, channel="email")
    put_off = WaitingItem.objects.add(pro, "message", "later", contact=ContactFactory(pro=pro), since=now, channel="")
    WaitingItem.objects.filter(pk=put_off.pk).update(later_until=now)
    Draft.objects.create(pro=pro, user=user, contact=anna, text="Dear Anna")
    RequestFactory(property=house, quarantined_at=now, quarantine_reason="honeypot")
    shown = {address: text for address, (text, _is_current) in menu(browser, "/inbox/requests").items()}
    assert shown == {
        "/inbox": "Waiting 3",
        "/inbox/later": "Later 1",
        "/inbox/done": "Done",
        "/inbox/requests": "Requests",
        "/inbox/all": "All conversations",
        "/inbox/drafts": "Drafts 1",
        "/inbox/set-aside": "Set aside 1",
    }


@pytest.mark.parametrize("path", ADDRESSES)
def test_the_rail_marks_the_desk(browser, house, path):
    assert Page(browser.get(path)).one("nav.rail").values("a[aria-current=page]", "href") == ["/inbox"]
