"""The pages of likely duplicates: side by side, merged, undone, told apart."""

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.book.merging import merge_contacts
from contacts.models import Contact, ContactMerge, DistinctPair

from ..factories import ContactFactory, PropertyFactory, RequestFactory
from .conversing import arrive, connect

ANNA, ANNE, PHONE = "anna@example.org", "anne@example.org", "+33612345678"
HTMX = {"HX-Request": "true", "HX-Target": "merge"}
GONE = "One of the two contacts was archived or merged meanwhile. This is the current page."


@pytest.fixture
def anna(pro):
    return Contact.objects.register(pro, name="Anna Visser", email=ANNA, phone=PHONE)


@pytest.fixture
def anne(pro):
    return Contact.objects.register(pro, name="Anne Visser", phone=PHONE, role="tenant", referral_source="A friend")


def address(one, other, action="merge"):
    return f"/contacts/{one.pk}/{action}/{other.pk}"


def page_of(contact):
    return f"/contacts/{contact.pk}"


def chosen(html):
    """{group: side} of the form as it is shown."""
    inputs = re.findall(r"<input type=\"radio\"[^>]*>", html)
    pairs = (re.search(r'name="(\w+)" value="(\w)"', found).groups() for found in inputs if "checked" in found)
    return dict(pairs)


def form(html, **changes):
    """What a browser would send."""
    return {"seen": re.search(r'name="seen" value="(\w+)"', html)[1], **chosen(html), **changes}


def shown(browser, path, **query):
    response = browser.get(path, query)
    assert response.status_code == 200
    return response.content.decode()


def sent(browser, one, other, **changes):
    """Opens the preview and sends it with these choices."""
    path = address(one, other)
    return browser.post(path, form(shown(browser, path), **changes))


def merged(user, one, other):
    return merge_contacts(one, other, by=user)


def stored(contact):
    return Contact.objects.values("name", "email", "phone", "role", "referral_source", "merged_into").get(pk=contact.pk)


# --- The preview


def test_both_are_shown_with_what_they_have(browser, pro, anna, anne):
    for _n in range(2):
        RequestFactory(property=PropertyFactory(pro=pro), contact=anne)
    html = shown(browser, address(anna, anne))
    for words in ("Anna Visser", "Anne Visser", ANNA, "Tenant", "Prospect", "A friend", "2 contact requests"):
        assert words in html, words
    assert html.count("No history yet") == 1
    groups = re.findall(r"<legend>([^<]+)</legend>", html)
    assert groups == ["Which contact do you keep?", "Name", "E-mail", "Role", "Referred by"]
    assert "06 12 34 56 78" in html.split("The same in both:")[1]


def test_the_elder_stays_unless_the_other_has_more_history(browser, pro, anna, anne):
    path = address(anne, anna)
    assert chosen(shown(browser, path)) == {
        "survivor": "b",
        "name": "b",
        "email": "b",
        "role": "b",
        "referral_source": "a",
    }
    RequestFactory(property=PropertyFactory(pro=pro), contact=anne)
    assert chosen(shown(browser, path)) == {
        "survivor": "a",
        "name": "a",
        "email": "b",
        "role": "a",
        "referral_source": "a",
    }


def test_another_survivor_brings_its_own_values(browser, anna, anne):
    html = shown(browser, address(anna, anne), survivor="b")
    assert chosen(html) == {"survivor": "b", "name": "b", "email": "a", "role": "b", "referral_source": "b"}


@pytest.mark.parametrize("survivor", ["", "c", "a\0", "x" * 5000])
def test_an_unusable_survivor_counts_as_none(browser, anna, anne, survivor):
    assert chosen(shown(browser, address(anna, anne), survivor=survivor))["survivor"] == "a"


def test_htmx_gets_the_form_alone(browser, anna, anne):
    response = browser.get(address(anna, anne) + "?survivor=b", headers=HTMX)
    html = response.content.decode()
    assert (response.status_code, html.strip()[:16], "<html" in html) == (200, '<form id="merge"', False)
    assert chosen(html)["survivor"] == "b"


def test_to_look_changes_nothing(browser, anna, anne):
    before = list(Contact.objects.order_by("pk").values())
    shown(browser, address(anna, anne))
    for action in ("apart", "merge"):
        method = browser.get if action == "apart" else browser.put
        assert method(address(anna, anne, action)).status_code == 405
    assert (list(Contact.objects.order_by("pk").values()), ContactMerge.objects.count()) == (before, 0)


