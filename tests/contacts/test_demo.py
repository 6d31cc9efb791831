"""The conversations of the demo."""

import random
from datetime import timedelta

import pytest
from django.core import mail
from django.test import override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.accounts import demo as accounts
from contacts.conversations.canned_replies import find_canned_replies
from contacts.conversations.reply_channels import find_reply_channels
from contacts.demo import load
from contacts.demo.texts import CHANNELS
from contacts.models import ChannelConnection, ChannelDelivery, Contact, ContactIdentity, ContactMessage, WaitingItem
from tests.factories import ProFactory

pytestmark = pytest.mark.thorough

MODELS = (ChannelConnection, ChannelDelivery, Contact, ContactIdentity, ContactMessage)


@pytest.fixture(scope="module")
def loaded(module_rows):
    with override_settings(DEBUG=True):
        return accounts.load()


@pytest.fixture
def pros(loaded, settings, db):
    settings.DEBUG = True
    return loaded


def conversations(pro):
    """By name: the channel and the states of the messages, oldest first; answers to contact requests left out."""
    rows = ContactMessage.objects.for_pro(pro).filter(topic="").select_related("contact").order_by("created_at", "id")
    states = {}
    for row in rows:
        states.setdefault(row.contact.name, [row.channel]).append(row.state)
    return states


def test_the_first_three_pros_are_connected_and_talk(pros):
    channels = {pro.name: sorted(pro.channels.values_list("channel", "provider")) for pro in pros}
    assert channels == {
        "Agence du Vieux-Port": [("email", "mailgun"), ("telegram", "telegram"), ("whatsapp", "whatsapp")],
        "Immo Lievens": [("email", "postmark"), ("whatsapp", "whatsapp")],
        "Corrib Lettings": [("email", "mime"), ("telegram", "telegram")],
        "Maison Lenoir": [],
    }
    assert [conversations(pro) for pro in pros] == [
        {
            "Paulo Teixeira": ["whatsapp", "received", "failed"],
            "Margaux Tanguy": ["email", "received", "sent", "received"],
            "Karim Belkacem": ["telegram", "received", "sent", "received", "received"],
            "Inès Moreau": ["whatsapp", "received", "received"],
        },
        {
            "Bram Goossens": ["email", "received", "sent"],
            "Nele Adriaens": ["whatsapp", "received", "read", "received", "failed"],
            "Fatma Yıldız": ["whatsapp", "received", "received"],
        },
        {
            "Marek Nowak": ["telegram", "received", "failed"],
            "Dervla Hynes": ["email", "received", "sent"],
            "Oisín": ["telegram", "received"],
        },
        {},
    ]


def test_one_conversation_of_each_is_unread(pros):
    unread = [
        list(Contact.objects.for_pro(pro).filter(unread_count__gt=0).values_list("name", "unread_count"))
        for pro in pros
    ]
    assert unread == [[("Inès Moreau", 2)], [("Fatma Yıldız", 2)], [("Oisín", 1)], []]


def test_the_channels_are_for_show(pros):
    """They hold no token; their secrets are random, of 32 bytes, and no two are the same."""
    connections = list(ChannelConnection.objects.all())
    for connection in connections:
        connection.clean_fields()
        newest = ContactMessage.objects.filter(connection=connection, state="received").latest("created_at")
        assert (connection.token, connection.is_receiving, connection.last_received_at) == (
            "",
            True,
            newest.created_at,
        )
        assert connection.is_sending is (connection.channel == "email")
    assert {len(connection.secret) for connection in connections} == {64}
    assert len({connection.secret for connection in connections}) == len(connections) == 7


