"""From a file to contacts, in a real browser: upload, columns, check, import, done."""

import pytest
from playwright.sync_api import expect

from contacts.models import Contact, ContactImport

from .conftest import PHONE, WIDE, on_both_widths, on_one_width

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = "Nom;Prénom;Adresse;GSM\nMarchand;Hélène;helene@example.org;06 12 34 56 78\nPeeters;Jan;jan;\n"


@on_both_widths()
def test_from_a_file_to_a_contact(enter, user, work_tasks, size, has_javascript):
    page = enter("/contacts/import", java_script_enabled=has_javascript, **size)

    def wait_for_the_worker(title):
        page.get_by_role("heading", name=title).wait_for()
        expect(page.locator("progress")).to_have_attribute("max", "2")
        work_tasks()
        if not has_javascript:
            page.get_by_role("link", name="Show progress").click()

    page.get_by_label("CSV file", exact=True).set_input_files(
        {"name": "klanten.csv", "mimeType": "text/csv", "buffer": b"PK\x03\x04"}
    )
    page.get_by_role("button", name="Read the file").click()
    page.get_by_text("save it as CSV").wait_for()
    page.get_by_label("CSV file", exact=True).set_input_files(
        {"name": "klanten.csv", "mimeType": "text/csv", "buffer": TEXT.encode("cp1252")}
    )
    page.get_by_role("button", name="Read the file").click()

    page.get_by_role("heading", name="Columns").wait_for()
    expect(page.get_by_label("Nom", exact=True)).to_have_value("last_name")
    page.get_by_label("Adresse").select_option("E-mail")
    page.get_by_role("button", name="Check the rows").click()
    wait_for_the_worker("The rows are being checked")

    page.get_by_role("heading", name="1 contact to import").wait_for()
    expect(page.get_by_text("Hélène Marchand")).to_be_visible()
    page.get_by_role("link", name="Refused 1").click()
    page.get_by_text("Enter a valid email address.").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the refused rows").click()
    assert download.value.suggested_filename == "contacts-refused.csv"
    assert Contact.objects.count() == 0

    page.get_by_role("button", name="Import 1 contact").click()
    wait_for_the_worker("The contacts are being imported")
    page.get_by_role("heading", name="Imported").wait_for()
    assert Contact.objects.values_list("name", "email", "phone").get() == (
        "Hélène Marchand",
        "helene@example.org",
        "+33612345678",
    )
    page.get_by_role("link", name="Import contacts").click()
    expect(page.get_by_text("2 rows · 1 created")).to_be_visible()


@pytest.mark.thorough
@on_one_width
def test_larger_file_is_read_by_the_worker(enter, user, work_tasks, has_javascript):
    page = enter("/contacts/import", java_script_enabled=has_javascript, **PHONE)
    rows = b"".join(b"Person %05d,p%05d@example.org\n" % (n, n) for n in range(5_000))
    for content, title in (
        (b"\n" + b"," * 200_000, "This file cannot be imported"),
        (b"name,email\n" + rows, "Columns"),
    ):
        file = {"name": "p.csv", "mimeType": "text/csv", "buffer": content}
        page.get_by_label("CSV file", exact=True).set_input_files(file)
        page.get_by_role("button", name="Read the file").click()
        page.get_by_role("heading", name="The file is being read").wait_for()
        work_tasks()
        if not has_javascript:
            page.get_by_role("link", name="Show progress").click()
        page.get_by_role("heading", name=title).wait_for()
        if title != "Columns":
            page.get_by_text("The file is empty.").wait_for()
            page.get_by_role("link", name="Choose another file").click()
    expect(page.get_by_label("email", exact=True)).to_have_value("email")


def test_more_rows_and_a_discarded_file(enter, user, work_tasks):
    page = enter("/contacts/import", **WIDE)
    text = "name,email\n" + "".join(f"Person {n:03d},p{n}@example.org\n" for n in range(70))
    page.get_by_label("CSV file", exact=True).set_input_files(
        {"name": "p.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.get_by_role("button", name="Read the file").click()
    page.get_by_role("button", name="Check the rows").click()
    page.get_by_role("heading", name="The rows are being checked").wait_for()
    work_tasks()
    page.get_by_text("Person 049").wait_for()
    expect(page.get_by_text("Person 050")).to_have_count(0)
    page.get_by_role("link", name="Load more").click()
    page.get_by_text("Person 069").wait_for()
    expect(page.locator(".import-rows > li")).to_have_count(70)
    page.get_by_role("button", name="Discard this file").click()
    page.get_by_text("“p.csv” is discarded.").wait_for()
    assert ContactImport.objects.count() == Contact.objects.count() == 0
