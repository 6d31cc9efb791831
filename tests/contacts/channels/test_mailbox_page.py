"""/settings/channels/email/mailbox: setting up a mailbox, and testing it."""

import ssl
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone

from contacts.channels import mailbox, mailbox_imap, mailbox_smtp
from contacts.channels.mailbox_presets import suggest_servers
from contacts.models import ChannelConnection, MailboxSettings

from ...outgoing.conftest import certificate
from ...pages import Page
from ..mailboxes import ADDRESS, PASSWORD, letter
from ..messaging import connect
from .dovecot import Dovecot
from .settings_pages import LIST, errors, messages, press_test, rows, set_up_form

PAGE = f"{LIST}/email/mailbox"
pytestmark = pytest.mark.django_db


@pytest.fixture
def entered(mailbox_fields, smtp):
    """Fields as the owner types them."""
    fields = {**mailbox_fields, "smtp_port": smtp.port, "is_active": "on", "since": str(mailbox_fields["since"])}
    return {**fields, **dict.fromkeys(("client_id", "client_secret", "token_url", "refresh_token"), "")}


def save(browser, fields):
    response = browser.post(PAGE, fields)
    assert (response.status_code, response["Location"]) == (302, f"{LIST}/email")
    return messages(browser, response)


def refusals(browser, fields):
    response = browser.post(PAGE, fields)
    assert response.status_code == 422
    return errors(Page(response, 422))


def test_chosen_provider_leads_to_its_page(browser, user):
    response = browser.post(f"{LIST}/email", {"provider": "mailbox", "address": "a.b@orange.fr", "is_active": "on"})
    assert (response.status_code, response["Location"]) == (302, f"{PAGE}?address=a.b%40orange.fr")
    form = set_up_form(Page(browser.get(response["Location"])))
    assert form.fields == {
        **{"address": "a.b@orange.fr", "username": "a.b@orange.fr", "password": ""},
        **{"imap_host": "imap.orange.fr", "imap_port": "993", "imap_security": "tls"},
        **{"smtp_host": "smtp.orange.fr", "smtp_port": "465", "smtp_security": "tls"},
        **{"client_id": "", "client_secret": "", "token_url": "", "refresh_token": ""},
        **{"since": str(timezone.localdate()), "is_active": "on"},
    }
    # Nothing is stored before the second step.
    assert not ChannelConnection.objects.exists()


def test_servers_are_suggested_by_the_domain(subtests):
    for address, imap, smtp, port in (
        ("a@gmail.com", "imap.gmail.com", "smtp.gmail.com", 465),
        ("a@Outlook.com", "outlook.office365.com", "smtp-mail.outlook.com", 587),
        ("a@agence.onmicrosoft.com", "outlook.office365.com", "smtp.office365.com", 587),
        ("a@kpnmail.nl", "imap.kpnmail.nl", "smtp.kpnmail.nl", 587),
        ("a@free.fr", "imap.free.fr", "smtp.free.fr", 465),
        ("a@agence.example", "imap.agence.example", "smtp.agence.example", 465),
        ("nobody", "", "", 465),
    ):
        with subtests.test(address):
            fields = suggest_servers(address)
            assert (fields["imap_host"], fields["smtp_host"], fields["smtp_port"]) == (imap, smtp, port)


def test_saved_mailbox_is_tested_and_shown(browser, pro, account, entered):
    account.add(letter(1), letter(2))
    assert save(browser, entered) == [
        ("success", "Saved."),
        ("success", "Signed in to both servers: 2 e-mails in INBOX; sent e-mails are in Sent."),
    ]
    mailbox = MailboxSettings.objects.select_related("connection").get()
    assert (mailbox.connection.pro, mailbox.connection.provider, mailbox.connection.address) == (
        pro,
        "mailbox",
        ADDRESS,
    )
    assert (mailbox.username, mailbox.password, str(mailbox.since)) == (account.name, PASSWORD, entered["since"])
    page = Page(browser.get(f"{LIST}/email"))
    assert page.texts(".tag") == ["Connected"] and "Not looked at yet" in page.text
    assert rows(Page(browser.get(LIST)))[2] == f"E-mail Connected {ADDRESS} · Nothing received yet Settings E-mail"
    assert press_test(browser, "email")[0][0] == "success"


def test_saved_secrets_are_not_shown(browser, entered):
    save(browser, entered)
    form = set_up_form(Page(browser.get(PAGE)))
    assert form.fields == {name: str(value) for name, value in entered.items()} | {"password": ""}
    assert form.values("input[name=password]", "placeholder") == ["Saved; type to replace it"]
    save(browser, {**form.fields, "address": "other@agence.example"})
    assert MailboxSettings.objects.get().password == PASSWORD
    assert PASSWORD not in browser.get(PAGE).content.decode()


def test_secrets_are_encrypted_and_asked_for_again_for_another_server(browser, entered):
    save(browser, entered)
    assert refusals(browser, {**entered, "password": "", "imap_host": "imap.evil.example"}) == {
        "password": "Enter it again, as it goes to another server now."
    }
    assert MailboxSettings.objects.get().imap_host == "localhost"


