"""A larger file is kept by the request and read by the worker, in a process with limits."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.importing import uploading
from contacts.importing.uploading import READ_AT_ONCE, read_import
from contacts.models import ContactImport
from tests.pages import Page

PATH = "/contacts/import"
MIB = 1024 * 1024
TEXT = "Name,E-mail\n" + "".join(f"Anna {n},anna{n}@example.org\n" for n in range(6_000))
# Files that took a web worker up to 22 seconds, and the reasons why they are refused.
TOO_MANY = "The file has more than 50,000 rows. Split it into several."
COSTLY = {
    "line ends": (
        b"Name,E-mail\n" + b"\n" * (10 * MIB - 20),
        "The file has more than 50,000 rows. Split it into several.",
    ),
    "rows": (b"Name,Phone\n" + b"A,1\n" * 50_001, TOO_MANY),
    "commas": (b"Name,E-mail\n" + b"," * (10 * MIB - 20), "The file has no rows below the headings."),
    "headings": (b"Name," * MIB, "The file has more than 100 columns. Leave out those that are not about contacts."),
    "a text": (
        b'Name,"' + b"a" * MIB,
        "Row 1 cannot be read: a quotation mark is not closed, or a cell is far too long.",
    ),
}


@pytest.fixture
def send(browser):
    """Uploads a file and returns its import and the path of its page."""

    def upload(content):
        file = SimpleUploadedFile("contacts.csv", content.encode() if isinstance(content, str) else content)
        response = browser.post(PATH, {"file": file})
        contact_import = ContactImport.objects.get()
        assert (response.status_code, response["Location"]) == (302, f"{PATH}/{contact_import.pk}")
        return contact_import, response["Location"]

    return upload


def section(browser, path):
    return Page(browser.get(path)).one("section[aria-labelledby]")


@pytest.mark.django_db
def test_its_rows_come_later(browser, send, work_tasks):
    assert len(TEXT) > READ_AT_ONCE
    contact_import, path = send(TEXT)
    assert (contact_import.state, contact_import.total, contact_import.rows.count()) == ("reading", 0, 0)
    assert section(browser, path).one("h2").text == "The file is being read"
    assert browser.get(path, headers={"HX-Request": "true", "HX-Target": "progress"}).status_code == 200
    work_tasks()
    contact_import = ContactImport.objects.defer(None).get()
    assert (contact_import.state, contact_import.total, contact_import.content) == ("uploaded", 6_000, None)
    assert (contact_import.headings, contact_import.columns) == (["Name", "E-mail"], ["name", "email"])
    rows = list(contact_import.rows.order_by("number").values_list("number", "values"))
    assert (rows[0], rows[-1]) == ((2, ["Anna 0", "anna0@example.org"]), (6001, ["Anna 5999", "anna5999@example.org"]))
    assert Page(browser.get(path)).has("select[name='1']")


@pytest.mark.thorough
@pytest.mark.django_db
def test_costly_file_is_not_read_by_the_request(browser, send, work_tasks, case, monkeypatch):
    for label, (content, reason) in COSTLY.items():
        with case(label):
            with monkeypatch.context() as patch:
                patch.delattr(uploading, "read_table")
                contact_import, path = send(content)
            work_tasks()
            contact_import.refresh_from_db()
            assert (contact_import.state, contact_import.error, contact_import.rows.count()) == ("refused", reason, 0)
            assert section(browser, path).one(".wrong").text == reason
            assert browser.post(path, {"0": "name", "1": "email"})["Location"] == path
            assert browser.get(f"{path}/refused").status_code == 404
            assert browser.post(f"{path}/run")["Location"] == path
            assert browser.post(f"{path}/discard")["Location"] == PATH
            assert not ContactImport.objects.exists()


@pytest.mark.django_db
def test_file_beyond_the_limits_of_its_process_is_refused(browser, send, work_tasks, monkeypatch):
    monkeypatch.setattr(uploading, "MAX_MEGABYTES", 1)
    _contact_import, path = send(TEXT)
    work_tasks()
    reason = "The file takes too long to read. Save it as CSV anew, or split it into several."
    assert section(browser, path).one(".wrong").text == reason


@pytest.mark.django_db
def test_file_discarded_meanwhile_is_not_read(browser, send, work_tasks):
    _contact_import, path = send(TEXT)
    assert browser.post(f"{path}/discard")["Location"] == PATH
    work_tasks()
    assert not ContactImport.objects.exists()


@pytest.mark.django_db
def test_reading_that_failed_can_be_tried_again(browser, send, work_tasks, monkeypatch):
    contact_import, path = send(TEXT)

    def fail(*_arguments, **_options):
        raise OSError("no process now")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="no process"):
        patch.setattr(uploading, "run_limited", fail)
        read_import.call(str(contact_import.pk))
    assert section(browser, path).one(".wrong").text == "It failed and is retried automatically."
    assert browser.post(f"{path}/run")["Location"] == path
    work_tasks()
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.error, contact_import.total) == ("uploaded", "", 6_000)
