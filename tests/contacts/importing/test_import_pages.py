"""The pages of an import: upload, columns, progress, report, run, discard, refused rows."""

import csv
import io
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contacts.models import Contact, ContactImport, ContactImportRow

from ..imports import checked, imported, uploaded

TEXT = "name,email,phone\nAnna,anna@example.org,\nBad,piet,123\n"


def send(browser, data, name="contacts.csv"):
    return browser.post("/contacts/import", {"file": SimpleUploadedFile(name, data)})


def html(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def page(found, query=""):
    return f"/contacts/import/{found.pk}{query}"


def counts():
    return ContactImport.objects.count(), ContactImportRow.objects.count(), DBTaskResult.objects.count()


# --- Upload


def test_an_upload_keeps_the_rows_and_imports_nothing(browser, user, pro):
    response = send(browser, "Nom;Mail;Couleur\nHélène;h@example.org;x\n;;\nJan\n".encode("cp1252"), "Mes clients.csv")
    found = ContactImport.objects.get()
    assert (response.status_code, response["Location"]) == (302, page(found))
    assert (found.pro, found.user, found.filename, found.state) == (pro, user, "Mes clients.csv", "uploaded")
    assert (found.headings, found.columns, found.total) == (["Nom", "Mail", "Couleur"], ["name", "email", ""], 2)
    assert list(found.rows.order_by("number").values_list("number", "values", "outcome", "fields")) == [
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
        (b"Anna,anna@example.org\nB,b@x.org\n", "The first row looks like a contact."),
        (b'Name,Phone\nAnna,"1\n', "Row 2 cannot be read: a quotation mark is not closed, or a cell is far too long."),
        (b"A," * 200, "The file has more than 100 columns."),
        (b"Name,Phone\n" + b"A,1\n" * 50_001, "The file has more than 50,000 rows. Split it into several."),
        (b"Name\n" + b"A,1\n" * 2_000 + b'"', "Row 2002 cannot be read"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_stored(browser, data, message):
    assert message in html(send(browser, data), 422)
    assert counts() == (0, 0, 0)


def test_no_file_at_all(browser):
    assert "Choose a file." in html(browser.post("/contacts/import"), 422)
    assert "Choose a file." in html(browser.post("/contacts/import", {"file": "text"}), 422)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\x00b.csv", "\u202evsc.exe", "x" * 200, "<b>.csv", "&#0;.csv"])
def test_odd_file_names_are_names(browser, name):
    response = send(browser, TEXT.encode(), name)
    assert response.status_code == 302
    stored = ContactImport.objects.get().filename
    assert "/" not in stored and "\x00" not in stored and len(stored) <= 200
    assert "<b>" not in html(browser.get("/contacts/import"))


def test_the_sample_can_be_imported(browser, user, work_tasks):
    response = browser.get("/contacts/import/sample.csv")
    assert response["Content-Disposition"] == 'attachment; filename="contacts-sample.csv"'
    found = checked(user, b"".join(response.streaming_content), work_tasks)
    assert found.counts == {"create": 2}


# --- Columns


def test_the_columns_are_shown_with_a_value_and_what_was_recognised(browser, user):
    found = uploaded(user, "Nom,,<b>\n,x,\nAnna,y,<script>\n")
    shown = html(browser.get(page(found)))
    for text in ("Nom", "Column 2", "&lt;b&gt;", "Anna", "&lt;script&gt;", '<option value="name" selected>'):
        assert text in shown
    assert "<script>" not in shown.split("<main")[1]


def test_choosing_columns_has_the_rows_checked(browser, user, work_tasks):
    found = uploaded(user, "a,b,c\nAnna,x,anna@example.org\n")
    response = browser.post(page(found), {"0": "name", "1": "", "2": "email"})
    assert (response.status_code, response["Location"]) == (302, page(found))
    found.refresh_from_db()
    assert (found.state, found.columns) == ("checking", ["name", "", "email"])
    work_tasks()
    assert "1 contact to import" in html(browser.get(page(found)))


@pytest.mark.parametrize(
    "columns, message",
    [
        ([""] * 4, "Choose the column with the name."),
        (["name", "", "", ""], "Choose the column with the e-mail or the phone."),
        (["name", "first_name", "email", ""], "Choose either the name, or first and last name."),
        (["name", "email", "pro", ""], "Select a valid choice. pro is not one of the available choices."),
        (["name", "email", "\x00", ""], "Select a valid choice."),
    ],
)
def test_columns_that_do_not_do(browser, user, columns, message):
    found = uploaded(user, "a,b,c,d\n1,2,3,4\n")
    assert message in html(browser.post(page(found), dict(enumerate(columns))), 422)
    found.refresh_from_db()
    assert (found.state, counts()) == ("uploaded", (1, 1, 0))


def test_the_columns_can_be_changed_after_the_check(browser, user, work_tasks):
    found = checked(user, TEXT, work_tasks)
    assert "Columns" in html(browser.get(page(found, "?columns")))
    assert "Columns" not in html(browser.get(page(found)))


def test_a_hundred_columns_fit_into_a_form(browser, user):
    found = uploaded(user, ",".join(f"c{n}" for n in range(100)) + "\n" + "x," * 99 + "x\n")
    assert html(browser.get(page(found))).count("<select") == 100
    columns = {str(n): "" for n in range(98)} | {"98": "name", "99": "email"}
    assert browser.post(page(found), columns).status_code == 302


# --- Progress


@pytest.mark.parametrize(
    "state, title", [("checking", "The rows are being checked"), ("running", "are being imported")]
)
def test_the_progress_is_shown_and_asked_for_again(browser, user, state, title):
    found = uploaded(user, TEXT)
    ContactImport.objects.update(state=state, total=2000, done=1234)
    shown = html(browser.get(page(found)))
    for text in (
        title,
        '<progress value="1234" max="2000"',
        "1,234 of 2,000 rows",
        'hx-trigger="every 1s"',
        "<noscript>",
    ):
        assert text in shown
    headers = {"HX-Request": "true", "HX-Target": "progress"}
    piece = html(browser.get(page(found), headers=headers))
    assert piece.strip().startswith('<section id="progress"') and "<html" not in piece
    ContactImport.objects.update(state="checked" if state == "checking" else "done")
    response = browser.get(page(found), headers=headers)
    assert (response["HX-Refresh"], response.content) == ("true", b"")


def test_numbers_are_written_as_the_reader_writes_them(browser, user):
    user.language = "fr"
    user.save()
    found = uploaded(user, TEXT)
    ContactImport.objects.update(state="checking", total=2000, done=1234)
    assert '<progress value="1234" max="2000"' in html(browser.get(page(found)))


def test_a_halt_is_said(browser, user):
    found = uploaded(user, TEXT)
    ContactImport.objects.update(state="running", error="OperationalError")
    shown = html(browser.get(page(found)))
    assert "It failed and is retried automatically." in shown and "OperationalError" not in shown


# --- Report


def test_the_report_before_the_run(browser, user, pro, work_tasks):
    Contact.objects.register(pro, name="<i>Known", email="k@example.org")
    lines = ["K,k@example.org,0612345678", "A2,anna@example.org,", "<b>B</b>,b@example.org,"]
    found = checked(user, TEXT + "\n".join(lines), work_tasks)
    first = html(browser.get(page(found)))
    for text in ("3 contacts to import", "Import 3 contacts", "2 are new.", "1 existing contact is completed."):
        assert text in first
    assert "Anna" in first and "&lt;b&gt;B&lt;/b&gt;" in first and "piet" not in first
    complete = html(browser.get(page(found, "?show=complete")))
    assert "&lt;i&gt;Known" in complete and "06 12 34 56 78" in complete
    assert "The same person as row 2" in html(browser.get(page(found, "?show=known")))
    refused = html(browser.get(page(found, "?show=refuse")))
    for text in ("piet", "Enter a valid email address.", "123", "Enter a phone number"):
        assert text in refused


def test_the_report_after_the_run(browser, user, work_tasks):
    found = imported(user, TEXT, work_tasks)
    shown = html(browser.get(page(found)))
    assert "Imported" in shown and "Download the refused rows" in shown
    assert "Import 1 contact" not in shown and "Discard" not in shown


def test_nothing_to_import_offers_nothing(browser, user, pro, work_tasks):
    Contact.objects.register(pro, name="Anna", email="anna@example.org")
    found = checked(user, "name,email\nAnna,anna@example.org\n", work_tasks)
    shown = html(browser.get(page(found)))
    assert "All rows of this file are in your contacts already." in shown and page(found, "/run") not in shown


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("name,email\nAnna,anna@\n", "Every row is refused. See the reasons below."),
        ("name,email\nAnna,anna@\nK,k@example.org\n", "The other rows are in your contacts already."),
    ],
)
def test_nothing_to_import_says_why(browser, user, pro, work_tasks, text, sentence):
    Contact.objects.register(pro, name="K", email="k@example.org")
    assert sentence in html(browser.get(page(checked(user, text, work_tasks))))


def test_more_rows_come_by_the_row_number(browser, user, work_tasks):
    found = checked(user, "name,email\n" + "".join(f"N{n},n{n}@x.org\n" for n in range(120)), work_tasks)
    first = html(browser.get(page(found)))
    assert "N49<" in first and "N50<" not in first and "?show=create&amp;after=51" in first
    second = html(
        browser.get(page(found, "?show=create&after=51"), headers={"HX-Request": "true", "HX-Target": "more"})
    )
    assert second.count("<li>") == 50 and "N50<" in second and "<html" not in second
    assert "Load more" not in html(browser.get(page(found, "?show=create&after=101")))


@pytest.mark.parametrize("query", ["?after=x", "?after=-1", "?after=99999999999", "?after=" + "9" * 5000, "?after=%00"])
def test_a_made_up_place_is_404(browser, user, work_tasks, query):
    assert browser.get(page(checked(user, TEXT, work_tasks), query)).status_code == 404


@pytest.mark.parametrize("query", ["?show=x", "?show=%00", "?show=refuse&show=", "?after="])
def test_a_made_up_tab_is_the_first(browser, user, work_tasks, query):
    found = checked(user, TEXT, work_tasks)
    shown = html(browser.get(page(found, query)))
    assert '<a href="?show=create" aria-current="page">' in shown and "Anna" in shown


@pytest.mark.parametrize("rows", [1, 50])
def test_the_pages_cost_the_same_whatever_they_show(browser, user, pro, work_tasks, rows):
    for n in range(rows):
        Contact.objects.register(pro, name="K", email=f"k{n}@x.org")
        uploaded(user, TEXT)
    found = checked(
        user, "name,email,phone\n" + "".join(f"K,k{n}@x.org,+336000000{n:02d}\n" for n in range(rows)), work_tasks
    )
    for path in ("/contacts/import", page(found)):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(path).status_code == 200
        # Session, user with Pro, the import (with user and Pro), its rows with their contacts.
        assert len(queries) <= 4, [q["sql"] for q in queries]


# --- Run and discard


def test_the_run_and_a_second_click(browser, user, work_tasks):
    found = checked(user, TEXT, work_tasks)
    for _ in range(2):
        response = browser.post(page(found, "/run"))
        assert (response.status_code, response["Location"]) == (302, page(found))
    work_tasks()
    assert Contact.objects.get().name == "Anna"


def test_a_colleagues_run_is_the_colleagues(browser, user, work_tasks, django_user_model):
    colleague = django_user_model.objects.create(email="c@example.com", pro=user.pro)
    found = checked(colleague, TEXT, work_tasks)
    browser.post(page(found, "/run"))
    work_tasks()
    assert Contact.objects.get().events.get().user == user


def test_discarding_takes_everything_away(browser, user, work_tasks):
    found = checked(user, TEXT, work_tasks)
    response = browser.post(page(found, "/discard"))
    assert (response.status_code, response["Location"]) == (302, "/contacts/import")
    assert counts()[:2] == (0, 0)
    assert "“contacts.csv” is discarded." in html(browser.get("/contacts/import"))
    assert browser.post(page(found, "/discard")).status_code == 404


def test_what_was_imported_is_not_discarded(browser, user, work_tasks):
    found = imported(user, TEXT, work_tasks)
    assert browser.post(page(found, "/discard"))["Location"] == page(found)
    assert "This file is imported already." in html(browser.get(page(found)))
    assert counts()[:2] == (1, 2)


@pytest.mark.parametrize("path", ["", "/run", "/discard"])
def test_what_a_colleague_discards_in_the_same_moment_is_404(browser, user, work_tasks, monkeypatch, path):
    found, whole = checked(user, TEXT, work_tasks), ContactImport.lock

    def lock_too_late(self):
        ContactImport.objects.all().delete()
        whole(self)

    monkeypatch.setattr(ContactImport, "lock", lock_too_late)
    assert browser.post(page(found, path), {"0": "name", "1": "email", "2": ""}).status_code == 404


# --- Refused rows


def refused(browser, found):
    response = browser.get(page(found, "/refused.csv"))
    assert response["Content-Disposition"] == 'attachment; filename="contacts-refused.csv"'
    return b"".join(response.streaming_content)


def test_refused_rows_in_the_files_own_columns(browser, user, work_tasks):
    text = 'Name,x,E-mail\nAnna,=1+1,\nBea,,bea@example.org\nC,"a\nb",c@,more,=2\n\'+3,,\n'
    found = checked(user, text, work_tasks)
    data = refused(browser, found)
    assert list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))) == [
        ["reason", "Name", "x", "E-mail"],
        ["E-mail: Enter an e-mail address or a phone number.", "Anna", "'=1+1"],
        ["This row has more cells than there are headings.", "C", "a\nb", "c@", "more", "'=2"],
        ["E-mail: Enter an e-mail address or a phone number.", "'+3"],
    ]


