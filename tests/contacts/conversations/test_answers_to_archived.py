"""An answer that has not left when its contact is archived, merged, or its channel disconnected."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contact_requests.receiving import receive
from contacts.book.merging import merge_contacts
from contacts.conversations.sending import resend_message
from contacts.conversations.writing import write_message
from contacts.models import Contact, ContactMessage

from ...factories import PropertyFactory
from ...pages import Page
from ..messaging import state

ARCHIVED = "The contact was archived before it was sent. Restore the contact, then try again."


@pytest.fixture(params=["undo seconds", "chosen time", "at once"])
def written(request, received, user, let_time_come):
    """An answer by e-mail that has not left."""
    user.undo_seconds = 10 if request.param == "undo seconds" else 0
    user.save()
    send_at = timezone.now() + timedelta(hours=3) if request.param == "chosen time" else None
    return write_message(received("email").contact, "Yes", channel="email", by=user, send_at=send_at)


@pytest.fixture
def let_time_come(work_tasks):
    def run():
        DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
        work_tasks()

    return run


def to_ana(mail_server):
    return [recipients for _sender, recipients in mail_server.envelopes if recipients == ["ana@example.org"]]


def items(contact):
    return list(contact.waiting_items.values_list("outcome", "answer"))


def test_it_does_not_leave_and_can_be_sent_once_the_contact_is_restored(written, user, mail_server, let_time_come):
    contact = written.contact
    contact.archive(by=user)
    assert items(contact) == [("answered", written.pk)]
    let_time_come()
    assert (state(written), to_ana(mail_server)) == (("failed", ARCHIVED, ""), [])
    assert items(contact) == [("archived", written.pk)]
    with pytest.raises(Contact.DoesNotExist):
        resend_message(written)

    contact.restore(by=user)
    assert items(contact) == [("", written.pk)]
    assert resend_message(written) is True
    let_time_come()
    assert (state(written)[:2], len(to_ana(mail_server))) == (("sent", ""), 1)
    assert items(contact) == [("answered", written.pk)]


def test_the_archived_contacts_page_says_why_and_offers_it_after_the_restore(written, user, client, let_time_come):
    client.force_login(user)
    contact = written.contact
    contact.archive(by=user)
    let_time_come()
    page = Page(client.get(f"/contacts/{contact.pk}"))
    assert [page.texts(".wrong"), page.all(f"form[action$='/{written.pk}/again']")[0].all("button")] == [
        [f"Failed: {ARCHIVED}"],
        [],
    ]
    contact.restore(by=user)
    page = Page(client.get(f"/contacts/{contact.pk}"))
    assert page.texts(f"form[action$='/{written.pk}/again'] button") == ["Try again"]


def test_a_failed_answer_keeps_what_it_ended_while_the_contact_is_archived(written, user, mail_server, let_time_come):
    contact = written.contact
    mail_server.unknown = {"ana@example.org"}
    let_time_come()
    assert (state(written)[0], items(contact)) == ("failed", [("", written.pk)])
    contact.archive(by=user)
    contact.restore(by=user)
    assert items(contact) == [("", written.pk)]


def test_a_request_is_not_replied_to_by_it(pro, user, mail_server, let_time_come):
    form = {"name": "Zoë", "email": "zoe@example.org", "phone": "", "message": "Is it free?", "language": "fr"}
    contact_request = receive(PropertyFactory(pro=pro), **form)
    contact = contact_request.contact
    write_message(contact, "Yes", channel="email", by=user, topic=f"request:{contact_request.pk}")
    contact.archive(by=user)
    let_time_come()
    contact_request.refresh_from_db()
    assert (contact_request.status, contact.messages.get().error) == ("new", ARCHIVED)


def test_it_goes_to_the_contact_that_a_merge_kept(written, user, pro, mail_server, let_time_come):
    kept = Contact.objects.register(pro, name="Ana M.", email="ana.m@example.org")
    merge_contacts(kept, written.contact, by=user)
    let_time_come()
    assert (state(written)[:2], len(to_ana(mail_server))) == (("sent", ""), 1)
    assert ContactMessage.objects.get(pk=written.pk).contact == kept
    assert [outcome for outcome, _answer in items(kept)] == ["answered"]


def test_it_stays_with_an_archived_contact_that_was_merged_before(written, user, pro, mail_server, let_time_come):
    kept = Contact.objects.register(pro, name="Ana M.", email="ana.m@example.org")
    merge_contacts(kept, written.contact, by=user)
    kept.refresh_from_db()
    kept.archive(by=user)
    let_time_come()
    assert (state(written), to_ana(mail_server)) == (("failed", ARCHIVED, ""), [])


@pytest.mark.parametrize("end", ["disconnect", "delete"])
def test_without_its_connection_a_second_try_goes_as_any_answer_would(written, user, mail_server, let_time_come, end):
    getattr(written.connection, end)()
    let_time_come()
    if end == "disconnect":
        assert (state(written), to_ana(mail_server)) == (("failed", "This channel is no longer connected.", ""), [])
        assert resend_message(written) is True
        let_time_come()
    assert (state(written)[:2], len(to_ana(mail_server))) == (("sent", ""), 1)
    assert ContactMessage.objects.get(pk=written.pk).connection is None


def test_a_second_try_by_chat_takes_the_connection_that_there_is_now(
    received, user, peer, connect_channel, let_time_come
):
    message = write_message(received("telegram").contact, "Yes", channel="telegram", by=user)
    message.connection.delete()
    let_time_come()
    assert state(message) == ("failed", "This channel is no longer connected.", "")
    connect_channel("telegram")
    assert resend_message(message) is True
    let_time_come()
    assert state(message)[:2] == ("sent", "")


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_it_leaves_when_its_contact_is_merged_at_the_same_time(written, user, pro, mail_server, at_once, work_tasks):
    for n in range(10):
        kept = Contact.objects.register(pro, name="Ana M.", email=f"ana.{n}@example.org")
        message = write_message(ContactMessage.objects.get(pk=written.pk).contact, f"No. {n}", channel="email", by=user)
        DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())

        def work(i, kept=kept, message=message):
            merge_contacts(kept, message.contact, by=user) if i == 0 else work_tasks()

        at_once(2, work)
        message.refresh_from_db()
        assert (message.state, message.contact) == ("sent", kept)
