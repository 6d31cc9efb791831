"""/contacts/import: the upload of a file, and the list of imports."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from contacts.models import Contact, ContactImport, ContactImportRow
from tests.pages import Page

from ..imports import checked, uploaded

PATH = "/contacts/import"
TEXT = "name,email,phone\nAnna,anna@example.org,\nBad,piet,123\n"


def send(browser, data, name="contacts.csv"):
    return browser.post(PATH, {"file": SimpleUploadedFile(name, data)})


def errors(response):
    return Page(response, status=422).form("form[enctype]").texts(".errorlist li")


def test_an_upload_stores_the_rows_and_imports_nothing(browser, user, pro):
    response = send(browser, "Nom;Mail;Couleur\nHélène;h@example.org;x\n;;\nJan\n".encode("cp1252"), "Mes clients.csv")
    stored = ContactImport.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"{PATH}/{stored.pk}")
    assert (stored.pro, stored.user, stored.filename, stored.state) == (pro, user, "Mes clients.csv", "uploaded")
    assert (stored.headings, stored.columns, stored.total) == (["Nom", "Mail", "Couleur"], ["name", "email", ""], 2)
    assert list(stored.rows.order_by("number").values_list("number", "values", "outcome", "fields")) == [
        (2, ["Hélène", "h@example.org", "x"], "", {}),
        (4, ["Jan"], "", {}),
    ]
    assert (Contact.objects.count(), DBTaskResult.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "data, message",
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf", "The file is empty."),
        (b"Name,E-mail\n", "The file has no rows below the headings."),
        (b"PK\x03\x04\x00", "This is a workbook or another document. Open it in your spreadsheet and save it as CSV."),
        (b"Name\n\x00\n", "This file cannot be read as text. Save it as CSV in UTF-8."),
        (
            b"Anna,anna@example.org\nB,b@x.org\n",
            "The first row looks like a contact. It must hold headings such as Name, E-mail, Phone.",
        ),
        (b'Name,Phone\nAnna,"1\n', "Row 2 cannot be read: a quotation mark is not closed, or a cell is far too long."),
        (b"A," * 200, "The file has more than 100 columns. Leave out those that are not about contacts."),
        (
            b"Name\n" + b"A,1\n" * 2_000 + b'"',
            "Row 2002 cannot be read: a quotation mark is not closed, or a cell is far too long.",
        ),
    ],
)
def test_an_unreadable_file_is_an_error_and_nothing_is_stored(browser, data, message):
    assert errors(send(browser, data)) == [message]
    counts = [model.objects.count() for model in (ContactImport, ContactImportRow, DBTaskResult)]
    assert counts == [0, 0, 0]


@pytest.mark.parametrize("fields", [{}, {"file": "text"}])
def test_a_file_is_required(browser, fields):
    assert errors(browser.post(PATH, fields)) == ["Choose a file."]


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\x00b.csv", "\u202evsc.exe", "x" * 200, "<b>.csv", "&#0;.csv"])
def test_an_odd_file_name_is_only_a_name(browser, name):
    send(browser, TEXT.encode(), name)
    filename = ContactImport.objects.get().filename
    assert "/" not in filename and "\x00" not in filename and len(filename) <= 200
    page = Page(browser.get(PATH))
    assert page.texts("li.token strong") == [" ".join(filename.split())]
    assert page.one("li.token").has("b") is False


def test_the_sample_can_be_imported(browser, user, work_tasks):
    response = browser.get(f"{PATH}/sample.csv")
    assert response["Content-Disposition"] == 'attachment; filename="contacts-sample.csv"'
    contact_import = checked(user, b"".join(response.streaming_content), work_tasks)
    assert contact_import.counts == {"create": 2}


def test_another_pros_imports_are_not_listed(browser, other_browser, user):
    uploaded(user, TEXT)
    assert Page(browser.get(PATH)).texts("li.token strong") == ["contacts.csv"]
    card = Page(other_browser.get(PATH)).one("[aria-labelledby=earlier-title]")
    assert (card.texts("li"), card.one("p").text) == ([], "None yet.")


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_takes_the_same_number_of_queries_for_any_number_of_imports(browser, user, rows):
    for _ in range(rows):
        uploaded(user, TEXT)
    with CaptureQueriesContext(connection) as queries:
        assert len(Page(browser.get(PATH)).all("li.token")) == rows
    # Session with its user and Pro, the imports.
    # One of them counts who waits, for the rail.
    assert len(queries) <= 4, [query["sql"] for query in queries]
