"""A person who was opened from the list of requests stands beside that list, as it was filtered."""

from urllib.parse import quote

from tests.pages import Page

from ..factories import PropertyFactory, RequestFactory

LIST = "/inbox/requests"


def open_from(browser, contact_request, origin):
    query = quote(f"{origin}#row-{contact_request.pk}", safe="")
    return Page(browser.get(f"/inbox/{contact_request.contact_id}?from={query}"))


def test_the_row_leads_to_the_person_beside_the_same_rows(browser, house, user):
    new, read = (RequestFactory(property=house, name=name) for name in ("Ana", "Bob"))
    RequestFactory(property=PropertyFactory(pro=house.pro), name="Elsewhere")
    read.mark("read", by=user)
    path = f"{LIST}?status=new&property={house.pk}"
    row = Page(browser.get(path)).one(f"#row-{new.pk} a")
    page = Page(browser.get(row["href"].partition("#")[0]))
    assert page.texts(".person-row strong") == ["Ana"]
    assert page.one(".row[aria-current]")["href"] == row["href"]
    assert (page.one("#person-name").text, page.one("#desk-title").text) == ("Ana", "Requests Other lists")
    assert page.values("nav#views [aria-current]", "href") == [LIST]
    assert page.one("title").text == "Ana · Requests · Vestibule"
    assert page.one(".item-back")["href"] == f"{path}#row-{new.pk}"


def test_what_is_done_to_the_person_keeps_the_list(browser, house):
    contact_request = RequestFactory(property=house, name="Ana")
    page = open_from(browser, contact_request, LIST)
    note = page.form("form[action*='/note']")
    assert note.action.endswith(f"from={quote(f'{LIST}#row-{contact_request.pk}', safe='')}")


def test_an_origin_that_is_none_shows_who_waits(browser, house):
    contact_request = RequestFactory(property=house, name="Ana")
    for origin in ("/nowhere", "", "https://evil.example/inbox/requests", f"{LIST}?cursor=nonsense"):
        page = open_from(browser, contact_request, origin)
        assert (page.one("#desk-title").text.split()[0], page.has(".desk-filters")) == ("Waiting", False)


def test_another_office_sees_its_own_requests_beside(other_browser, other_user, house):
    RequestFactory(property=house, name="Ours")
    theirs = RequestFactory(property=PropertyFactory(pro=other_user.pro), name="Theirs")
    assert open_from(other_browser, theirs, f"{LIST}?property={house.pk}").texts(".person-row strong") == ["Theirs"]


def test_the_next_person_who_waits_is_none_of_its_rows(browser, receive):
    ana, bea = (receive(name=name, email=f"{name}@example.org", phone="") for name in ("Ana", "Bea"))
    origin = f"{LIST}?status=all"
    response = browser.post(
        f"/inbox/{ana.contact_id}/no-answer",
        query_params={"from": f"{origin}#row-{ana.pk}"},
        headers={"HX-Request": "true", "HX-Target": "item"},
    )
    assert response["HX-Push-Url"] == f"/inbox/{bea.contact_id}?from={quote(origin, safe='')}"
    person = Page(response).one("[data-person]")
    assert (person["data-person"], person["data-in-list"]) == (str(bea.contact_id), "")
    page = Page(browser.get(response["HX-Push-Url"]))
    assert (page.texts(".person-row strong"), page.has(".row[aria-current]")) == (["Bea", "Ana"], False)


def undo(browser, page):
    return browser.post(Page(page).form("#toasts form").action)["Location"]


def test_an_undo_leads_back_beside_the_list(browser, receive):
    ana = receive(name="Ana", email="ana@example.org", phone="")
    for place in (f"?from={quote(f'{LIST}?status=new#row-{ana.pk}', safe='')}", "?view=all", "?q=ana&view=all", ""):
        person = f"/inbox/{ana.contact_id}"
        for name, data in (("no-answer", {}), ("later", {"when": "tomorrow"})):
            response = browser.post(f"{person}/{name}{place}", data)
            assert undo(browser, browser.get(response["Location"])) == f"{person}{place}"
        form = Page(browser.get(f"{person}{place}")).form("#message-form")
        response = browser.post(form.action, {**form.fields, "text": "Yes"})
        assert undo(browser, browser.get(response["Location"])) == f"{person}{place}"
