"""Canned replies in the composer: found by words, filled in, and added to what is typed."""

import pytest

from contacts.conversations.drafts import find_draft, save_draft
from contacts.models import CannedReply, ContactMessage
from tests.factories import InquiryFactory
from tests.pages import Page

HTMX = {"HX-Request": "true", "HX-Target": "id_text"}


@pytest.fixture
def ana(contact, letterbox):
    return contact(name="Ana Costa", email="ana@example.org", language="fr")


@pytest.fixture
def replies(pro, user):
    """{title: row}: those that the owner has."""
    texts = {"Visit": "Venez demain, {first_name}.", "Reference": "Votre dossier {reference} à l’étude."}
    rows = {}
    for title, text in texts.items():
        rows[title] = CannedReply.objects.add_reply(pro, title, {"fr": text, "en": "English"}, user=None)
    return rows


def person(browser, contact):
    return Page(browser.get(f"/inbox/{contact.pk}"))


def test_the_list_shows_them_filled_in_in_the_language_of_the_contact(browser, ana, replies):
    page = person(browser, ana)
    assert page.one("#canned-open")["popovertarget"] == page.one("[popover].canned")["id"]
    assert page.texts("#canned-list button") == [
        "Reference Votre dossier {reference} à l’étude. To fill in: {reference}",
        "Visit Venez demain, Ana.",
    ]


def test_the_values_are_those_of_the_inquiry_on_its_page(browser, pro, ana, replies):
    inquiry = InquiryFactory(pro=pro, contact=ana)
    page = Page(browser.get(f"/inquiries/{inquiry.pk}"))
    assert page.texts("#canned-list button")[0] == f"Reference Votre dossier {inquiry.pk} à l’étude."


@pytest.mark.dialect
@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("VISIT", ["Visit"]),
        ("dossier etude", ["Reference"]),
        ("", ["Reference", "Visit"]),
        ("\0", ["Reference", "Visit"]),
    ],
)
def test_it_is_searched_by_title_and_text_without_accents(browser, ana, replies, search, found):
    page = Page(browser.get(f"/inbox/{ana.pk}/replies", {"q": search, "topic": "x"}))
    assert page.texts("#canned-list strong") == found


def test_nothing_matches(browser, ana, replies):
    assert Page(browser.get(f"/inbox/{ana.pk}/replies", {"q": "zebra"})).one("#canned-list").text == "Nothing matches."


def test_without_javascript_it_is_added_to_the_draft(browser, user, ana, replies):
    page = person(browser, ana)
    form, button = page.form("#message-form"), page.all("#canned-list button")[1]
    assert button["form"] == "message-form"
    response = browser.post(button["formaction"], {**form.fields, "text": "Bonjour Ana,"})
    assert response["Location"] == f"/inbox/{ana.pk}"
    assert person(browser, ana).form("#message-form").fields["text"] == "Bonjour Ana,\n\nVenez demain, Ana."
    assert find_draft(ana, user).text == "Bonjour Ana,\n\nVenez demain, Ana."


def test_htmx_gets_the_box_with_the_words_and_the_closed_list(browser, user, ana, replies):
    url = f"/inbox/{ana.pk}/replies/{replies['Visit'].pk}"
    page = Page(browser.post(url, {"text": "", "channel": "email", "topic": ""}, headers=HTMX))
    assert page.one("textarea#id_text").text == "Venez demain, Ana."
    assert page.one("#canned")["hx-swap-oob"] == "true"
    assert find_draft(ana, user).text == "Venez demain, Ana."


def test_one_without_a_value_is_not_sent_and_the_error_names_it(browser, user, ana, replies):
    browser.post(f"/inbox/{ana.pk}/replies/{replies['Reference'].pk}", {"text": "", "topic": ""})
    form = person(browser, ana).form("#message-form")
    page = Page(browser.post(form.action, form.fields), 422)
    assert page.texts("#composer .errorlist li") == ["Fill in {reference} first."]
    assert page.form("#message-form").fields["text"].strip() == "Votre dossier {reference} à l’étude."
    assert not ContactMessage.objects.exists()


def test_it_leads_back_to_the_page_it_came_from(browser, ana, replies):
    page = Page(browser.get(f"/contacts/{ana.pk}"))
    form, button = page.form("#message-form"), page.all("#canned-list button")[1]
    assert browser.post(button["formaction"], form.fields)["Location"] == f"/contacts/{ana.pk}"


def test_another_pros_reply_or_contact_is_404_and_nothing_is_lost(
    browser, other_browser, user, other_user, ana, replies
):
    foreign = CannedReply.objects.add_reply(other_user.pro, "Foreign", {"en": "No"}, user=None)
    own = replies["Visit"].pk
    save_draft(ana, user, "Typed")
    assert browser.post(f"/inbox/{ana.pk}/replies/{foreign.pk}", {"text": "x"}).status_code == 404
    assert browser.post(f"/inbox/{ana.pk}/replies/{10**30}", {"text": "x"}).status_code == 404
    assert other_browser.post(f"/inbox/{ana.pk}/replies/{own}", {"text": "x"}).status_code == 404
    assert other_browser.get(f"/inbox/{ana.pk}/replies").status_code == 404
    assert find_draft(ana, user).text == "Typed"
