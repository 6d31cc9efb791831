"""How a channel is set up, its secrets at rest, and what is kept of its calls."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db import connection as database
from django.utils import timezone

from contacts.channels.message import RefusedError
from contacts.conversations.receiving import store_delivery
from contacts.models import ChannelConnection, ChannelDelivery
from contacts.models.delivery import prune_deliveries

from .payloads import PROVIDERS, SECRET, SETTINGS, TOKEN, connect, deliver

pytestmark = pytest.mark.django_db
connections = ChannelConnection.objects


def stored(column):
    """What the database itself holds."""
    with database.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM contacts_channelconnection")  # noqa: S608
        return cursor.fetchone()[0]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_as_stored(pro, provider):
    found = connect(pro, provider)
    wanted = SETTINGS[provider]
    assert ChannelConnection.objects.values().get() == {
        "id": found.pk,
        "pro_id": pro.pk,
        "channel": found.channel,
        "provider": provider,
        "key": found.key,
        "address": wanted.get("address", ""),
        "secret": SECRET,
        "token": wanted.get("token", ""),
        "is_active": True,
        "last_received_at": None,
        "created_at": found.created_at,
    }
    assert len(found.key) == 48 and found.webhook_url == f"http://testserver/channels/{found.channel}/{found.key}"
    assert (found.is_receiving, found.is_sending) == (True, True)


def test_an_empty_secret_leaves_the_present_one(pro):
    first = connect(pro, "whatsapp")
    again = connections.connect(pro, "whatsapp", {"address": "99", "secret": "", "token": "", "is_active": False})
    assert (again.pk, again.key, again.secret, again.token) == (first.pk, first.key, SECRET, "EAAG-of-the-tests")
    assert (again.address, again.is_active, again.is_receiving, again.is_sending) == ("99", False, False, False)


def test_telegram_needs_no_secret_of_ones_own(pro):
    found = connections.connect(pro, "telegram", {"token": TOKEN})
    assert len(found.secret) >= 40 and connections.connect(pro, "telegram", {}).secret == found.secret


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
def test_what_cannot_be_is_named(pro, channel, fields, names):
    with pytest.raises(ValidationError) as caught:
        connections.connect(pro, channel, fields)
    assert set(caught.value.message_dict) == names
    assert not connections.exists()


@pytest.mark.parametrize("channel", ["whatsapp", "telegram", "email"])
def test_what_is_switched_off_may_be_half_done(pro, channel):
    address = {"whatsapp": "1", "telegram": "", "email": "a@example.org"}[channel]
    found = connections.connect(pro, channel, {"address": address, "is_active": False})
    assert (found.is_receiving, found.is_sending, found.token) == (False, False, "")


def test_an_email_goes_out_where_answers_can_come_in(pro):
    found = connect(pro, "mime")
    assert found.is_sending
    found.secret = ""
    assert not found.is_sending


def test_one_of_each_channel(pro, other_user):
    connect(pro, "mailgun")
    assert connect(pro, "postmark").provider == "postmark"
    assert (connections.for_pro(pro).count(), connections.for_pro(other_user.pro).count()) == (1, 0)
    with pytest.raises(IntegrityError), transaction.atomic():
        ChannelConnection.objects.create(pro=pro, channel="email", provider="mime")
    with pytest.raises(IntegrityError), transaction.atomic():
        ChannelConnection.objects.create(pro=other_user.pro, channel="email", provider="telegram")


def test_disconnected_its_keys_are_gone(pro):
    found = connect(pro, "whatsapp")
    before = found.key
    found.disconnect()
    assert (stored("secret"), stored("token"), found.is_receiving, found.is_sending) == ("", "", False, False)
    assert found.key != before and not connections.filter(key=before).exists()


# --- Secrets at rest


def test_secrets_are_encrypted_in_the_database(pro):
    connect(pro, "whatsapp")
    for column, value in (("secret", SECRET), ("token", "EAAG-of-the-tests")):
        assert value not in stored(column) and stored(column).startswith("gAAAA")
    # Not twice the same, so that nobody sees who has the same.
    first = stored("secret")
    connect(pro, "whatsapp")
    assert stored("secret") != first


def test_a_former_key_still_opens_them(pro, settings):
    connect(pro, "whatsapp")
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another key of fifty characters and more, for the tests"
    settings.SECRET_KEY_FALLBACKS = [former]
    assert connections.get().secret == SECRET
    connect(pro, "whatsapp")  # What is stored now is stored with the present key.
    settings.SECRET_KEY_FALLBACKS = []
    assert connections.get().secret == SECRET


def test_with_another_key_they_are_not_there_and_nothing_is_taken(pro, nobody, settings, caplog):
    found = connect(pro, "whatsapp")
    settings.SECRET_KEY = "another key of fifty characters and more, for the tests"
    found = connections.get()
    assert (found.secret, found.token, found.is_receiving, found.is_sending) == ("", "", False, False)
    assert deliver(nobody, found).status_code == 403
    assert "has to be given again" in caplog.text


# --- Calls


def test_a_call_is_taken_once(pro):
    connection, other = connect(pro, "telegram"), connect(pro, "whatsapp")
    take = store_delivery
    assert [take(connection, body, "t") for body in (b"a", b"a", b"b")] == [True, False, True]
    assert take(other, b"a", "t")
    assert [take(connection, b"c", "t", "n"), take(connection, b"c", "t", "n")] == [True, False]
    with pytest.raises(RefusedError):
        take(connection, b"d", "t", "n")
    assert ChannelDelivery.objects.count() == 4


def test_what_was_read_goes_after_a_week_and_the_rest_after_three_months(pro):
    connection, now = connect(pro, "telegram"), timezone.now()
    ages = {"read": (6, True), "read long ago": (8, True), "unread": (89, False), "unread long ago": (91, False)}
    for name, (days, is_read) in ages.items():
        then = now - timedelta(days=days)
        ChannelDelivery.objects.create(
            connection=connection, nonce=name, digest=name, content_type=name, body=b"", created_at=then,
            read_at=then if is_read else None,
        )  # fmt: skip
    prune_deliveries()
    assert sorted(ChannelDelivery.objects.values_list("nonce", flat=True)) == ["read", "unread"]
