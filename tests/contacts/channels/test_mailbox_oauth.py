"""A mailbox with OAuth 2: access tokens of a real HTTPS server, which the real IMAP server checks."""

import json
import ssl
from base64 import b64decode
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from django.utils import timezone

from contacts.channels.mailbox_errors import MailboxError
from contacts.channels.mailbox_imap import open_inbox, open_mailbox
from contacts.conversations.writing import write_message
from contacts.models import MailboxSettings

from ...outgoing.peer import Peer
from ..mailboxes import SmtpServer, letter, texts
from ..messaging import state
from .dovecot import Dovecot
from .settings_pages import press_test

USER = "office@agence.example"


def reply(content, status="200 OK"):
    body = json.dumps(content).encode() if not isinstance(content, bytes) else content
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.fixture(scope="module")
def introspection():
    """Tells the IMAP server whose an access token is."""
    peer = Peer()
    peer.answer = reply({"active": "yes", "user": USER})
    yield peer
    peer.stop()


@pytest.fixture(scope="module")
def oauth_dovecot(certificate_file, introspection, dovecot):
    server = Dovecot(certificate_file, token_url=introspection.url)
    yield server
    server.remove()


@pytest.fixture
def tokens(trusted):
    """The token server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted)
    peer = Peer(context)
    peer.answer = reply({"access_token": "ya29.first", "expires_in": 3600})
    yield peer
    peer.stop()


@pytest.fixture
def account(oauth_dovecot):
    return oauth_dovecot.account(USER)


@pytest.fixture
def mailbox_fields(mailbox_fields, tokens):
    return mailbox_fields | {
        "password": "",
        "client_id": "client-1",
        "client_secret": "a secret & more",
        "token_url": f"https://localhost:{tokens.port}/token",
        "refresh_token": "1//refresh",
    }


def open_once():
    mailbox = MailboxSettings.objects.get()
    with open_mailbox(mailbox) as session:
        return open_inbox(session)


def expire():
    MailboxSettings.objects.update(access_token_expires_at=timezone.now())


def test_access_token_is_asked_for_once_an_hour(mailbox, tokens, introspection):
    open_once()
    open_once()
    [request] = tokens.requests
    assert request.startswith(b"POST /token HTTP/1.1\r\n")
    assert parse_qs(request.partition(b"\r\n\r\n")[2].decode()) == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["1//refresh"],
        "client_id": ["client-1"],
        "client_secret": ["a secret & more"],
    }
    assert introspection.requests[-1].startswith(b"GET /?token=ya29.first&")
    stored = MailboxSettings.objects.get()
    assert stored.access_token == "ya29.first"
    assert timedelta(minutes=55) < stored.access_token_expires_at - timezone.now() <= timedelta(hours=1)
    expire()
    open_once()
    assert len(tokens.requests) == 2


def test_renewed_refresh_token_is_kept(mailbox, tokens):
    tokens.answer = reply({"access_token": "ya29.first", "refresh_token": "1//next"})
    open_once()
    expire()
    open_once()
    assert MailboxSettings.objects.get().refresh_token == "1//next"
    assert b"refresh_token=1%2F%2Fnext" in tokens.requests[1]


def test_refused_access_token_is_replaced(mailbox, tokens, introspection):
    open_once()
    introspection.answer = reply({"active": "no"})
    with pytest.raises(MailboxError, match=r"^localhost does not accept the access token"):
        open_once()
    introspection.answer = reply({"active": "yes", "user": USER})
    open_once()
    assert len(tokens.requests) == 2


def test_refusals_of_the_token_server_are_plain(mailbox, tokens, subtests):
    refused = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
    for label, answer, error in (
        ("revoked", reply(refused, "400 Bad Request"), "(invalid_grant: Token has been expired or revoked.)"),
        ("broken", reply(b"<h1>no</h1>", "503 Unavailable"), "(503 Service Unavailable)"),
        ("no token", reply({}), "(without a reason)"),
        ("wrong token", reply({"access_token": "a\r\nb"}), "(without a reason)"),
        ("no object", reply([]), "(200 OK)"),
    ):
        with subtests.test(label):
            tokens.answer = answer
            with pytest.raises(MailboxError) as caught:
                open_once()
            assert str(caught.value) == f"The token server gave no access token {error}."
    tokens.stop()
    with pytest.raises(MailboxError, match=r"^The token server cannot be reached"):
        open_once()


def test_token_server_in_a_private_network_is_not_called(mailbox, tokens, settings):
    settings.OUTGOING_PRIVATE_NETWORKS = []
    with pytest.raises(MailboxError, match=r"^The token server cannot be reached \(BlockedAddressError\)"):
        open_once()
    assert tokens.requests == []


class TokenSmtp(SmtpServer):
    """Takes an access token in place of a password."""

    async def auth_XOAUTH2(self, server, args):
        self.logins.append(tuple(b64decode(args[1]).decode().split("\1")))
        server.session.authenticated = True
        await server.push("235 2.7.0 Accepted")


def test_mails_are_read_and_answered_with_the_token(
    pro, user, account, trusted, mailbox_fields, tokens, poll, work_tasks, browser, mailbox
):
    smtp = TokenSmtp(trusted)
    try:
        MailboxSettings.objects.connect(
            pro, mailbox_fields | {"smtp_port": smtp.port, "client_secret": "x"} | {"refresh_token": "1//refresh"}
        )
        account.add(letter(1))
        poll()
        assert texts() == ["House 1"]
        contact = pro.contacts.get()
        answer = write_message(contact, "Yes, it is.", channel="email", by=user)
        work_tasks()
        assert state(answer)[0] == "sent"
        assert smtp.logins == [(f"user={account.name}", "auth=Bearer ya29.first", "", "")]
        assert press_test(browser, "email")[0][0] == "success"
    finally:
        smtp.controller.stop()