def test_what_visitors_typed_stays_text(browser, pro, anna):
    odd = Contact.objects.register(pro, name="<script>x</script>", phone=PHONE)
    for path in (address(anna, odd), page_of(anna)):
        html = shown(browser, path)
        assert "<script>x" not in html and "&lt;script&gt;x" in html


def test_the_preview_takes_the_same_number_of_queries_whatever_moves(browser, pro, anna, anne):
    house, counts = PropertyFactory(pro=pro), []
    shown(browser, address(anna, anne))
    for _n in range(2):
        with CaptureQueriesContext(connection) as queries:
            shown(browser, address(anna, anne))
        counts.append(len(queries))
        for _more in range(20):
            RequestFactory(property=house, contact=anne)
    assert counts[0] == counts[1]


# --- Merging


def test_a_merge_as_chosen(browser, user, anna, anne):
    response = sent(browser, anna, anne, name="b", role="b", email="a", referral_source="a")
    merge = ContactMerge.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"{page_of(anna)}?merged={merge.pk}")
    assert stored(anna) == {
        "name": "Anne Visser",
        "email": ANNA,
        "phone": PHONE,
        "role": "tenant",
        "referral_source": "",
        "merged_into": None,
    }
    assert (stored(anne)["merged_into"], merge.user) == (anna.pk, user)


def test_the_other_one_may_stay(browser, anna, anne):
    response = sent(browser, anna, anne, survivor="b", name="b", email="a", role="b", referral_source="b")
    assert response["Location"] == f"{page_of(anne)}?merged={ContactMerge.objects.get().pk}"
    assert stored(anne) == {
        "name": "Anne Visser",
        "email": ANNA,
        "phone": PHONE,
        "role": "tenant",
        "referral_source": "A friend",
        "merged_into": None,
    }
    assert stored(anna)["merged_into"] == anne.pk


def test_no_value_comes_from_anywhere_else(browser, anna, anne):
    sent(browser, anna, anne, name="Mallory", email="\0", role="x" * 5000, phone="+33600000000", status="renter")
    assert stored(anna) == {
        "name": "Anna Visser",
        "email": ANNA,
        "phone": PHONE,
        "role": "prospect",
        "referral_source": "A friend",
        "merged_into": None,
    }
    assert Contact.objects.get(pk=anna.pk).status == "prospect"


def test_the_survivors_page_says_so_and_offers_the_undo(browser, anna, anne):
    location = sent(browser, anna, anne)["Location"]
    merge = ContactMerge.objects.get()
    html = shown(browser, location)
    assert "Anne Visser is merged into Anna Visser." in html
    assert html.count(f'action="/contacts/merges/{merge.pk}/undo"') == 2
    later = shown(browser, page_of(anna))
    assert "is merged into" not in later and "Merged into this contact" in later
    assert later.count(f'action="/contacts/merges/{merge.pk}/undo"') == 1


@pytest.mark.parametrize("rubbish", ["", "x", "a\0b", str(uuid.UUID(int=0))])
def test_another_merge_than_the_contacts_own_is_not_spoken_of(browser, anna, rubbish):
    assert "is merged into" not in shown(browser, page_of(anna), merged=rubbish)


def test_the_old_page_leads_to_the_survivor_along_the_chain(browser, user, pro, anna, anne):
    third = ContactFactory(pro=pro)
    merged(user, anna, anne)
    merged(user, third, anna)
    for gone in (anna, anne):
        response = browser.get(page_of(gone))
        assert (response.status_code, response["Location"]) == (302, page_of(third))


def test_a_value_changed_meanwhile_is_shown_before_it_is_merged(browser, anna, anne):
    path = address(anna, anne)
    data = form(shown(browser, path), name="b", role="b")
    anne.change({"role": "vendor"}, by=None)
    response = browser.post(path, data)
    html = response.content.decode()
    assert (response.status_code, "One of the two contacts was changed meanwhile" in html) == (409, True)
    assert "Vendor" in html and "Tenant" not in html
    assert not ContactMerge.objects.exists()
    # What was chosen stays chosen, and sending it again goes through.
    assert (chosen(html)["name"], chosen(html)["role"]) == ("b", "b")
    assert browser.post(path, form(html)).status_code == 302
    assert stored(anna)["role"] == "vendor"


@pytest.mark.parametrize("seen", [{}, {"seen": ""}, {"seen": "a\0"}, {"seen": "x" * 5000}])
def test_without_what_was_shown_nothing_is_merged(browser, anna, anne, seen):
    response = browser.post(address(anna, anne), {"survivor": "a", "name": "a", **seen})
    assert (response.status_code, ContactMerge.objects.count()) == (409, 0)


