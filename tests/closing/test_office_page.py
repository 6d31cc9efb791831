"""The page of the admin on which a superuser closes an office and opens it again."""

import json
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from config.accounts.models import Pro
from config.audit.models import AuditEvent
from config.closing.closing import close_pro
from config.closing.models import Closing
from tests.access.rows import Rows
from tests.admin_site import page, shown, staff_client
from tests.factories import ContactFactory
from tests.pages import Page

from .conftest import OFFICE

pytestmark = pytest.mark.django_db
# Without what they sign in with.
PEOPLE = ("pro", "signature", "user")


def address(pro):
    return reverse("admin:closing_closing_office", args=[pro.pk])


def test_it_says_what_goes_and_closes_after_the_name(staff_browser, pro):
    ContactFactory(pro=pro)
    assert staff_browser.get(page(pro, "delete"))["Location"] == address(pro)
    shown_page = Page(staff_browser.get(address(pro)))
    assert "Contacts: 1" in [item.text for item in shown_page.all("#counts li")]
    assert shown_page.one("pre").text == f"manage.py export_pro {pro.pk} office-{pro.pk}.zip"
    answer = staff_browser.post(address(pro), {"action": "close", "name": "Another"})
    assert Page(answer, 422).one(".errorlist").text == "This is not its name."
    assert not Closing.objects.exists()
    answer = staff_browser.post(address(pro), {"action": "close", "name": pro.name.upper()})
    assert answer["Location"] == address(pro) and Closing.objects.get().pro == pro
    closed = staff_browser.get(address(pro))
    assert shown(closed)[0].startswith(f"{pro.name} is closed. It will be deleted on ")
    assert "This office was closed on" in Page(closed).texts("#reopen p")[0] and not Page(closed).has("#close")
    listed = Page(staff_browser.get(page(Closing, "changelist")))
    assert listed.one("#result_list tbody a")["href"] == address(pro)
    staff_browser.post(address(pro), {"action": "reopen"})
    assert shown(staff_browser.get(address(pro))) == [f"{pro.name} is open again."]
    staff_browser.post(address(pro), {"action": "reopen"})
    assert shown(staff_browser.get(address(pro))) == ["It is open, or being deleted."]


def test_it_is_for_superusers_alone(pro):
    for bound in (None, pro):
        client = staff_client("all", pro=bound)
        for answer in (
            client.get(address(pro)),
            client.post(address(pro), {"action": "close", "name": pro.name}),
            client.post(page(pro, "delete"), {"post": "yes"}),
            client.get(page(Closing, "changelist")),
        ):
            assert Page(answer, 403).one("h1").text == "That is not open to you"
    assert not Closing.objects.exists()


def test_no_such_office_and_no_such_action(staff_browser, pro):
    for path in ("/admin/closing/closing/office/999/", f"/admin/closing/closing/office/{2**80}/"):
        assert staff_browser.get(path).status_code == 404
    assert staff_browser.post(address(pro), {"action": "delete"}).status_code == 404


def test_the_audit_of_a_deleted_office_is_read(staff_browser, pro):
    event = AuditEvent.objects.create(pro_id=pro.pk + 1, kind="office_deleted", about_id=str(pro.pk + 1))
    listed = Page(staff_browser.get(page(AuditEvent, "changelist")))
    assert listed.one("#result_list .field-kind_label").text == "Office deleted"
    shown_event = Page(staff_browser.get(page(event, "change")))
    assert shown_event.one(".field-pro .readonly").text == "-"


def test_several_are_not_deleted_at_once(staff_browser, pro):
    data = {"action": "delete_selected", "_selected_action": str(pro.pk), "post": "yes"}
    staff_browser.post(page(Pro, "changelist"), data)
    assert Pro.objects.filter(pk=pro.pk).exists()


@pytest.mark.dialect
def test_everything_of_an_office_in_a_file(shipped, staff, tmp_path, capsys):
    rows, other = Rows("zqoffice", OFFICE), Rows("neighbour", OFFICE + 1)
    rows.store_files()
    other.store_files()
    close_pro(rows[Pro], by=staff)
    path = tmp_path / "office.zip"
    call_command("export_pro", str(OFFICE), str(path))
    assert path.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(path) as archive:
        texts = {name: archive.read(name) for name in archive.namelist()}
    everything = b"".join(texts.values())
    assert {name for name in texts if "/accounts." in name} == {
        f"data/accounts.{name}.jsonl"
        for name in ("allowedorigin", "apitoken", "bouncedaddress", "identitydocument", *PEOPLE)
    }
    assert b"neighbour" not in everything and b"zqoffice-password" not in everything
    assert json.loads(texts["data/contacts.contact.jsonl"].splitlines()[0])["name"] == "zqoffice-name"
    assert sorted(content for name, content in texts.items() if name.startswith("files/")) == sorted(
        content for _storage, _key, content in rows.files
    )
    with pytest.raises(CommandError, match="cannot be written: File exists"):
        call_command("export_pro", str(OFFICE), str(path))
    with pytest.raises(CommandError, match="There is no Pro 99"):
        call_command("export_pro", "99", str(tmp_path / "none.zip"))
    assert not (tmp_path / "none.zip").exists()
