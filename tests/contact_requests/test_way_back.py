"""The way back from a person to the list of requests, kept in the URL."""

from urllib.parse import parse_qs, urlsplit

import pytest

from ..factories import RequestFactory
from ..pages import Page


def back_link(browser, path, **query):
    page = Page(browser.get(path, query))
    link = page.one(".item-back")
    return link["href"], link.text


def test_a_person_leads_back_to_the_row_of_the_list_that_they_were_opened_from(browser, house):
    row = RequestFactory(property=house, name="Hélène")
    link = Page(browser.get(f"/inbox/requests?status=new&q=helene&property={house.pk}")).one("[data-row]")
    back = f"/inbox/requests?status=new&q=helene&property={house.pk}#row-{row.pk}"
    opened = urlsplit(link["href"])
    assert (opened.path, opened.fragment) == (f"/inbox/{row.contact_id}", f"request-{row.pk}")
    assert parse_qs(opened.query) == {"from": [back]}
    assert (link["hx-push-url"], link["hx-get"]) == (link["href"], f"{opened.path}?{opened.query}")
    assert back_link(browser, link["hx-get"]) == (back, "Requests")
    assert Page(browser.get("/inbox/requests?status=new")).has(f"#row-{row.pk}")


def test_an_answer_and_its_errors_keep_the_way_back(browser, house):
    row = RequestFactory(property=house)
    path = Page(browser.get("/inbox/requests")).one("[data-row]")["hx-get"]
    page = Page(browser.get(path))
    query = urlsplit(path).query
    actions = [form["action"] for form in page.all("#item form") if urlsplit(form["action"]).query]
    assert actions
    assert {tuple(parse_qs(urlsplit(action).query)["from"]) for action in actions} == {tuple(parse_qs(query)["from"])}
    note = page.one("#note-form")["action"]
    response = browser.post(note, {"text": ""}, headers={"HX-Request": "true", "HX-Target": "item"})
    assert Page(response, 422).one(".item-back")["href"] == f"/inbox/requests?status=all#row-{row.pk}"


def test_the_next_person_keeps_the_way_back_and_after_the_last_the_list_is_shown(browser, receive):
    rows = [receive(name=name, email=f"{name}@example.org", phone="") for name in ("Ana", "Bea")]
    first = browser.post(f"/inbox/{rows[0].contact_id}/no-answer", query_params={"from": "/inbox/requests?status=all"})
    opened = urlsplit(first["Location"])
    assert (opened.path, parse_qs(opened.query)) == (
        f"/inbox/{rows[1].contact_id}",
        {"from": ["/inbox/requests?status=all"]},
    )
    last = browser.post(f"{opened.path}/no-answer", query_params=parse_qs(opened.query))
    assert last["Location"] == "/inbox/requests?status=all"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://evil.example/inbox/requests",
        "//evil.example",
        "javascript:alert(1)",
        "/inbox/nothing",
        "\x00",
        "//[",
        "?" * 5000,
    ],
)
def test_any_other_address_leads_back_to_who_waits(browser, house, address):
    row = RequestFactory(property=house)
    link = back_link(browser, f"/inbox/{row.contact_id}", **{"from": address})
    assert link == (f"/inbox#row-{row.contact_id}", "Waiting")
