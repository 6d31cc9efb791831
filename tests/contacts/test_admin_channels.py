"""The admin of connections, messages and deliveries."""

import itertools
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django_tasks_db.models import DBTaskResult

from config.accounts.models import Pro
from contacts.channels.message import File, InboundMessage
from contacts.conversations.receiving import receive_message, store_delivery
from contacts.models import ChannelConnection, ChannelDelivery, ContactMessage
from tests.admin_site import (
    assert_list_is_flat,
    assert_no_regular_expressions,
    assert_permissions,
    assert_tenancy,
    listed,
    page,
    queries,
    shown,
    staff_client,
)
from tests.factories import ContactFactory, ProFactory

SECRET, TOKEN = "the-secret-of-the-channel", "110201543:the-token-of-the-bot"
numbers = itertools.count()


def connection_of(pro: Pro, **fields: Any) -> ChannelConnection:
    fields = {"secret": SECRET, "token": TOKEN, **fields}
    return ChannelConnection.objects.connect(pro, "telegram", fields)


def message_of(pro: Pro, **fields: Any) -> ContactMessage:
    contact = ContactFactory(pro=pro)
    fields = {"text": f"A text to {pro.name}", "state": "received", "external_id": f"{next(numbers)}", **fields}
    return ContactMessage.objects.create(
        pro=pro, contact=contact, connection=connection_of(pro), channel="telegram", **fields
    )


def delivery_of(pro: Pro, body: bytes = b"a body", **fields: Any) -> ChannelDelivery:
    store_delivery(connection_of(pro), body + b"%d" % next(numbers), "application/json")
    delivery = ChannelDelivery.objects.latest("id")
    ChannelDelivery.objects.filter(pk=delivery.pk).update(**fields)
    return delivery


MAKERS = {ChannelConnection: connection_of, ContactMessage: message_of, ChannelDelivery: delivery_of}


@pytest.fixture(params=MAKERS, ids=lambda model: model.__name__)
def model(request):
    return request.param


def make(model: Any, pro: Pro) -> Any:
    return MAKERS[model](pro)


def test_row_of_another_pro_is_404(model, pro):
    own, foreign = make(model, pro), make(model, ProFactory(name="Somebody Else"))
    # A delivery's Pro is its connection's.
    own.pro = pro
    assert_tenancy(own, foreign)


def test_staff_without_the_permission_get_403(model, pro):
    assert_permissions(make(model, pro))


@pytest.mark.parametrize(
    ("model", "field"), [(ChannelConnection, "address"), (ContactMessage, "text"), (ChannelDelivery, "digest")]
)
def test_lists_accept_no_regular_expressions(db, model, field):
    assert_no_regular_expressions(model, field)


def test_lists_take_no_query_per_row(model, staff_browser):
    assert_list_is_flat(staff_browser, lambda: make(model, ProFactory()), model)


@pytest.mark.parametrize("bound", [True, False])
def test_rows_are_neither_added_nor_deleted(model, pro, bound):
    row, client = make(model, pro), staff_client("all", pro=pro if bound else None)
    assert client.get(page(model, "add")).status_code == 403
    assert client.post(page(row, "delete"), {"post": "yes"}).status_code == 403
    client.post(page(model, "changelist"), {"action": "delete_selected", "_selected_action": str(row.pk), "post": "1"})
    assert model.objects.filter(pk=row.pk).exists()


def test_rows_are_not_edited(model, pro, staff_browser):
    row = make(model, pro)
    before = model.objects.filter(pk=row.pk).values().get()
    data = {"address": "evil", "secret": "evil", "token": "evil", "text": "evil", "state": "sent", "is_active": ""}
    data |= {"files-TOTAL_FORMS": "0", "files-INITIAL_FORMS": "0"}
    staff_browser.post(page(row, "change"), data)
    assert model.objects.filter(pk=row.pk).values().get() == before


# --- Connections


def test_page_of_a_connection_shows_its_webhook_and_last_message(pro, staff_browser):
    connection = connection_of(pro)
    response = staff_browser.get(page(connection, "change"))
    names = [name for _title, options in response.context["adminform"].fieldsets for name in options["fields"]]
    assert names == [
        *("pro", "channel", "provider", "address", "webhook_url", "is_active", "is_receiving", "is_sending"),
        *("last_received_at", "created_at"),
    ]
    assert f"http://testserver/channels/telegram/{connection.key}" in response.content.decode()