def test_a_choice_that_cannot_be_is_said_at_its_field(browser, pro):
    by_mail = Contact.objects.register(pro, name="Anna", email=ANNA)
    by_phone = Contact.objects.register(pro, name="Anna", phone=PHONE)
    response = sent(browser, by_mail, by_phone, email="b", phone="a")
    html = response.content.decode()
    assert (response.status_code, ContactMerge.objects.count()) == (422, 0)
    assert "These contacts cannot be merged like this. See below." in html
    assert '<ul class="errorlist" id="email-error"><li>Enter an e-mail address or a phone number.</li></ul>' in html
    assert chosen(html) == {"survivor": "a", "email": "b", "phone": "a"}
    assert ANNA in html


def test_a_conversation_is_counted_and_moves_with_its_unread_messages(browser, pro, anna, anne):
    channel = connect(pro, "whatsapp")
    known = {"identities": (("whatsapp", "7"), ("phone", PHONE)), "address": "7"}
    for words in ("First", "Second"):
        message = arrive(channel, words, **known)
    # Anna was there before: the number is hers, until somebody says otherwise.
    assert message.contact == anna
    RequestFactory(property=PropertyFactory(pro=pro), contact=anna)
    html = shown(browser, address(anna, anne))
    held = re.findall(r'<span class="soft small">(.*?)</span>', html)
    assert [found for found in held if "messages" in found or "history" in found] == [
        "2 messages, 1 contact request",
        "No history yet",
    ]
    sent(browser, anna, anne, survivor="b", name="b")
    inbox = shown(browser, "/inbox/messages")
    rows = re.findall(r'<li id="row-([^"]+)">.*?<strong>(.*?)</strong>.*?(\d+) unread', inbox, re.S)
    assert rows == [(str(anne.pk), "Anne Visser", "2")]
    assert "Second" in shown(browser, page_of(anne))
    browser.post(f"/contacts/merges/{ContactMerge.objects.get().pk}/undo")
    rows = re.findall(r'<li id="row-([^"]+)">.*?<strong>(.*?)</strong>', shown(browser, "/inbox/messages"), re.S)
    assert rows == [(str(anna.pk), "Anna Visser")]


# --- What is no pair (any more)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("reason", ["archived", "merged", "merged into the other"])
def test_a_pair_that_is_none_any_more_leads_to_who_is_left(browser, user, pro, anna, anne, method, reason):
    data = form(shown(browser, address(anna, anne)))
    left = anna
    if reason == "archived":
        anne.archive(by=user)
    elif reason == "merged":
        merged(user, ContactFactory(pro=pro), anne)
    else:
        merged(user, anne, anna)
        left = anne
    response = getattr(browser, method)(address(anna, anne), data)
    assert (response.status_code, response["Location"]) == (302, page_of(left))
    assert GONE in shown(browser, page_of(left))
    assert ContactMerge.objects.count() == (reason != "archived")


def test_a_fragment_of_a_pair_that_is_none_any_more_leaves_the_page(browser, user, anna, anne):
    merged(user, anna, anne)
    response = browser.get(address(anna, anne), headers=HTMX)
    assert (response.status_code, response["HX-Redirect"]) == (200, page_of(anna))


def test_where_nobody_is_left_is_nothing(browser, user, anna, anne):
    for contact in (anna, anne):
        contact.archive(by=user)
    assert browser.get(address(anna, anne)).status_code == 404


@pytest.mark.parametrize("action", ["merge", "apart"])
def test_another_pros_an_unknown_one_and_oneself_are_404(browser, anna, action):
    foreign = ContactFactory(name="A Foreigner", email=ANNA)
    gone = ContactFactory(pro=foreign.pro)
    merged(None, foreign, gone)
    for other in (foreign, gone, ContactFactory.build(), anna):
        for one, two in ((anna, other), (other, anna)):
            for response in (browser.get(address(one, two)), browser.post(address(one, two, action))):
                assert (response.status_code, b"Foreigner" in response.content) == (404, False)
    assert not DistinctPair.objects.exists()
    assert stored(foreign)["merged_into"] is None


def test_another_pros_merge_is_404(other_browser, user, anna, anne):
    merge = merged(user, anna, anne)
    assert other_browser.post(f"/contacts/merges/{merge.pk}/undo").status_code == 404
    assert ContactMerge.objects.get().undone_at is None


