"""The API reference: contents, a section a route with its anchor, and examples that fit the document."""

import json

from ..pages import Page


def test_the_contents_lead_to_every_route(browser):
    page = Page(browser.get("/docs/api"))
    routes = page.all(".route")
    assert [f"#{route['id']}" for route in routes] == page.values(".reference-list a", "href")
    assert len(routes) > 15
    heading = "PATCH /api/v1/contacts/{id}"
    assert page.one("#update_contact h3").text == heading == page.one('[data-for="update_contact"]').text


def test_a_call_and_its_answer_stand_beside_each_route(browser):
    page = Page(browser.get("/docs/api"))
    call, answer = page.all("#create_contact .route-example pre")
    lines = call.raw_text.splitlines()
    assert lines[0].startswith("curl -X POST 'http") and lines[0].endswith("/api/v1/contacts' \\")
    body = json.loads(call.raw_text.partition("-d '")[2].removesuffix("'"))
    assert {"name", "email", "phone"} <= set(body)
    assert set(json.loads(answer.raw_text)["data"]) >= {"id", "name", "createdAt"}
    for route in page.all(".route"):
        for example in route.all(".route-example pre")[1:]:
            json.loads(example.raw_text)
        assert "{" not in route.all(".route-example pre")[0].raw_text.splitlines()[0]


def test_the_search_is_hidden_without_its_script(browser):
    assert "hidden" in Page(browser.get("/docs/api")).one(".reference-search")
