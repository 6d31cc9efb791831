"""/contacts: the list of contacts, as its URL asks for it."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.forms import SORTS
from contacts.models import Contact
from tests.factories import ContactFactory, ProFactory
from tests.pages import Page

from .conftest import START

PATH = "/contacts"
HTMX = {"HX-Request": "true", "HX-Target": "book"}


def get(browser, query="", **more):
    return Page(browser.get(f"{PATH}?{query}", **more))


def names(page):
    """The names in the table; an empty list where the page says that there is no contact."""
    assert page.one("#book").has("table" if page.has("tbody tr") else ".empty")
    return page.texts("tbody th a")


def current_tab(page):
    return page.one(".tabs [aria-current]").text


def test_every_column_of_a_row(browser, contact):
    contact(
        name="Hélène <Œuvrard>", email="helene@example.org", phone="+33612345678", status="scheduled", role="landlord"
    )
    [row] = get(browser).all("tbody tr")
    assert row.texts("th, td")[1:6] == [
        "Hélène <Œuvrard>",
        "helene@example.org",
        "06 12 34 56 78",
        "Scheduled",
        "Landlord",
    ]


def test_the_newest_first_and_no_other_pros(browser, contact):
    contact(name="First"), contact(at=9, name="Last"), ContactFactory(name="Foreign")
    contact(name="Gone").archive(by=None)
    page = get(browser)
    assert (names(page), current_tab(page)) == (["Last", "First"], "Contacts 2")


@pytest.mark.parametrize(
    ("query", "expected"),
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
        ("page=99&q=example", ["Paul", "Hélène"]),
        (f"page={10**30}&q=ex", ["Paul", "Hélène"]),
        ("archived=nonsense", ["Paul", "Hélène"]),
    ],
)
def test_search_and_filters_are_part_of_the_url(browser, contact, query, expected):
    contact(name="Hélène", email="h@example.org", phone="+33612345678")
    contact(at=9, name="Paul", status="applicant", role="vendor", channel_preference="whatsapp")
    assert names(get(browser, query)) == expected


def test_a_search_text_that_looks_like_an_order_stays_in_every_link(browser, contact):
    contact(name="x-added")
    page = get(browser, "q=-added")
    assert page.one(".book-foot a.button")["href"] == "/contacts/export.csv?q=-added"
    assert page.values("thead a", "href")[0] == "?q=-added&sort=name"


def test_the_form_shows_the_values_of_the_url(browser, contact):
    contact(status="renter")
    form = get(browser, "q=vis&status=renter&sort=name").form("#book-filter")
    assert form.fields == {"q": "vis", "status": "renter", "role": "", "channel": "", "sort": "name"}


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
        ("word", "ABC"),
        ("-word", "CBA"),
    ],
)
def test_sorting(browser, contact, sort, order):
    # By the folded name, so Éa comes before eb.
    for name, at, changed in (("Éa", 2, 1), ("eb", 3, 3), ("EC", 1, 2)):
        row = contact(name=name, at=at)
        word = START + timedelta(days=9) if name == "EC" else None
        Contact.objects.filter(pk=row.pk).update(updated_at=START + timedelta(days=changed), last_word_at=word)
    letters = {"Éa": "A", "eb": "B", "EC": "C"}
    assert "".join(letters[name] for name in names(get(browser, f"sort={sort}"))) == order


@pytest.mark.parametrize(
    ("sort", "heading", "next_sort", "direction"),
    [
        ("", "Name", "name", None),
        ("name", "Name", "-name", "ascending"),
        ("-name", "Name", "name", "descending"),
        ("", "Added", "added", "descending"),
        ("added", "Added", "", "ascending"),
        ("word", "Last word", "-word", "ascending"),
    ],
)
def test_a_second_click_on_a_heading_reverses_the_order(browser, contact, sort, heading, next_sort, direction):
    contact(name="Vis")
    page = get(browser, f"sort={sort}&q=vis")
    [column] = [column for column in page.all("thead th") if column.text == heading]
    link = column.one("a")
    query = f"?q=vis&sort={next_sort}" if next_sort else "?q=vis"
    assert (link["href"], link["hx-get"], column.get("aria-sort")) == (query, query, direction)


@pytest.mark.thorough
def test_every_order_is_read_from_its_index(crowd, plan):
    for sort, name in (
        ("name", "by_name"),
        ("-name", "by_name"),
        ("changed", "last_changed"),
        ("added", "newest"),
        ("-word", "by_last_word"),
    ):
        steps = plan(Contact.objects.for_pro(crowd).order_by(*SORTS[sort])[:50])
        assert f"contact_{name}" in steps and "Sort" not in steps and "TEMP B-TREE" not in steps, steps


def test_pages(browser, contact):
    for n in range(120):
        contact(at=-n, name=f"V{n:03}")
    pages = [get(browser)]
    while pages[-1].has("[rel=next]"):
        pages.append(get(browser, pages[-1].one("[rel=next]")["href"].removeprefix("?")))
    assert [names(page) for page in pages] == [
        [f"V{n:03}" for n in range(start, min(start + 50, 120))] for start in (0, 50, 100)
    ]
    assert (pages[1].one(".pages .soft").text, pages[1].one("[rel=prev]")["href"]) == ("51–100 of 120", "?page=1")


def test_further_pages_in_every_order_of_every_list(browser, pro, contact, case):
    for n in range(120):
        row = contact(at=-n, name=f"V{n * 7 % 120:03}", role="landlord" if n % 8 else "other")
        last_word, is_gone = START + timedelta(hours=n * 11 % 120), n >= 60
        Contact.objects.filter(pk=row.pk).update(last_word_at=last_word, deleted_at=START if is_gone else None)
    contact(name="Foreign", pro=ProFactory(), role="landlord")
    lists = {"": {"deleted_at": None}, "&view=archived": {"deleted_at__isnull": False}}
    lists["&role=landlord"] = {"deleted_at": None, "role": "landlord"}
    for (query, filters), sort in product(lists.items(), SORTS):
        with case(f"sort={sort}{query}"):
            rows = Contact.objects.filter(pro=pro, **filters).order_by(*SORTS[sort])
            expected = list(rows.values_list("name", flat=True))
            for number in range(1, len(expected) // 50 + 2):
                page = get(browser, f"sort={sort}&page={number}{query}")
                assert names(page) == expected[50 * (number - 1) : 50 * number]


def test_pages_of_a_search(browser, contact):
    for n in range(60):
        contact(at=-n, name=f"Zoé {n:02}"), contact(at=-n, name="Paul")
    for text in ("zoe", "zo"):
        first, second = get(browser, f"q={text}"), get(browser, f"q={text}&page=2")
        assert names(first) + names(second) == [f"Zoé {n:02}" for n in range(60)]
        assert (first.one(".pages .soft").text, second.one(".pages .soft").text) == ("1–50 of 60", "51–60 of 60")
        assert names(get(browser, f"q={text}&page=9")) == names(second)


def test_htmx_gets_the_table_alone_and_the_new_url(browser, contact):
    contact(name="Hélène")
    query = "q=hel&status=&role=&channel=&sort=-added"
    response = browser.get(f"{PATH}?{query}", headers={**HTMX, "HX-Trigger": "book-filter"})
    page = Page(response)
    assert (names(page), page.has("h1"), response["HX-Replace-Url"]) == (["Hélène"], False, "/contacts?q=hel")
    # A heading pushes a URL of its own.
    assert "HX-Replace-Url" not in browser.get(f"{PATH}?sort=name", headers=HTMX)
    assert get(browser, headers={**HTMX, "HX-History-Restore-Request": "true"}).one("h1").text == "Contacts"


def test_archived_contacts_have_a_tab_of_their_own(browser, contact, user):
    contact(name="Here")
    gone, foreign = contact(name="Gone"), ContactFactory(name="Foreign")
    for row in (gone, foreign):
        row.archive(by=None)
    page = get(browser, "view=archived&q=go")
    assert (names(page), current_tab(page)) == (["Gone"], "Archived 1")
    assert names(get(browser, "q=go")) == []


def test_an_empty_list_has_a_next_step(browser, contact):
    page = get(browser)
    assert page.texts(".empty p") == [
        "No contacts yet. People who write to you appear here.",
        "Add a contact",
        "Import a CSV file",
    ]
    assert get(browser, "view=archived").texts(".empty p") == ["No archived contacts.", "To the contacts"]
    contact(name="Jane")
    page = get(browser, "q=zzz")
    assert page.texts(".empty p") == ["No contacts match.", "Clear the search"]
    assert page.one(".empty a")["href"] == "/contacts"


@pytest.mark.dialect
def test_the_same_queries_for_one_row_and_for_fifty(browser, contact):
    counts = []
    for more in (1, 49):
        for _ in range(more):
            contact(phone="+33612345678", created_at=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            browser.get(f"{PATH}?q=vis&sort=name")
        counts.append(len(queries))
    # Session with its user and their Pro, who waits, the total, the rows; SQLite is asked first how many there may be.
    assert counts == ([6, 6] if connection.vendor == "sqlite" else [5, 5])