@pytest.mark.django_db(transaction=True)
def test_of_two_who_merge_at_once_one_is_told(browser, anna, anne, at_once):
    path = address(anna, anne)
    data = form(shown(browser, path))
    found = at_once(2, lambda _n: browser.post(path, data)["Location"])
    merge = ContactMerge.objects.get()
    assert sorted(found) == [page_of(anna), f"{page_of(anna)}?merged={merge.pk}"]


# --- Undo


def test_an_undo_makes_two_again(browser, user, anna, anne):
    sent(browser, anna, anne, name="b")
    merge = ContactMerge.objects.get()
    response = browser.post(f"/contacts/merges/{merge.pk}/undo")
    assert (response.status_code, response["Location"]) == (302, page_of(anna))
    html = shown(browser, page_of(anna))
    assert "Anne Visser and Anne Visser are two contacts again." in html
    assert "Merged into this contact" not in html
    assert (stored(anna)["name"], stored(anne)["merged_into"]) == ("Anna Visser", None)
    assert ContactMerge.objects.get().undone_by == user


def test_an_undo_that_cannot_be_is_explained(browser, user, pro, anna, anne):
    third = ContactFactory(pro=pro)
    merge = merged(user, anna, anne)
    merged(user, third, anna)
    response = browser.post(f"/contacts/merges/{merge.pk}/undo")
    assert response["Location"] == page_of(anna)
    assert "Undo the later merge first." in shown(browser, browser.get(response["Location"])["Location"])
    assert stored(anne)["merged_into"] == anna.pk


def test_an_undo_is_a_post(browser, user, anna, anne):
    merge = merged(user, anna, anne)
    assert browser.get(f"/contacts/merges/{merge.pk}/undo").status_code == 405
    assert ContactMerge.objects.get().undone_at is None


# --- The panel


def test_the_panel_says_why(browser, anna, anne):
    html = shown(browser, page_of(anna))
    item = html.split('<li class="duplicate">')[1].split("</li>")[0]
    assert re.findall(r'<span class="tag">([^<]+)</span>', item) == ["Same phone", "Similar name"]
    assert f'href="{address(anna, anne)}"' in item and f'action="{address(anna, anne, "apart")}"' in item
    assert "06 12 34 56 78" in item


def test_without_duplicates_there_is_no_panel(browser, anna):
    html = shown(browser, page_of(anna))
    assert "Likely duplicates" not in html and "Merged into this contact" not in html


def test_two_told_apart_are_not_suggested_again_until_it_is_undone(browser, user, anna, anne):
    response = browser.post(address(anna, anne, "apart"))
    assert (response.status_code, response["Location"]) == (302, f"/contacts/{anna.pk}?apart={anne.pk}")
    html = browser.get(response["Location"]).content.decode()
    assert "Anna Visser and Anne Visser are no longer suggested as duplicates." in html
    assert "Likely duplicates" not in html and 'name="undo"' in html
    pair = DistinctPair.objects.get()
    assert ({pair.first_id, pair.second_id}, pair.user) == ({anna.pk, anne.pk}, user)
    for _ in range(2):
        response = browser.post(address(anna, anne, "apart"), {"undo": "1"})
        assert response["Location"] == f"/contacts/{anna.pk}"
    html = browser.get(f"/contacts/{anna.pk}?apart={anne.pk}").content.decode()
    assert "Likely duplicates" in html and 'name="undo"' not in html
    for nonsense in ("x", uuid.uuid4()):
        assert browser.get(f"/contacts/{anna.pk}?apart={nonsense}").status_code == 200


def test_to_tell_an_archived_one_apart_leads_to_who_is_left(browser, user, anna, anne):
    anne.archive(by=user)
    response = browser.post(address(anna, anne, "apart"))
    assert (response.status_code, response["Location"]) == (302, page_of(anna))
    assert not DistinctPair.objects.exists()


def test_the_panel_takes_the_same_number_of_queries_for_one_and_for_ten(browser, user, pro, anna, anne):
    counts = []
    merged(user, anna, ContactFactory(pro=pro))
    shown(browser, page_of(anna))
    for _n in range(2):
        with CaptureQueriesContext(connection) as queries:
            shown(browser, page_of(anna))
        counts.append(len(queries))
        for _more in range(10):
            ContactFactory(pro=pro, name="Anna Visser", phone=PHONE)
            merged(user, anna, ContactFactory(pro=pro))
    assert counts[0] == counts[1]