def test_corrected_refused_rows_can_be_imported(browser, user, work_tasks):
    found = checked(user, "Name,E-mail\nAnna,anna\n-Bea,bea\n", work_tasks)
    data = refused(browser, found)
    again = checked(user, data, work_tasks)
    assert list(again.rows.order_by("number").values_list("values", flat=True))[1][1:] == ["-Bea", "bea"]
    assert refused(browser, again) == data
    fixed = imported(user, data.replace(b",anna", b",anna@x.org").replace(b",bea", b",bea@x.org"), work_tasks)
    assert fixed.counts == {"create": 2}
    assert set(Contact.objects.values_list("name", "email")) == {("Anna", "anna@x.org"), ("-Bea", "bea@x.org")}


def test_more_refused_rows_than_a_block(browser, user, work_tasks, monkeypatch):
    monkeypatch.setattr("contacts.importing.report.BLOCK", 10)
    found = checked(user, "name,email\n" + "".join(f"N{n},\n" for n in range(25)), work_tasks)
    lines = refused(browser, found).decode().splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == [f"N{n}" for n in range(25)]


@pytest.mark.parametrize("state", ["uploaded", "checking"])
def test_there_are_none_before_the_check(browser, user, state):
    found = uploaded(user, TEXT)
    ContactImport.objects.update(state=state)
    assert browser.get(page(found, "/refused.csv")).status_code == 404