def test_each_message_stands_as_receiving_or_sending_would_leave_it(pros):
    now = timezone.now()
    for row in ContactMessage.objects.filter(topic="").select_related("contact", "connection", "author"):
        row.clean_fields(exclude=[field.name for field in row._meta.fields if not getattr(row, field.name)])
        assert now - timedelta(days=7) < row.created_at < now
        assert row.pro_id == row.contact.pro_id == row.connection.pro_id
        assert (row.channel, row.error != "") == (row.connection.channel, row.state == "failed")
        if row.is_outbound:
            assert row.author.pro_id == row.pro_id
            assert (row.sent_at is None, row.external_id == "") == (row.state == "failed",) * 2
            assert row.read_at is None
        else:
            assert (row.author, row.sent_at, row.notified_at) == (None, None, row.created_at)
            assert (row.read_at is None) == (row.contact.unread_count > 0)


def test_a_contact_is_known_by_where_it_wrote_from(pros):
    for row in ContactMessage.objects.filter(topic="").select_related("contact", "pro"):
        contact = row.contact
        contact.full_clean()
        known = Contact.objects.find_or_create(
            row.pro, identities=[(row.channel, row.address)], name="x", source="x", reached_by=row.channel
        )
        assert known == contact
        first = contact.messages.earliest("created_at")
        assert (contact.created_at, contact.source, contact.channel_preference, contact.language) == (
            first.created_at,
            row.channel,
            row.channel,
            row.pro.language,
        )
        assert contact.last_message_at == contact.messages.latest("created_at").created_at
        assert list(contact.events.values_list("kind", "created_at")) == [("created", first.created_at)]


def test_an_email_stands_in_its_thread(pros):
    first, answer, thanks = ContactMessage.objects.filter(contact__name="Margaux Tanguy").order_by("created_at")
    assert [row.subject for row in (first, answer, thanks)] == [
        "Estimation d'une maison à Endoume",
        "Re: Estimation d'une maison à Endoume",
        "Re: Estimation d'une maison à Endoume",
    ]
    ids = [row.external_id for row in (first, answer, thanks)]
    assert [row.references for row in (first, answer, thanks)] == [ids[:1], ids[:1], ids]
    (reply_channel,) = find_reply_channels(thanks.contact)
    assert (reply_channel.address, reply_channel.subject, list(reply_channel.references)) == (
        "margaux.tanguy@example.org",
        thanks.subject,
        ids,
    )


def test_nothing_is_sent_for_what_is_past(pros, work_tasks):
    assert DBTaskResult.objects.count() == 0
    work_tasks()
    assert mail.outbox == []


def everything():
    return [list(model.objects.order_by("pk").values()) for model in MODELS]


def test_called_again_it_changes_nothing(pros):
    before = everything()
    accounts.load()
    assert everything() == before


def test_what_was_taken_away_comes_back_and_what_stands_stays(pros):
    first = pros[0]
    before = conversations(first)
    kept = list(ChannelConnection.objects.order_by("pk").values())
    Contact.objects.filter(pk__in=ContactMessage.objects.for_pro(first).filter(topic="").values("contact")).delete()
    load(pros, random.Random(1))
    assert conversations(first) == before
    again = {row["pk"]: row["last_received_at"] for row in ChannelConnection.objects.values("pk", "last_received_at")}
    assert [{**row, "last_received_at": again[row["id"]]} for row in kept] == list(
        ChannelConnection.objects.order_by("pk").values()
    )


def test_who_is_not_of_the_demo_is_left_alone(pros):
    pro, before = ProFactory(), everything()
    load([pro], random.Random(1))
    assert (pro.email in CHANNELS, everything()) == (False, before)


def test_who_waits_longest_can_be_answered_with_a_canned_reply(pros):
    for pro in pros[:3]:
        item = WaitingItem.objects.for_pro(pro).filter(ended_at=None).exclude(contact=None).order_by("since").first()
        channels = find_reply_channels(item.contact)
        assert [each.channel for each in channels if not each.is_window_closed] == ["email"]
        user = pro.users.order_by("pk").first()
        filled = find_canned_replies(user, item.contact)
        assert {(each.reply.user, *each.unfilled) for each in filled} == {(user,), (None,)}
