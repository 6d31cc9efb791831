"""GET and POST /contacts/<id>/merge/<id>: compare two contacts, and merge them as chosen."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact, ContactMerge
from tests.factories import PropertyFactory, RequestFactory
from tests.pages import Page

from ..messaging import arrive, connect
from .merges import ANNA, PHONE
from .vissers import anna, anne, contact_path, messages, pair_path, stored, undo_path

__all__ = ["anna", "anne"]

HTMX = {"HX-Request": "true", "HX-Target": "merge"}
MERGED = {"name": "Anna Visser", "email": ANNA, "phone": PHONE, "role": "prospect", "merged_into": None}


def preview(browser, one, other, **query):
    return Page(browser.get(pair_path(one, other), query))


def choices(page):
    """{field: side} as the form would send them."""
    fields = page.form("#merge").fields
    fields.pop("seen")
    return fields


def send(browser, one, other, **changes):
    """Opens the preview and sends it with these choices."""
    return browser.post(pair_path(one, other), {**preview(browser, one, other).form("#merge").fields, **changes})


def test_both_are_shown_with_what_they_have(browser, pro, anna, anne):
    for _n in range(2):
        RequestFactory(property=PropertyFactory(pro=pro), contact=anne)
    page = preview(browser, anna, anne)
    assert page.texts("legend") == ["Which contact do you keep?", "Name", "E-mail", "Role", "Referred by"]
    first, *others = page.all("fieldset")
    assert first.texts("strong") == ["Anna Visser", "Anne Visser"]
    assert [head.texts(".small")[-1] for head in first.all("label")] == ["No history yet", "2 contact requests"]
    assert [field.texts("label") for field in others] == [
        ["Anna Visser A", "Anne Visser B"],
        [f"{ANNA} A", "Nothing B"],
        ["Prospect A", "Tenant B"],
        ["Nothing A", "A friend B"],
    ]
    [same] = [text for text in page.texts("p.small") if text.startswith("The same in both:")]
    assert "Phone 06 12 34 56 78" in same


def test_the_older_one_is_kept_unless_the_other_has_more_history(browser, pro, anna, anne):
    sides = {"survivor": "b", "name": "b", "email": "b", "role": "b", "referral_source": "a"}
    assert choices(preview(browser, anne, anna)) == sides
    RequestFactory(property=PropertyFactory(pro=pro), contact=anne)
    sides = {"survivor": "a", "name": "a", "email": "b", "role": "a", "referral_source": "a"}
    assert choices(preview(browser, anne, anna)) == sides


def test_another_kept_contact_brings_its_own_values(browser, anna, anne):
    sides = {"survivor": "b", "name": "b", "email": "a", "role": "b", "referral_source": "b"}
    assert choices(preview(browser, anna, anne, survivor="b")) == sides


@pytest.mark.parametrize("survivor", ["", "c", "a\0", "x" * 5000])
def test_an_unusable_choice_of_the_kept_contact_counts_as_none(browser, anna, anne, survivor):
    assert choices(preview(browser, anna, anne, survivor=survivor))["survivor"] == "a"


def test_htmx_gets_the_form_alone(browser, anna, anne):
    response = browser.get(pair_path(anna, anne), {"survivor": "b"}, headers=HTMX)
    assert response.content.decode().strip().startswith('<form id="merge"')
    page = Page(response)
    assert (page.has("h1"), choices(page)["survivor"]) == (False, "b")


def test_a_look_changes_nothing(browser, anna, anne):
    before = list(Contact.objects.order_by("pk").values())
    preview(browser, anna, anne)
    for response in (browser.get(pair_path(anna, anne, "apart")), browser.put(pair_path(anna, anne))):
        assert response.status_code == 405 and Page(response, 405).one("h1").text == "That cannot be opened like this"
    assert (list(Contact.objects.order_by("pk").values()), ContactMerge.objects.count()) == (before, 0)


def test_a_name_is_escaped(browser, pro, anna):
    odd = Contact.objects.register(pro, name="<script>x</script>", phone=PHONE)
    for path in (pair_path(anna, odd), contact_path(anna)):
        page = Page(browser.get(path))
        assert "<script>x</script>" in page.one("main").text
        assert [script.html for script in page.all("main script")] == []


def test_the_preview_takes_the_same_number_of_queries_whatever_moves(browser, pro, anna, anne):
    house, counts = PropertyFactory(pro=pro), []
    preview(browser, anna, anne)
    for _n in range(2):
        with CaptureQueriesContext(connection) as queries:
            preview(browser, anna, anne)
        counts.append(len(queries))
        for _more in range(20):
            RequestFactory(property=house, contact=anne)
    assert counts[0] == counts[1]


def test_a_merge_as_chosen(browser, user, anna, anne):
    response = send(browser, anna, anne, name="b", role="b", email="a", referral_source="a")
    merge = ContactMerge.objects.get()
    assert (response.status_code, response["Location"]) == (302, contact_path(anna))
    assert stored(anna) == MERGED | {"name": "Anne Visser", "role": "tenant", "referral_source": ""}
    assert (stored(anne)["merged_into"], merge.user) == (anna.pk, user)


def test_the_other_contact_may_be_kept(browser, anna, anne):
    response = send(browser, anna, anne, survivor="b", name="b", email="a", role="b", referral_source="b")
    assert response["Location"] == contact_path(anne)
    assert stored(anne) == MERGED | {"name": "Anne Visser", "role": "tenant", "referral_source": "A friend"}
    assert stored(anna)["merged_into"] == anne.pk


def test_no_value_comes_from_the_form_itself(browser, anna, anne):
    send(browser, anna, anne, name="Mallory", email="\0", role="x" * 5000, phone="+33600000000", status="renter")
    assert stored(anna) == MERGED | {"referral_source": "A friend"}
    assert Contact.objects.get(pk=anna.pk).status == "prospect"


def test_a_value_changed_meanwhile_is_shown_before_it_is_merged(browser, anna, anne):
    path = pair_path(anna, anne)
    fields = preview(browser, anna, anne).form("#merge").fields | {"name": "b", "role": "b"}
    anne.change({"role": "vendor"}, by=None)
    page = Page(browser.post(path, fields), status=409)
    assert messages(page) == [
        "One of the two contacts was changed meanwhile. Nothing was merged. Check the values again."
    ]
    assert [option.text for option in page.all("label:has([name=role])")] == ["Prospect A", "Vendor B"]
    assert not ContactMerge.objects.exists()
    # The choices are kept, and the form can be sent again.
    assert (choices(page)["name"], choices(page)["role"]) == ("b", "b")
    assert browser.post(path, page.form("#merge").fields).status_code == 302
    assert stored(anna) == MERGED | {"name": "Anne Visser", "role": "vendor", "referral_source": "A friend"}


@pytest.mark.parametrize("seen", [{}, {"seen": ""}, {"seen": "a\0"}, {"seen": "x" * 5000}])
def test_without_the_fingerprint_nothing_is_merged(browser, anna, anne, seen):
    page = Page(browser.post(pair_path(anna, anne), {"survivor": "a", "name": "a", **seen}), status=409)
    assert [text[:46] for text in messages(page)] == ["One of the two contacts was changed meanwhile."]
    assert not ContactMerge.objects.exists()


def test_an_invalid_choice_is_an_error_of_its_field(browser, pro):
    by_mail = Contact.objects.register(pro, name="Anna", email=ANNA)
    by_phone = Contact.objects.register(pro, name="Anna", phone=PHONE)
    page = Page(send(browser, by_mail, by_phone, email="b", phone="a"), status=422)
    assert messages(page) == ["These contacts cannot be merged like this. See below."]
    assert page.texts("#email-error li") == ["Enter an e-mail address or a phone number."]
    assert page.one("fieldset.is-wrong")["aria-describedby"] == "email-error"
    assert choices(page) == {"survivor": "a", "email": "b", "phone": "a"}
    assert not ContactMerge.objects.exists()


def conversations(browser):
    """{id: name} of the rows in the list of conversations."""
    page = Page(browser.get("/inbox/all"))
    return {row["id"]: row.one("strong").text for row in page.all("[id^=row-]")}


def test_a_conversation_is_counted_and_moves(browser, pro, anna, anne):
    channel = connect(pro, "whatsapp")
    known = {"identities": (("whatsapp", "7"), ("phone", PHONE)), "address": "7"}
    for text in ("First", "Second"):
        message = arrive(channel, text, **known)
    # Anna is older: she holds the number.
    assert message.contact == anna
    RequestFactory(property=PropertyFactory(pro=pro), contact=anna)
    heads = preview(browser, anna, anne).all(".choice-head")
    assert [head.texts(".small")[-1] for head in heads] == ["2 messages, 1 contact request", "No history yet"]
    send(browser, anna, anne, survivor="b", name="b")
    assert conversations(browser) == {f"row-{anne.pk}": "Anne Visser"}
    assert "Second" in Page(browser.get(contact_path(anne))).one("#thread").text
    browser.post(undo_path(ContactMerge.objects.get()))
    assert conversations(browser) == {f"row-{anna.pk}": "Anna Visser"}


@pytest.mark.django_db(transaction=True)
def test_of_two_merges_at_once_one_is_told(browser, anna, anne, at_once):
    path, fields = pair_path(anna, anne), preview(browser, anna, anne).form("#merge").fields
    locations = at_once(2, lambda _n: browser.post(path, fields)["Location"])
    assert (locations, ContactMerge.objects.count()) == ([contact_path(anna)] * 2, 1)
    told = {*messages(Page(browser.get(contact_path(anna))))}
    merged = "Anne Visser is merged into Anna Visser."
    assert told <= {merged, "One of the two contacts was archived or merged meanwhile. This is the current page."}