# --- Whose it is


def test_another_pros_import_is_404_everywhere(browser, other_browser, user, work_tasks):
    for make in (uploaded, checked, imported):
        found = make(user, TEXT.replace("anna", make.__name__), *([work_tasks] if make is not uploaded else []))
        before = ContactImport.objects.values().get(pk=found.pk)
        for client, id in ((other_browser, found.pk), (browser, uuid.uuid4())):
            for call in (client.get, client.post):
                assert call(f"/contacts/import/{id}").status_code == 404
            assert client.get(f"/contacts/import/{id}/refused.csv").status_code == 404
            assert client.post(f"/contacts/import/{id}/run").status_code == 404
            assert client.post(f"/contacts/import/{id}/discard").status_code == 404
        assert ContactImport.objects.values().get(pk=found.pk) == before
    assert "contacts.csv" not in html(other_browser.get("/contacts/import"))


@pytest.mark.parametrize("path", ["/run", "/discard"])
def test_changes_are_posted(browser, user, path):
    found = uploaded(user, TEXT)
    assert browser.get(page(found, path)).status_code == 405


def test_a_forgotten_import_keeps_its_numbers(browser, user, work_tasks):
    found = imported(user, TEXT, work_tasks)
    ContactImport.objects.update(created_at=timezone.now() - timedelta(days=31))
    ContactImport.objects.prune()
    shown = html(browser.get(page(found)))
    assert "The rows of this file were deleted 30 days after it was uploaded." in shown
    assert "Anna" not in shown and "refused.csv" not in shown
    assert browser.get(page(found, "/refused.csv")).status_code == 404
