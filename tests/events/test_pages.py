"""The pages of a Pro's webhooks, in the settings."""

import pytest

from config.events.managing import send_test
from config.events.models import Dispatch, Endpoint
from tests.accounts.test_password_again import age
from tests.factories import PASSWORD
from tests.pages import Page

pytestmark = pytest.mark.django_db
LIST = "/settings/webhooks"


def typed(receiver, **more):
    return {"url": receiver.url, "description": "CRM", "types": ["contact.created", "inquiry.closed"], **more}


def test_a_webhook_is_made_after_the_password(browser, receiver, pro):
    age(browser)
    assert Page(browser.post(LIST, typed(receiver))).one("#id_confirm_password")
    assert Endpoint.objects.count() == 0
    answer = browser.post(LIST, {**typed(receiver), "confirm_password": PASSWORD})
    made = Endpoint.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}/{made.pk}")
    assert (made.pro, made.url, made.description, made.is_enabled) == (pro, receiver.url, "CRM", True)
    assert made.types == ["contact.created", "inquiry.closed"]
    page = Page(browser.get(LIST))
    assert page.one("h2#endpoints-title").text == "Your webhooks"
    assert [row.text for row in page.all("li.token strong")] == ["CRM"]
    assert page.one(".settings-nav [aria-current=page]").text


def test_what_is_wrong_is_said_and_nothing_is_lost(browser, receiver):
    answer = browser.post(LIST, typed(receiver, url="ftp://x"))
    page = Page(answer, 422)
    assert Endpoint.objects.count() == 0
    assert page.one("#id_url").get("value") == "ftp://x"
    assert "https://" in page.one(".errorlist").text


def test_a_webhook_is_changed_switched_off_and_deleted(browser, receiver, endpoint):
    page = f"{LIST}/{endpoint.pk}"
    assert browser.post(page, typed(receiver)).status_code == 302
    endpoint.refresh_from_db()
    assert (endpoint.is_enabled, endpoint.description) == (False, "CRM")
    assert Page(browser.get(page)).one(".contact-head .tag").text == "Off"
    assert browser.post(f"{page}/delete").status_code == 302
    assert (browser.get(page).status_code, Endpoint.objects.get().secret) == (404, "")


def test_deliveries_are_shown_and_sent_again(browser, receiver, endpoint, work_tasks):
    page = f"{LIST}/{endpoint.pk}"
    receiver.answer = lambda event: (500, {}, b"<b>no</b>")
    browser.post(f"{page}/test")
    work_tasks()
    shown = Page(browser.get(page))
    [row] = shown.all("ol.rows li")
    assert ("webhook.test" in row.text, "Waiting" in row.text, "500" in row.text, "1 attempt" in row.text) == (
        True,
    ) * 4
    assert [code.text for code in shown.all("ol.rows pre code")][1] == "<b>no</b>"
    assert Page(browser.get(f"{page}?state=failed")).all("ol.rows li") == []
    dispatch = Dispatch.objects.get()
    receiver.answer = lambda event: (204, {}, b"")
    assert browser.post(f"{page}/deliveries/{dispatch.pk}/send").status_code == 302
    work_tasks()
    dispatch.refresh_from_db()
    assert (dispatch.state, dispatch.attempts) == ("delivered", 2)


def test_older_deliveries_are_a_page_further(browser, endpoint, monkeypatch):
    monkeypatch.setattr("config.events.views.ROWS", 2)
    ids = [send_test(endpoint).pk for _ in range(3)]
    page = f"{LIST}/{endpoint.pk}"
    assert f'href="{page}?before={ids[1]}"' in browser.get(page).content.decode()
    assert len(Page(browser.get(f"{page}?before={ids[1]}")).all("ol.rows li")) == 1
    assert [browser.get(f"{page}?before={text}").status_code for text in ("x", "0", "9" * 30)] == [404] * 3


def test_the_secret_is_shown_after_the_password_and_replaced(browser, endpoint):
    page = f"{LIST}/{endpoint.pk}/secret"
    age(browser)
    assert endpoint.secret not in browser.get(page).content.decode()
    browser.post(page, {"confirm_password": PASSWORD, "then_read": "1"})
    assert Page(browser.get(page)).one("#secret").text == endpoint.secret
    assert browser.post(page).status_code == 302
    former, endpoint = endpoint.secret, Endpoint.objects.get()
    assert (endpoint.former_secret, endpoint.secret != former) == (former, True)
    assert Page(browser.get(page)).one("#secret").text == endpoint.secret


def test_one_that_is_off_is_told_so(browser, endpoint):
    Endpoint.objects.update(is_enabled=False, problem="gone")
    page = f"{LIST}/{endpoint.pk}"
    assert "410" in Page(browser.get(page)).one(".message-error").text
    browser.post(f"{page}/test")
    assert Dispatch.objects.count() == 0


def test_another_pro_finds_nothing(other_browser, endpoint):
    dispatch = send_test(endpoint)
    page = f"{LIST}/{endpoint.pk}"
    assert other_browser.get(page).status_code == 404
    assert other_browser.post(f"{page}/deliveries/{dispatch.pk}/send").status_code == 404
