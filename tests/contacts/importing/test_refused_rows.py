"""/contacts/import/<id>/refused.csv: the refused rows, to be corrected and imported again."""

import csv
import io

import pytest

from contacts.models import Contact, ContactImport
from tests.pages import Page

from ..imports import checked, imported, uploaded


def refused(browser, contact_import):
    response = browser.get(f"/contacts/import/{contact_import.pk}/refused.csv")
    assert response["Content-Disposition"] == 'attachment; filename="contacts-refused.csv"'
    return b"".join(response.streaming_content)


def test_refused_rows_have_the_files_own_columns(browser, user, work_tasks):
    text = 'Name,x,E-mail\nAnna,=1+1,\nBea,,bea@example.org\nC,"a\nb",c@,more,=2\n\'+3,,\n'
    data = refused(browser, checked(user, text, work_tasks))
    assert list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))) == [
        ["reason", "Name", "x", "E-mail"],
        ["E-mail: Enter an e-mail address or a phone number.", "Anna", "'=1+1"],
        ["This row has more cells than there are headings.", "C", "a\nb", "c@", "more", "'=2"],
        ["E-mail: Enter an e-mail address or a phone number.", "'+3"],
    ]


def test_corrected_rows_can_be_imported(browser, user, work_tasks):
    data = refused(browser, checked(user, "Name,E-mail\nAnna,anna\n-Bea,bea\n", work_tasks))
    again = checked(user, data, work_tasks)
    assert list(again.rows.order_by("number").values_list("values", flat=True))[1][1:] == ["-Bea", "bea"]
    assert refused(browser, again) == data
    corrected = imported(user, data.replace(b",anna", b",anna@x.org").replace(b",bea", b",bea@x.org"), work_tasks)
    assert corrected.counts == {"create": 2}
    assert set(Contact.objects.values_list("name", "email")) == {("Anna", "anna@x.org"), ("-Bea", "bea@x.org")}


def test_more_refused_rows_than_one_query_reads(browser, user, work_tasks, monkeypatch):
    monkeypatch.setattr("contacts.importing.report.BLOCK", 10)
    contact_import = checked(user, "name,email\n" + "".join(f"N{n},\n" for n in range(25)), work_tasks)
    lines = refused(browser, contact_import).decode().splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == [f"N{n}" for n in range(25)]


@pytest.mark.parametrize("state", ["uploaded", "checking"])
def test_before_the_check_there_is_no_file(browser, user, state):
    contact_import = uploaded(user, "name,email\nAnna,anna\n")
    ContactImport.objects.update(state=state)
    response = browser.get(f"/contacts/import/{contact_import.pk}/refused.csv")
    assert Page(response, status=404).one("h1").text == "There is nothing here"
