"""A mailbox in the admin: what staff see of it, and what they do not."""

import pytest
from django.utils import timezone

from contacts.models import MailboxSettings
from tests.admin_site import assert_list_is_flat, page
from tests.factories import ProFactory

FIELDS = {
    **{"address": "office@agence.example", "username": "office", "since": timezone.localdate()},
    **{"imap_host": "imap.agence.example", "smtp_host": "smtp.agence.example"},
    **{"password": "the-password", "client_id": "the-client", "client_secret": "the-client-secret"},
    **{"token_url": "https://tokens.agence.example/", "refresh_token": "the-refresh-token"},
}
SECRETS = ("password", "client_secret", "refresh_token", "access_token")
HIDDEN = ("the-password", "the-client-secret", "the-refresh-token", "the-access-token")


@pytest.fixture
def mailbox(pro):
    mailbox = MailboxSettings.objects.connect(pro, FIELDS)
    MailboxSettings.objects.update(access_token="the-access-token", error="imap.agence.example did not answer.")
    return mailbox


def test_page_of_a_connection_shows_the_mailbox_without_its_secrets(mailbox, staff_browser):
    html = staff_browser.get(page(mailbox.connection, "change")).content.decode()
    shown = ("office", "imap.agence.example", "smtp.agence.example", "imap.agence.example did not answer.")
    assert [text for text in shown if text not in html] == []
    assert [text for text in HIDDEN if text in html] == []


def test_secrets_are_encrypted_in_the_database(mailbox):
    for name, value in zip(SECRETS, HIDDEN, strict=True):
        [raw] = [row.raw for row in MailboxSettings.objects.extra(select={"raw": name})]  # noqa: S610
        assert raw.startswith("gAAAA") and value not in raw


@pytest.mark.parametrize("path", ["mailbox__password", "mailbox__refresh_token__startswith", "mailbox__username"])
def test_mailbox_cannot_be_filtered_by(mailbox, staff_browser, path):
    assert staff_browser.get(page(type(mailbox.connection), "changelist"), {path: "t"}).status_code == 400


def test_list_takes_no_query_per_mailbox(db, staff_browser):
    def make():
        return MailboxSettings.objects.connect(ProFactory(), FIELDS).connection

    assert_list_is_flat(staff_browser, make, type(make()))


def test_disconnecting_deletes_what_opens_the_mailbox(mailbox, staff_browser):
    data = {"action": "disconnect", "_selected_action": str(mailbox.connection.pk)}
    staff_browser.post(page(type(mailbox.connection), "changelist"), data)
    stored = MailboxSettings.objects.get()
    assert [getattr(stored, name) for name in ("password", "client_secret", "refresh_token", "access_token")] == [
        ""
    ] * 4