def test_secrets_and_tokens_are_on_no_page(pro, staff_browser):
    connection = connection_of(pro)
    act(staff_browser, "switch_off", connection)
    stored = ChannelConnection.objects.extra(select={"raw": "secret", "raw_token": "token"}).get()
    hidden = [SECRET, TOKEN, stored.raw, stored.raw_token]
    assert SECRET not in stored.raw and TOKEN not in stored.raw_token
    for path in (page(connection, "change"), page(connection, "history"), page(ChannelConnection, "changelist")):
        html = staff_browser.get(path).content.decode()
        assert [word for word in hidden if word in html] == []
    assert [entry for entry in LogEntry.objects.all() for word in hidden if word in entry.change_message] == []


@pytest.mark.parametrize("field", ["secret", "token", "key"])
@pytest.mark.parametrize("look", ["", "__startswith", "__contains", "__gt", "__in", "__isnull"])
def test_secrets_cannot_be_filtered(pro, staff_browser, field, look):
    connection_of(pro)
    for model, path in ((ChannelConnection, ""), (ContactMessage, "connection__"), (ChannelDelivery, "connection__")):
        response = staff_browser.get(page(model, "changelist"), {f"{path}{field}{look}": "g"})
        assert (response.status_code, "cl" in (response.context or {})) == (400, False)


def test_secrets_cannot_be_searched(pro, staff_browser):
    connection = connection_of(pro)
    for text in (SECRET, TOKEN, connection.key):
        assert listed(staff_browser, ChannelConnection, q=text) == []
    assert listed(staff_browser, ChannelConnection, q="du port") == [connection]


def act(client: Any, action: str, *rows: Any) -> list[str]:
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return shown(client.post(page(type(rows[0]), "changelist"), data, follow=True))


def test_connections_are_switched_off_and_on(pro, staff_browser):
    first, second = connection_of(pro), connection_of(ProFactory())
    key = first.key
    assert act(staff_browser, "switch_off", first, second) == ["2 channels are switched off."]
    assert act(staff_browser, "switch_off", first) == ["Nothing to change: already so."]
    first.refresh_from_db()
    assert (first.is_active, first.secret, first.token, first.key) == (False, SECRET, TOKEN, key)
    assert act(staff_browser, "switch_on", first) == ["1 channel is switched on."]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.is_active, second.is_active) == (True, False)
    assert staff_browser.get(page(first, "history")).content.decode().count("Changed active.") == 2


def test_connection_is_ended(pro, staff_browser, nobody):
    connection = connection_of(pro)
    path = f"/channels/telegram/{connection.key}"
    assert act(staff_browser, "disconnect", connection) == ["1 channel is disconnected."]
    row = ChannelConnection.objects.get()
    assert (row.is_active, row.secret, row.token, row.key == connection.key) == (False, "", "", False)
    assert nobody.post(path, b"{}", content_type="application/json").status_code == 404
    assert act(staff_browser, "disconnect", connection) == ["Nothing to change: already so."]
    assert ChannelConnection.objects.get().key == row.key


@pytest.mark.parametrize("action", ["switch_off", "disconnect"])
def test_view_permission_changes_no_connection(pro, action):
    connection = connection_of(pro)
    act(staff_client("view_channelconnection", pro=pro), action, connection)
    assert ChannelConnection.objects.get().is_active is True


def test_bound_staff_switch_only_their_pros_connections(pro):
    own, foreign = connection_of(pro), connection_of(ProFactory())
    assert act(staff_client("all", pro=pro), "switch_off", own, foreign) == ["1 channel is switched off."]
    assert [ChannelConnection.objects.get(pk=row.pk).is_active for row in (own, foreign)] == [False, True]


# --- Messages


def test_messages_are_listed_newest_first_and_searched_by_contact(pro, staff_browser):
    first, second = message_of(pro), message_of(pro, state="failed", error="no")
    first.contact.change({"name": "Wilhelmina"}, by=None)
    assert listed(staff_browser, ContactMessage) == [second, first]
    assert listed(staff_browser, ContactMessage, state__exact="failed") == [second]
    assert listed(staff_browser, ContactMessage, q="wilhelm") == [first]
    assert listed(staff_browser, ContactMessage, q="A text") == []


def test_page_of_a_message_shows_text_and_files_read_only(pro, staff_browser):
    message = InboundMessage(
        external_id="1",
        identities=(("telegram", "42"),),
        address="42",
        name="Ana",
        text="<b>See</b> this",
        files=(File("plan.txt", b"two rooms"),),
    )
    row = receive_message(connection_of(pro), message)
    html = staff_browser.get(page(row, "change")).content.decode()
    assert "&lt;b&gt;See&lt;/b&gt; this" in html and "<b>See" not in html
    assert "plan.txt" in html
    assert 'name="files-0-filename"' not in html and 'name="text"' not in html


