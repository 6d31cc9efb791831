"""GET /contacts/export.csv: the filtered contacts, safe for a spreadsheet, and readable by the import."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.book import exporting
from contacts.importing.jobs import start_run
from contacts.models import Contact, ContactIdentity
from tests.factories import ProFactory

from ..imports import checked, outcomes

HEAD = [
    "id",
    "name",
    "email",
    "phone",
    "status",
    "role",
    "preferred channel",
    "source",
    "referred by",
    "language",
    "external id",
    "applied at",
    "created at",
    "updated at",
]


def table(response):
    """The rows of a CSV response."""
    data = b"".join(response.streaming_content)
    assert response.status_code == 200 and data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def names(response):
    return [row[1] for row in table(response)[1:]]


def test_a_contact_as_a_row(browser, user, pro, contact):
    row = contact(
        name="Hélène",
        email="h@example.org",
        phone="+33612345678",
        status="applicant",
        channel_preference="sms",
        referral_source="Jan",
        applied_at=datetime(2026, 2, 10, 22, 59, tzinfo=UTC),
    )
    Contact.objects.update(updated_at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    response = browser.get("/contacts/export.csv")
    assert response.streaming
    assert table(response) == [
        HEAD,
        [
            str(row.pk),
            "Hélène",
            "h@example.org",
            "'+33612345678",
            "applicant",
            "prospect",
            "sms",
            "contact_form",
            "Jan",
            "en",
            "",
            "2026-02-10 23:59",
            "2026-02-10 15:30",
            "2026-07-02 00:30",
        ],
    ]


def test_the_answer_is_a_download_named_by_the_pros_day(browser, pro, monkeypatch):
    pro.time_zone = "Pacific/Auckland"
    pro.save()
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 11, 20, 12, 0, tzinfo=UTC))
    response = browser.get("/contacts/export.csv")
    assert table(response) == [HEAD]
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="contacts-2026-11-21.csv"'
    assert (response["Cache-Control"], response["X-Content-Type-Options"]) == ("private, no-store", "nosniff")


def test_formulas_are_escaped(browser, contact):
    for at, name in enumerate(["=1+1", "@x", "-x", "＝x", "\t=x", "'=x", "Anna"]):
        contact(at, name=name)
    assert names(browser.get("/contacts/export.csv")) == [
        "Anna",
        "''=x",
        "'\t'=x",
        "'＝x",
        "'-x",
        "'@x",
        "'=1+1",
    ]


@pytest.mark.parametrize("mark", ",;\t")
def test_no_cell_is_a_formula_at_any_delimiter(browser, contact, mark):
    for at, name in enumerate(["Jane;=cmd|'/C calc'!A0", "Jane,@SUM(A1)", "Jane\t-1", "Jane\n+1", "a;;=1", "x; =1"]):
        contact(at, name=name)
    data = b"".join(browser.get("/contacts/export.csv").streaming_content).decode("utf-8-sig")
    for line in data.splitlines():
        for cell in line.split(mark):
            assert not cell.lstrip('" ').startswith(("=", "+", "-", "@")), cell


def test_cells_with_delimiters_quotes_and_line_breaks_come_through(browser, contact):
    contact(name='a,b;c"d\te\nf\r\ng')
    assert names(browser.get("/contacts/export.csv")) == ['a,b;c"d\te\nf\r\ng']


def test_a_french_reader_gets_semicolons_and_the_same_headings(browser, user, contact):
    user.language = "fr"
    user.save()
    contact(name="Hélène")
    data = b"".join(browser.get("/contacts/export.csv").streaming_content).decode("utf-8-sig")
    assert data.splitlines()[0] == ";".join(HEAD)


@pytest.mark.dialect
@pytest.mark.parametrize(
    "query, expected",
    [
        ("", ["C", "B", "A"]),
        ("q=helene", ["A"]),
        ("status=renter", ["B"]),
        ("role=tenant&channel=sms", ["C"]),
        ("q=nobody", []),
        # As the list, which shows all then.
        ("status=unknown", ["C", "B", "A"]),
        ("view=archived", ["Gone"]),
        ("q=%00&status=%00", ["C", "B", "A"]),
        ("q=zz%00", []),
        (f"q={'A' * 201}", []),
    ],
)
def test_the_filters_of_the_list(browser, contact, query, expected):
    contact(1, name="A", email="helene@example.org")
    contact(2, name="B", email="b@example.org", status="renter")
    contact(3, name="C", email="c@example.org", role="tenant", channel_preference="sms")
    contact(4, name="Gone").archive(by=None)
    assert names(browser.get(f"/contacts/export.csv?{query}")) == expected


def test_neither_another_pros_nor_archived_contacts(browser, other_browser, user, contact):
    contact(name="Present")
    contact(name="Gone").archive(by=user)
    contact(name="Foreign", pro=ProFactory())
    assert names(browser.get("/contacts/export.csv")) == ["Present"]
    assert names(other_browser.get("/contacts/export.csv")) == []


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_other_methods_are_405(browser, method):
    response = getattr(browser, method)("/contacts/export.csv")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


def test_one_query_for_each_block(browser, contact, monkeypatch):
    monkeypatch.setattr(exporting, "BLOCK", 10)
    for at in range(25):
        # Three of a second: a block may end between two of the same time.
        contact(at // 3, name=f"N{at}")
    expected = [row.name for row in Contact.objects.newest_first()]
    response = browser.get("/contacts/export.csv")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert names(response) == expected
    assert len(queries) == 3


def test_an_export_is_imported_again_without_a_change(browser, user, pro, work_tasks):
    register = Contact.objects.register
    register(pro, name="Anna", email="Anna@example.org", phone="+33612345678", status="applicant", source="=odd")
    register(pro, name="-Double", email="anna@example.org", phone="+32475123456", referral_source="Jan")
    register(pro, name="@Triple", phone="+33612345678", channel_preference="sms", language="nl")
    Contact.objects.find_or_create(pro, name="'=Form", email="f@example.org", source="contact_form")
    by_telegram = {"identities": [("telegram", "7")], "source": "telegram", "reached_by": "telegram"}
    Contact.objects.find_or_create(pro, name="Théo", **by_telegram)
    text = b"".join(browser.get("/contacts/export.csv").streaming_content)
    before = [list(model.objects.order_by("pk").values()) for model in (Contact, ContactIdentity)]
    contact_import = checked(user, text, work_tasks)
    assert outcomes(contact_import) == dict.fromkeys(range(2, 7), "known")
    ids = list(contact_import.rows.order_by("number").values_list("contact_id", flat=True))
    assert ids == [contact.pk for contact in Contact.objects.newest_first()]
    assert contact_import.rows.filter(fields__name="'=Form").exists()
    # Even where the run is forced, as nothing offers it.
    type(contact_import).objects.update(counts={"create": 1})
    contact_import.refresh_from_db()
    assert start_run(contact_import, by=user)
    work_tasks()
    assert [list(model.objects.order_by("pk").values()) for model in (Contact, ContactIdentity)] == before
