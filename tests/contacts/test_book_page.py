"""/contacts: the list, as its address asks for it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.forms import SORTS
from contacts.models import Contact

from ..factories import ContactFactory
from .conftest import START

PATH = "/contacts"
HTMX = {"HX-Request": "true", "HX-Target": "book"}


def names(response):
    return re.findall(r'<th scope="row"><a href="/contacts/[0-9a-f-]{36}" data-row>(.*?)</a></th>', html(response))


def html(response):
    assert response.status_code == 200
    return response.content.decode()


def cells(response):
    """Every row as [name, e-mail, phone, status, role]."""
    rows = re.findall(r"<tr>\s*(<th scope=\"row\">.*?)</tr>", html(response), re.S)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)][:5] for row in rows]


def test_every_column_of_a_row(browser, contact):
    contact(
        name="Hélène <Œuvrard>", email="helene@example.org", phone="+33612345678", status="scheduled", role="landlord"
    )
    assert cells(browser.get(PATH)) == [
        ["Hélène &lt;Œuvrard&gt;", "helene@example.org", "06 12 34 56 78", "Scheduled", "Landlord"]
    ]


def test_newest_first_and_the_own_alone(browser, contact):
    contact(name="First"), contact(at=9, name="Last"), ContactFactory(name="Foreign")
    contact(name="Gone").archive(by=None)
    response = browser.get(PATH)
    assert names(response) == ["Last", "First"]
    assert 'Contacts <span class="count">2</span>' in html(response)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=helene", ["Hélène"]),
        ("q=06+12+34", ["Hélène"]),
        ("q=%25", []),
        ("q=_", []),
        ("q='", []),
        ("q=a%00b", []),
        (f"q={'9' * 201}", []),
        ("status=applicant", ["Paul"]),
        ("status=prospect", ["Hélène"]),
        ("status=nonsense", ["Paul", "Hélène"]),
        ("role=vendor", ["Paul"]),
        ("channel=whatsapp", ["Paul"]),
        ("channel=whatsapp&q=helene", []),
        ("role=vendor&status=applicant&channel=whatsapp&q=paul", ["Paul"]),
        ("view=nonsense&sort=nonsense&page=nonsense", ["Paul", "Hélène"]),
        ("page=99", ["Paul", "Hélène"]),
        (f"page={10**30}", ["Paul", "Hélène"]),
        ("archived=nonsense", ["Paul", "Hélène"]),
    ],
)
def test_search_and_filters_live_in_the_address(browser, contact, query, found):
    contact(name="Hélène", email="h@example.org", phone="+33612345678")
    contact(at=9, name="Paul", status="applicant", role="vendor", channel_preference="whatsapp")
    assert names(browser.get(f"{PATH}?{query}")) == found


def test_a_search_that_looks_like_an_order_stays_in_every_link(browser, contact):
    contact(name="x-added")
    page = html(browser.get(f"{PATH}?q=-added"))
    assert 'href="/contacts/export.csv?q=-added"' in page and 'href="?q=-added&amp;sort=name"' in page


def test_the_form_shows_what_the_address_asks_for(browser, contact):
    contact(status="renter")
    page = html(browser.get(f"{PATH}?q=vis&status=renter&sort=name"))
    assert 'name="q" id="id_q" value="vis"' in page
    assert '<option value="renter" selected>Renter</option>' in page
    assert '<input type="hidden" form="book-filter" name="sort" value="name">' in page


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", "BAC"),
        ("-added", "BAC"),
        ("added", "CAB"),
        ("name", "ABC"),
        ("-name", "CBA"),
        ("changed", "ACB"),
        ("-changed", "BCA"),
    ],
)
def test_sorting(browser, contact, sort, order):
    # By the folded name, so Éric comes before Fred.
    for name, at, changed in (("Éa", 2, 1), ("eb", 3, 3), ("EC", 1, 2)):
        row = contact(name=name, at=at)
        Contact.objects.filter(pk=row.pk).update(updated_at=START + timedelta(days=changed))
    letters = {"Éa": "A", "eb": "B", "EC": "C"}
    assert "".join(letters[name] for name in names(browser.get(PATH, {"sort": sort}))) == order


def test_a_second_click_on_a_heading_turns_the_order_round(browser, contact):
    contact()
    ways = [("", "name"), ("name", "-name"), ("-name", "name"), ("added", ""), ("", "added"), ("changed", "-changed")]
    for now, then in ways:
        page = html(browser.get(PATH, {"sort": now, "q": "vis"}))
        query = f"q=vis&amp;sort={then}" if then else "q=vis"
        assert f'<a href="?{query}" hx-get="?{query}"' in page, (now, then)
    assert 'aria-sort="ascending"' in html(browser.get(PATH, {"sort": "name"}))


def test_every_order_is_read_from_its_index(crowd, plan):
    for sort, name in (("name", "by_name"), ("-name", "by_name"), ("changed", "last_changed"), ("added", "newest")):
        said = plan(Contact.objects.for_pro(crowd).order_by(*SORTS[sort])[:50])
        assert f"contact_{name}" in said and "Sort" not in said and "TEMP B-TREE" not in said, said


def test_pages(browser, contact):
    for n in range(120):
        contact(at=-n, name=f"V{n:03}")
    seen, path = [], PATH
    while path:
        response = browser.get(path)
        seen.append(names(response))
        found = re.search(r'rel="next" href="([^"]+)"', html(response))
        path = found and PATH + found[1].replace("&amp;", "&")
    assert seen == [[f"V{n:03}" for n in range(a, min(a + 50, 120))] for a in (0, 50, 100)]
    assert "51–100 of 120" in html(browser.get(f"{PATH}?page=2"))
    assert 'rel="prev" href="?page=1"' in html(browser.get(f"{PATH}?page=2"))


def test_htmx_gets_the_table_alone_and_the_address_follows(browser, contact):
    contact(name="Hélène")
    query = "q=hel&status=&role=&channel=&sort=-added"
    response = browser.get(f"{PATH}?{query}", headers={**HTMX, "HX-Trigger": "book-filter"})
    assert html(response).strip().startswith('<div id="book">') and names(response) == ["Hélène"]
    assert response["HX-Replace-Url"] == "/contacts?q=hel"
    # A heading pushes its own address.
    assert "HX-Replace-Url" not in browser.get(f"{PATH}?sort=name", headers=HTMX)
    assert "<html" in html(browser.get(PATH, headers={**HTMX, "HX-History-Restore-Request": "true"}))


def test_archived_ones_stand_on_a_page_of_their_own(browser, contact, user):
    contact(name="Here")
    gone, foreign = contact(name="Gone"), ContactFactory(name="Foreign")
    for row in (gone, foreign):
        row.archive(by=None)
    response = browser.get(f"{PATH}?view=archived&q=go")
    assert names(response) == ["Gone"]
    assert 'Archived <span class="count">1</span>' in html(response)
    assert names(browser.get(f"{PATH}?q=go")) == []


def test_empty_lists_say_what_to_do(browser, contact):
    assert "No contacts yet." in html(browser.get(PATH))
    assert "No archived contacts." in html(browser.get(f"{PATH}?view=archived"))
    contact()
    page = html(browser.get(f"{PATH}?q=zzz"))
    assert "No contacts match." in page and '<a href="/contacts">Clear the search</a>' in page


def test_the_same_queries_for_one_row_and_for_fifty(browser, contact):
    counts = []
    for more in (1, 49):
        for _ in range(more):
            contact(phone="+33612345678", created_at=timezone.now())
        with CaptureQueriesContext(
            connection,
        ) as queries:
            browser.get(f"{PATH}?q=vis&sort=name")
        counts.append(len(queries))
    # Session, user with its Pro, the total, the rows; SQLite is asked first how many there may be.
    assert counts == ([5, 5] if connection.vendor == "sqlite" else [4, 4])