def test_wrong_fields_are_named(browser, entered, case):
    future = date(timezone.localdate().year + 1, 1, 1)
    for name, value, error in (
        ("address", "nobody", "Enter a valid email address."),
        ("imap_host", "", "This field cannot be blank."),
        ("imap_host", "imap.example.com/x", "Enter the name of a server."),
        ("smtp_host", "two words", "Enter the name of a server."),
        ("imap_port", "0", "Ensure this value is greater than or equal to 1."),
        ("smtp_port", "70000", "Ensure this value is less than or equal to 65535."),
        ("imap_security", "none", "Select a valid choice. none is not one of the available choices."),
        ("since", str(future), "Choose a day of the last 10 years, at most today."),
        ("since", "1999-01-01", "Choose a day of the last 10 years, at most today."),
        ("password", "", "Enter the password, or the details of OAuth 2."),
        ("password", "a\nb", "Use one line, without control characters."),
        ("username", "a\0b", "Null characters are not allowed."),
        ("token_url", "http://tokens.example.com/", "Enter an address that begins with https://."),
    ):
        with case(f"{name} {value!r}"):
            assert refusals(browser, {**entered, name: value}) == {name: error}
            assert not ChannelConnection.objects.exists()


def test_refresh_token_needs_its_companions(browser, entered):
    assert refusals(browser, {**entered, "password": "", "refresh_token": "1//refresh"}) == {
        "client_id": "Needed with a refresh token.",
        "token_url": "Needed with a refresh token.",
    }


def test_disconnecting_deletes_what_opens_the_mailbox(browser, entered):
    save(browser, entered)
    browser.post(f"{LIST}/email/disconnect")
    mailbox = MailboxSettings.objects.select_related("connection").get()
    assert (mailbox.password, mailbox.refresh_token, mailbox.connection.is_receiving) == ("", "", False)
    assert Page(browser.get(f"{LIST}/email")).texts(".tag") == ["Not connected"]


def test_another_provider_deletes_what_opens_the_mailbox(browser, pro, entered):
    save(browser, entered)
    connect(pro, "email")
    assert MailboxSettings.objects.get().password == ""


def test_page_is_the_pros_own(other_browser, browser, entered, nobody):
    save(browser, entered)
    form = set_up_form(Page(other_browser.get(PAGE)))
    assert (form.fields["username"], form.fields["imap_host"]) == ("", "")
    assert nobody.get(PAGE).status_code == 302


# --- Testing it


def test_errors_are_plain(browser, pro, account, entered, smtp, settings, case, monkeypatch, dovecot):
    for module in (mailbox, mailbox_imap, mailbox_smtp):
        for name in ("TEST_SECONDS", "SESSION_SECONDS"):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, 1.5)
    closed = "localhost takes no connections on port 1."
    wrong = "localhost does not accept user name and password (Authentication failed.)."
    for label, fields, error in (
        ("password", {"password": "wrong"}, wrong),
        ("no server", {"imap_host": "no-such-host.invalid"}, "There is no server named no-such-host.invalid."),
        ("closed", {"imap_port": 1}, closed),
        ("closed SMTP", {"smtp_port": 1}, closed),
        ("plain", {"imap_port": dovecot.port}, None),
        ("STARTTLS at TLS", {"imap_security": "starttls"}, None),
    ):
        with case(label):
            settings_of = {**entered, **fields, "is_active": True}
            MailboxSettings.objects.connect(pro, settings_of)
            [(level, text)] = press_test(browser, "email")
            assert level == "error" and text.startswith("That did not work: ")
            if error:
                assert text == f"That did not work: {error}"
            else:
                assert "TLS" in text or "in time" in text


def test_starttls(browser, entered, dovecot):
    account = {**entered, "imap_port": dovecot.port, "imap_security": "starttls"}
    assert save(browser, account)[1][0] == "success"


def test_untrusted_certificate_is_named(browser, pro, entered, monkeypatch):
    MailboxSettings.objects.connect(pro, {**entered, "is_active": True})
    monkeypatch.setattr(
        "config.outgoing.tls_context", lambda _="": ssl.create_default_context(cadata=other_authority())
    )
    error = "That did not work: The TLS certificate of localhost is not trusted (self-signed certificate)."
    assert press_test(browser, "email") == [("error", error)]


def other_authority():
    return certificate(ec.generate_private_key(ec.SECP256R1())).public_bytes(Encoding.PEM).decode()


def test_private_address_is_not_called(browser, pro, entered, settings):
    settings.OUTGOING_PRIVATE_NETWORKS = []
    MailboxSettings.objects.connect(pro, {**entered, "is_active": True})
    error = "That did not work: localhost has a private address, which is not allowed here."
    assert press_test(browser, "email") == [("error", error)]


def test_wrong_password_of_smtp(browser, pro, entered, smtp):
    smtp.password = "another"
    MailboxSettings.objects.connect(pro, {**entered, "is_active": True})
    [(level, text)] = press_test(browser, "email")
    expected = (
        "That did not work: localhost does not accept user name and password (535 5.7.8 Authentication credentials"
    )
    assert (level, text.startswith(expected)) == ("error", True)


def test_usual_names_of_the_sent_folder(browser, pro, entered, certificate_file, subtests):
    for name in ("Éléments envoyés", "Sent Items", "Verzonden"):
        with subtests.test(name):
            dovecot = Dovecot(certificate_file, sent=name, special_use=False)
            try:
                fields = {**entered, "is_active": True, "imap_port": dovecot.tls_port}
                MailboxSettings.objects.connect(pro, fields)
                [(_level, text)] = press_test(browser, "email")
                assert text.endswith(f"sent e-mails are in {name}.")
            finally:
                dovecot.remove()
