"""A Pro's connection of a channel: its settings, and its secrets at rest."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db import connection as database

from contacts.models import ChannelConnection

from .payloads import PROVIDERS, SECRET, SETTINGS, TOKEN, connect, deliver

connections = ChannelConnection.objects


def stored(column):
    """Read what the database itself holds."""
    with database.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM contacts_channelconnection")  # noqa: S608
        return cursor.fetchone()[0]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_connection_as_stored(pro, provider):
    connection = connect(pro, provider)
    expected = SETTINGS[provider]
    assert ChannelConnection.objects.values().get() == {
        "id": connection.pk,
        "pro_id": pro.pk,
        "channel": connection.channel,
        "provider": provider,
        "key": connection.key,
        "address": expected.get("address", ""),
        "secret": SECRET,
        "token": expected.get("token", ""),
        "is_active": True,
        "last_received_at": None,
        "business_id": "",
        "templates": [],
        "templates_at": None,
        "templates_error": "",
        "created_at": connection.created_at,
    }
    assert (
        len(connection.key) == 48
        and connection.webhook_url == f"http://testserver/channels/{connection.channel}/{connection.key}"
    )
    assert (connection.is_receiving, connection.is_sending) == (True, True)


def test_empty_secret_keeps_the_saved_one(pro):
    first = connect(pro, "whatsapp")
    again = connections.connect(pro, "whatsapp", {"address": "99", "secret": "", "token": "", "is_active": False})
    assert (again.pk, again.key, again.secret, again.token) == (first.pk, first.key, SECRET, "EAAG-of-the-tests")
    assert (again.address, again.is_active, again.is_receiving, again.is_sending) == ("99", False, False, False)


def test_telegram_secret_is_generated(pro):
    connection = connections.connect(pro, "telegram", {"token": TOKEN})
    assert len(connection.secret) >= 40 and connections.connect(pro, "telegram", {}).secret == connection.secret


WRONG = [
    ("whatsapp", {"address": "", "secret": "x"}, {"address"}),
    ("whatsapp", {"address": "+33 6", "secret": "x"}, {"address"}),
    ("whatsapp", {"address": "1", "secret": "é"}, {"secret"}),
    ("whatsapp", {"address": "1", "secret": "x", "token": "two words"}, {"token"}),
    ("whatsapp", {"address": "1", "token": "x"}, {"secret"}),
    ("whatsapp", {"address": "1", "secret": "x" * 501, "token": "x" * 1001}, {"secret", "token"}),
    ("whatsapp", {"address": "1", "secret": "x", "provider": "mailgun"}, {"provider"}),
    ("telegram", {}, {"token"}),
    ("telegram", {"token": "no token"}, {"token"}),
    ("telegram", {"token": "abc:def"}, {"token"}),
    ("email", {"address": "nobody", "secret": "x", "provider": "mailgun"}, {"address"}),
    ("email", {"address": "a@example.org", "secret": "x", "provider": "telegram"}, {"provider"}),
    ("email", {"address": "a@example.org", "secret": "x", "provider": "unknown"}, {"provider"}),
    ("email", {"address": "a@example.org"}, {"secret"}),
]


@pytest.mark.parametrize(("channel", "fields", "names"), WRONG)
def test_invalid_fields_are_named(pro, channel, fields, names):
    with pytest.raises(ValidationError) as caught:
        connections.connect(pro, channel, fields)
    assert set(caught.value.message_dict) == names
    assert not connections.exists()


@pytest.mark.parametrize("channel", ["whatsapp", "telegram", "email"])
def test_switched_off_connection_may_be_incomplete(pro, channel):
    address = {"whatsapp": "1", "telegram": "", "email": "a@example.org"}[channel]
    connection = connections.connect(pro, channel, {"address": address, "is_active": False})
    assert (connection.is_receiving, connection.is_sending, connection.token) == (False, False, "")


def test_e_mail_sends_only_with_a_secret(pro):
    connection = connect(pro, "mime")
    assert connection.is_sending
    connection.secret = ""
    assert not connection.is_sending


def test_pro_has_one_connection_of_each_channel(pro, other_user):
    connect(pro, "mailgun")
    assert connect(pro, "postmark").provider == "postmark"
    assert (connections.for_pro(pro).count(), connections.for_pro(other_user.pro).count()) == (1, 0)
    with pytest.raises(IntegrityError), transaction.atomic():
        ChannelConnection.objects.create(pro=pro, channel="email", provider="mime")
    with pytest.raises(IntegrityError), transaction.atomic():
        ChannelConnection.objects.create(pro=other_user.pro, channel="email", provider="telegram")


def test_disconnect_deletes_the_secrets_and_replaces_the_key(pro):
    connection = connect(pro, "whatsapp")
    before = connection.key
    connection.disconnect()
    assert (stored("secret"), stored("token"), connection.is_receiving, connection.is_sending) == ("", "", False, False)
    assert connection.key != before and not connections.filter(key=before).exists()


def test_secrets_are_encrypted_in_the_database(pro):
    connect(pro, "whatsapp")
    for column, value in (("secret", SECRET), ("token", "EAAG-of-the-tests")):
        assert value not in stored(column) and stored(column).startswith("gAAAA")
    # Not twice the same, so that nobody sees who has the same.
    first = stored("secret")
    connect(pro, "whatsapp")
    assert stored("secret") != first


def test_former_secret_key_decrypts(pro, settings):
    connect(pro, "whatsapp")
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another key of fifty characters and more, for the tests"
    settings.SECRET_KEY_FALLBACKS = [former]
    assert connections.get().secret == SECRET
    connect(pro, "whatsapp")  # What is stored now is stored with the present key.
    settings.SECRET_KEY_FALLBACKS = []
    assert connections.get().secret == SECRET


def test_unknown_secret_key_empties_secrets_and_refuses_calls(pro, nobody, settings, caplog):
    connection = connect(pro, "whatsapp")
    settings.SECRET_KEY = "another key of fifty characters and more, for the tests"
    connection = connections.get()
    assert (connection.secret, connection.token, connection.is_receiving, connection.is_sending) == (
        "",
        "",
        False,
        False,
    )
    assert deliver(nobody, connection).status_code == 403
    assert "has to be given again" in caplog.text
