"""/inquiries/<id>/offers/<id>/send: the mail of an offer before it is sent, and sending it."""

from django_tasks_db.models import DBTaskResult

from inquiries.models import Inquiry

from ..contacts.messaging import connect
from ..pages import Page
from .offer_pages import form_of, path


def test_the_preview_is_the_mail(browser, draft):
    mail = Page(browser.get(path(draft, "/send"))).one("article.offer-mail")
    assert mail.texts("dd") == ["jan@example.org", "port@example.com", "Offer from Agence du Port: Kitchen"]
    assert "Hello Jan" in mail.text and "€1,850.50" in mail.text


def test_the_preview_names_where_answers_go_as_the_mail_does(browser, draft, pro, mailoutbox, work_tasks):
    desk = connect(pro, "email").address
    preview = Page(browser.get(path(draft, "/send")))
    browser.post(path(draft, "/send"), {"was": form_of(browser.get(path(draft, "/send"))).fields["was"]})
    work_tasks()
    [mail] = [each for each in mailoutbox if each.to == ["jan@example.org"]]
    assert preview.one("article.offer-mail").texts("dd")[1:2] == mail.reply_to == [desk]


def test_sending(browser, draft):
    was = form_of(browser.get(path(draft, "/send"))).fields["was"]
    response = browser.post(path(draft, "/send"), {"was": was})
    assert (response.status_code, response["Location"]) == (302, path(draft))
    draft.refresh_from_db()
    assert (draft.status, Inquiry.objects.get().responded_at is not None) == ("sent", True)
    page = Page(browser.get(path(draft)))
    assert page.texts(".message-success") == ["The offer is on its way to jan@example.org."]
    assert f"http://testserver/offers/{draft.key}" in page.values(".actions a", "href")
    assert page.has(".offer-sheet") and not page.has("[name=title]")


def test_sending_twice_is_sending_once(browser, draft):
    was = form_of(browser.get(path(draft, "/send"))).fields["was"]
    answers = [browser.post(path(draft, "/send"), {"was": was})["Location"] for _ in range(2)]
    assert (answers, DBTaskResult.objects.count()) == ([path(draft)] * 2, 1)
    assert browser.get(path(draft, "/send"))["Location"] == path(draft)


def test_a_draft_changed_since_the_preview_is_shown_again_and_not_sent(browser, draft):
    was = form_of(browser.get(path(draft, "/send"))).fields["was"]
    draft.edit_draft(title="Theirs")
    response = browser.post(path(draft, "/send"), {"was": was})
    page = Page(response, 409)
    assert "Theirs" in page.one("article.offer-mail").text
    assert "so it was not sent" in page.one("main [role=alert]").text
    assert DBTaskResult.objects.count() == 0


def test_without_an_address_there_is_no_button(browser, draft):
    Inquiry.objects.update(person={})
    for response, status in ((browser.get(path(draft, "/send")), 200), (browser.post(path(draft, "/send")), 422)):
        main = Page(response, status).one("main")
        assert "This customer has no e-mail address" in main.text
        assert main.has("article.offer-mail") and not main.has("form")
    assert DBTaskResult.objects.count() == 0