def test_failed_messages_are_sent_again(pro, staff_browser):
    failed, sent = message_of(pro, state="failed", error="why"), message_of(pro, state="sent")
    gone = message_of(pro, state="failed", error="why")
    gone.contact.archive(by=None)
    assert act(staff_browser, "send_again", failed, sent, gone) == ["1 message is sent again."]
    rows = ContactMessage.objects.in_bulk([failed.pk, sent.pk, gone.pk])
    assert [(rows[row.pk].state, rows[row.pk].error) for row in (failed, sent, gone)] == [
        ("sending", ""),
        ("sent", ""),
        ("failed", "why"),
    ]
    jobs = DBTaskResult.objects.filter(task_path="contacts.conversations.sending.send_message")
    assert [job.args_kwargs["args"] for job in jobs] == [[str(failed.pk)]]
    assert act(staff_browser, "send_again", failed, sent, gone) == ["None of these messages has failed."]


def test_view_permission_sends_nothing_again(pro):
    failed = message_of(pro, state="failed")
    act(staff_client("view_contactmessage", pro=pro), "send_again", failed)
    assert ContactMessage.objects.get().state == "failed"


def test_page_of_a_message_takes_no_query_per_file(pro, staff_browser):
    row = message_of(pro)
    queries(staff_browser, page(row, "change"))
    few = queries(staff_browser, page(row, "change"))
    for n in range(20):
        row.files.create(key=f"{n}", filename=f"{n}.txt", mime_type="text/plain", size=1, sha256="0" * 64)
    assert queries(staff_browser, page(row, "change")) == few


# --- Deliveries


def test_delivery_shows_its_size_and_not_its_body(pro, staff_browser):
    delivery = delivery_of(pro, body=b"private words " * 200)
    for path in (page(delivery, "change"), page(ChannelDelivery, "changelist")):
        html = staff_browser.get(path).content.decode()
        assert "2.7\xa0KB" in html
        assert "private words" not in html


def test_list_of_deliveries_does_not_fetch_bodies(pro, staff_browser):
    delivery_of(pro)
    (row,) = listed(staff_browser, ChannelDelivery)
    assert "body" not in row.__dict__


@pytest.mark.parametrize("look", ["", "__contains", "__startswith", "__isnull"])
def test_bodies_of_deliveries_cannot_be_filtered(pro, staff_browser, look):
    delivery_of(pro)
    response = staff_browser.get(page(ChannelDelivery, "changelist"), {f"body{look}": "w"})
    assert (response.status_code, "cl" in (response.context or {})) == (400, False)


def test_unread_deliveries_are_read_again(pro, staff_browser, work_tasks):
    update = b'{"update_id": 1, "message": {"message_id": 5, "date": 1700000000, "text": "Hi", %s}}'
    person = b'"chat": {"id": 42, "type": "private"}, "from": {"id": 42, "first_name": "Ana"}'
    store_delivery(connection_of(pro), update % person, "application/json")
    waiting = ChannelDelivery.objects.get()
    done = delivery_of(pro, body=b"", read_at=waiting.created_at)
    DBTaskResult.objects.all().delete()
    assert act(staff_browser, "read_again", waiting, done) == ["1 delivery is being read again."]
    work_tasks()
    waiting.refresh_from_db()
    assert (waiting.read_at is None, bytes(waiting.body)) == (False, b"")
    assert [message.text for message in ContactMessage.objects.all()] == ["Hi"]
    assert act(staff_browser, "read_again", waiting) == ["These deliveries have been read already."]


def test_view_permission_reads_nothing_again(pro):
    delivery = delivery_of(pro)
    DBTaskResult.objects.all().delete()
    act(staff_client("view_channeldelivery", pro=pro), "read_again", delivery)
    assert DBTaskResult.objects.count() == 0


def test_free_text_that_whatsapp_takes_no_more_is_not_sent_again(pro, staff_browser):
    failed = message_of(pro, state="failed", error="why")
    ContactMessage.objects.update(channel="whatsapp")
    assert act(staff_browser, "send_again", failed) == ["None of these messages has failed."]
    failed.refresh_from_db()
    assert (failed.state, failed.error) == ("failed", "why")
