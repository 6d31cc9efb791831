"""`manage.py rotate_secrets`: stored secrets are encrypted anew with the present key."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.accounts.models import CodeApp
from config.events.models import Endpoint
from config.notifications.models import PushDevice
from config.web import rotation
from config.web.secret_field import SecretField
from contacts.models import ChannelConnection
from contacts.models.mailbox import MailboxSettings
from tests.factories import ProFactory, UserFactory

pytestmark = pytest.mark.django_db

OLD, NEW = "the former key " * 5, "the present key " * 5


@pytest.fixture
def former_key(settings):
    """Rows stored with a key that is now a former one: two channels, a mailbox with all of its secrets, an endpoint."""
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    pro = ProFactory()
    ChannelConnection.objects.create(pro=pro, channel="telegram", provider="telegram", secret="hook", token="bot")
    letters = ChannelConnection.objects.create(pro=pro, channel="email", provider="mailbox")
    MailboxSettings.objects.create(
        connection=letters,
        imap_host="imap.example.com",
        smtp_host="smtp.example.com",
        username="olive",
        password="moules",
        client_secret="client",
        refresh_token="refresh",
        access_token="access",
    )
    Endpoint.objects.create(pro=pro, url="https://example.com", secret="whsec_one", former_secret="whsec_two")
    app = CodeApp.objects.create(user=UserFactory(pro=pro), name="Phone", secret="JBSWY3DPEHPK3PXP")
    PushDevice.objects.create(pro=pro, user=app.user, endpoint="https://push.example.com/1", secret="auth")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]


def run():
    out = io.StringIO()
    call_command("rotate_secrets", stdout=out)
    return out.getvalue().splitlines()


def values():
    return [
        *ChannelConnection.objects.order_by("channel").values_list("secret", "token"),
        *MailboxSettings.objects.values_list("password", "client_secret", "refresh_token", "access_token"),
        *Endpoint.objects.values_list("secret", "former_secret"),
        *CodeApp.objects.values_list("secret"),
        *PushDevice.objects.values_list("endpoint", "secret"),
    ]


SECRETS = [
    ("", ""),
    ("hook", "bot"),
    ("moules", "client", "refresh", "access"),
    ("whsec_one", "whsec_two"),
    ("JBSWY3DPEHPK3PXP",),
    ("https://push.example.com/1", "auth"),
]


def test_everything_opens_with_the_present_key_alone(former_key, settings):
    assert run() == [
        "accounts.CodeApp.secret: 1 encrypted anew, 0 with the present key already",
        "notifications.PushDevice.endpoint: 1 encrypted anew, 0 with the present key already",
        "notifications.PushDevice.secret: 1 encrypted anew, 0 with the present key already",
        "events.Endpoint.secret: 1 encrypted anew, 0 with the present key already",
        "events.Endpoint.former_secret: 1 encrypted anew, 0 with the present key already",
        "contacts.ChannelConnection.secret: 1 encrypted anew, 0 with the present key already",
        "contacts.ChannelConnection.token: 1 encrypted anew, 0 with the present key already",
        "contacts.MarkKey.secret: 0 encrypted anew, 0 with the present key already",
        "contacts.MailboxSettings.password: 1 encrypted anew, 0 with the present key already",
        "contacts.MailboxSettings.client_secret: 1 encrypted anew, 0 with the present key already",
        "contacts.MailboxSettings.refresh_token: 1 encrypted anew, 0 with the present key already",
        "contacts.MailboxSettings.access_token: 1 encrypted anew, 0 with the present key already",
        "All secrets open with SECRET_KEY alone.",
    ]
    settings.SECRET_KEY_FALLBACKS = []
    assert values() == SECRETS


def test_a_second_run_changes_nothing(former_key):
    run()
    stored = raw_tokens()
    assert "contacts.ChannelConnection.token: 0 encrypted anew, 1 with the present key already" in run()
    assert raw_tokens() == stored


def raw_tokens():
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM contacts_channelconnection ORDER BY id")
        return cursor.fetchall()


def test_what_opens_with_no_key_stays_and_is_named(former_key, settings):
    settings.SECRET_KEY_FALLBACKS = []
    stored = raw_tokens()
    with pytest.raises(CommandError, match="11 secrets open neither with SECRET_KEY nor with one of"):
        run()
    assert raw_tokens() == stored
    settings.SECRET_KEY_FALLBACKS = [OLD]
    assert values() == SECRETS


def test_killed_between_two_batches_it_goes_on_where_it_was(settings, monkeypatch):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    for _ in range(5):
        ChannelConnection.objects.create(pro=ProFactory(), channel="telegram", provider="telegram", token="bot")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    monkeypatch.setattr(rotation, "BATCH", 2)
    whole, batches = rotation._rotate_rows, []

    def stop_in_the_second(*arguments):
        batches.append(arguments)
        whole(*arguments)
        if len(batches) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(rotation, "_rotate_rows", stop_in_the_second)
    with pytest.raises(KeyboardInterrupt):
        run()
    monkeypatch.setattr(rotation, "_rotate_rows", whole)
    assert "contacts.ChannelConnection.token: 3 encrypted anew, 2 with the present key already" in run()


def test_every_secret_of_every_model_is_among_them():
    named = {f"{field.model.__name__}.{field.name}" for field in rotation.secret_fields()}
    assert {f"MailboxSettings.{name}" for name in (*MailboxSettings.SECRETS, "access_token")} <= named
    assert {f"ChannelConnection.{name}" for name in ChannelConnection.HIDDEN} <= named
    assert all(isinstance(field, SecretField) for field in rotation.secret_fields())
