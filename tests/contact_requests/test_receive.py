"""receive, release and reply: rows, contact, events and jobs in one transaction."""

import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django_tasks_db.models import DBTaskResult

from config.accounts.models import ApiToken
from contact_requests import receiving, replying
from contact_requests.models import ContactRequest, ContactRequestEvent, InvalidTransitionError, Reply
from contacts.models import Contact

from ..factories import PropertyFactory, RequestFactory, make_token

WORDS = {
    "name": "Anna Visitor",
    "email": "Anna@Example.org",
    "phone": "+33612345678",
    "message": "Is it still free?",
    "language": "fr",
}
ID = uuid.UUID("bbbbbbbb-0000-4000-8000-000000000001")


@pytest.fixture
def house(pro):
    return PropertyFactory(pro=pro)


@pytest.fixture
def receive(house):
    return lambda **changes: receiving.receive(changes.pop("prop", house), **{**WORDS, **changes})


def jobs():
    """(task, arguments) of everything that waits, in the order it was enqueued."""
    rows = DBTaskResult.objects.order_by("enqueued_at").values_list("task_path", "args_kwargs")
    return [(path.rpartition(".")[2], *arguments["args"]) for path, arguments in rows]


def events(found):
    return list(found.events.values_list("from_status", "to_status", "user", "token"))


def nothing_is_kept():
    models = (ContactRequest, Contact, ContactRequestEvent, Reply, DBTaskResult)
    return [model.objects.count() for model in models] == [0] * len(models)


# --- What is kept


def test_a_request_as_it_is_stored(pro, house, receive):
    found = receive(id=ID)
    [row] = ContactRequest.objects.values()
    [contact] = Contact.objects.values()
    assert row == {
        "id": ID,
        "pro_id": pro.pk,
        "property_id": house.pk,
        "contact_id": contact["id"],
        **WORDS,
        "status": "new",
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "read_at": None,
        "replied_at": None,
        "acknowledged_at": None,
        "notified_at": None,
        "quarantined_at": None,
        "quarantine_reason": "",
        "search_text": "bbbbbbbb anna visitor anna@example.org 33612345678 is it still free?",
    }
    assert contact == {
        **contact,
        "pro_id": pro.pk,
        "name": "Anna Visitor",
        "email": "Anna@Example.org",
        "phone": "+33612345678",
        "source": "contact_form",
        "language": "fr",
    }
    assert jobs() == [("notify", str(ID)), ("acknowledge", str(ID))]
    assert events(found) == []


def test_the_gate_never_stops_a_visitor(pro, receive):
    pro.cni_required = True
    pro.save()
    found = receive()
    assert list(ContactRequest.objects.for_pro(pro)) == [found]


def test_a_second_request_of_a_known_visitor_is_for_the_same_contact(receive):
    first, second = receive(), receive(message="And the garden?")
    assert first.pk != second.pk
    assert first.contact_id == second.contact_id
    assert Contact.objects.count() == 1


def test_the_same_visitor_is_another_contact_of_another_pro(receive):
    first, second = receive(), receive(prop=PropertyFactory())
    assert first.contact_id != second.contact_id
    assert (first.contact.pro, second.contact.pro) == (first.pro, second.pro)


def test_a_visitor_without_email_gets_no_acknowledgment(receive):
    found = receive(email="")
    assert jobs() == [("notify", str(found.pk))]


@pytest.mark.parametrize("email", ["no-reply@example.org", "MAILER-DAEMON@example.org", "postmaster@example.org"])
def test_a_machine_gets_no_acknowledgment(receive, email):
    found = receive(email=email)
    assert jobs() == [("notify", str(found.pk))]


def test_one_address_is_acknowledged_three_times_a_day(receive):
    sent = [receive(email=email, message=f"{n}") for n, email in enumerate(["a@b.org", "A@b.org"] * 2)]
    acknowledged = [job[1] for job in jobs() if job[0] == "acknowledge"]
    assert acknowledged == [str(found.pk) for found in sent[:3]]
    assert [job[1] for job in jobs() if job[0] == "notify"] == [str(found.pk) for found in sent]


def test_neither_email_nor_phone_is_kept_out_by_the_database(house, receive):
    with pytest.raises(IntegrityError), transaction.atomic():
        receive(email="", phone="")
    assert nothing_is_kept()


# --- Twice


def test_the_same_form_twice_is_one_request(receive):
    first = receive(id=ID)
    assert receive(id=ID) == first
    assert ContactRequest.objects.count() == 1
    assert jobs() == [("notify", str(ID)), ("acknowledge", str(ID))]


def test_the_same_form_twice_is_one_request_after_it_was_read(receive):
    receive(id=ID).mark("read", by=None)
    assert receive(id=ID).status == "read"
    assert ContactRequest.objects.count() == 1


def test_the_same_form_with_other_words_is_another_request(receive):
    first, second = receive(id=ID), receive(id=ID, message="One more question")
    assert (first.pk, second.message) == (ID, "One more question")
    assert set(ContactRequest.objects.values_list("message", flat=True)) == {WORDS["message"], "One more question"}
    assert len(jobs()) == 4


def test_other_words_twice_are_one_request_more(receive):
    receive(id=ID)
    assert receive(id=ID, message="One more") == receive(id=ID, message="One more")
    assert ContactRequest.objects.count() == 2


def test_an_id_of_another_property_is_never_taken_over(receive):
    first, second = receive(id=ID), receive(id=ID, prop=PropertyFactory())
    assert first.pk != second.pk
    assert first.pro != second.pro
    assert list(ContactRequest.objects.for_pro(second.pro)) == [second]


def test_the_same_form_twice_in_quarantine_is_one(receive):
    assert receive(id=ID, quarantine="honeypot") == receive(id=ID, quarantine="honeypot")
    assert ContactRequest.objects.count() == 1
    assert jobs() == []


@pytest.mark.django_db(transaction=True)
def test_the_same_form_many_times_at_once_is_one_request(receive, at_once):
    found = at_once(8, lambda _n: receive(id=ID).pk)
    assert found == [ID] * 8
    assert (ContactRequest.objects.count(), Contact.objects.count()) == (1, 1)
    assert sorted(jobs()) == [("acknowledge", str(ID)), ("notify", str(ID))]


@pytest.mark.django_db(transaction=True)
def test_the_same_form_twice_at_once_many_rounds(receive, at_once):
    for number in range(25):
        id, email = uuid.uuid4(), f"v{number}@example.org"
        found = at_once(2, lambda _n, id=id, email=email: receive(id=id, email=email, phone="").pk)
        assert found == [id, id]
    assert (ContactRequest.objects.count(), Contact.objects.count(), len(jobs())) == (25, 25, 50)


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_of_one_new_visitor_make_one_contact(receive, at_once):
    for number in range(25):
        email, phone = f"v{number}@example.org", f"+336000000{number:02d}"
        pair = at_once(2, lambda n, email=email, phone=phone: receive(email=email, phone=phone, message=f"{n}"))
        assert pair[0].pk != pair[1].pk
        assert pair[0].contact_id == pair[1].contact_id
    assert (ContactRequest.objects.count(), Contact.objects.count()) == (50, 25)


# --- One transaction


def test_jobs_are_taken_back_with_the_rows(receive):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        receive()
        assert len(jobs()) == 2
        raise ZeroDivisionError
    assert nothing_is_kept()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "broken",
    [
        "contacts.models.contact.ContactQuerySet.find_or_create",
        "contact_requests.receiving.ACKNOWLEDGMENTS",
        "contact_requests.receiving.acknowledge",
        "contact_requests.receiving.notify",
    ],
)
def test_when_one_part_fails_nothing_is_kept(receive, monkeypatch, broken):
    class Broken:
        def __call__(self, *args, **kwargs):
            raise RuntimeError

        hit = enqueue = __call__

    monkeypatch.setattr(broken, Broken())
    with pytest.raises(RuntimeError):
        receive()
    assert nothing_is_kept()


# --- Quarantine


def test_a_quarantined_request_has_neither_contact_nor_jobs(pro, receive):
    found = receive(quarantine="honeypot")
    found.refresh_from_db()
    assert (found.quarantine_reason, found.contact, found.status) == ("honeypot", None, "new")
    assert found.quarantined_at is not None
    assert (Contact.objects.count(), jobs(), events(found)) == (0, [], [])
    assert list(ContactRequest.objects.for_pro(pro)) == []
    assert list(ContactRequest.objects.for_pro(pro, quarantined=True)) == [found]
    assert ContactRequest.objects.counts(pro) == {"new": 0, "read": 0, "replied": 0, "all": 0, "quarantined": 1}


def test_a_release_makes_contact_jobs_and_one_event(pro, user, receive):
    found = receive(id=ID, quarantine="too_fast")
    assert receiving.release(found, by=user) is True
    found.refresh_from_db()
    assert (found.quarantined_at, found.quarantine_reason, found.status) == (None, "", "new")
    assert (found.contact.pro, found.contact.email) == (pro, "Anna@Example.org")
    assert jobs() == [("notify", str(ID)), ("acknowledge", str(ID))]
    assert events(found) == [("quarantine", "new", user.pk, None)]
    assert list(ContactRequest.objects.for_pro(pro)) == [found]


def test_a_second_release_changes_nothing(user, receive):
    found = receive(quarantine="too_fast")
    stale = ContactRequest.objects.get(pk=found.pk)
    receiving.release(found, by=user)
    before = ContactRequest.objects.values().get()
    assert (receiving.release(found, by=user), receiving.release(stale, by=user)) == (False, False)
    assert (ContactRequest.objects.values().get(), len(jobs()), len(events(found))) == (before, 2, 1)


def test_what_never_waited_cannot_be_released(user, receive):
    found = receive()
    assert (receiving.release(found, by=user), events(found), len(jobs())) == (False, [], 2)


@pytest.mark.django_db(transaction=True)
def test_eight_releases_at_once_are_one(user, receive, at_once):
    found = receive(quarantine="too_fast")

    def release(_number):
        return receiving.release(ContactRequest.objects.get(pk=found.pk), by=user)

    assert sorted(at_once(8, release)) == [False] * 7 + [True]
    assert (Contact.objects.count(), len(jobs()), len(events(found))) == (1, 2, 1)


# --- mark


def test_the_event_names_who_changed_the_status(pro, user, receive):
    found = receive()
    make_token(pro)
    token = ApiToken.objects.get()
    assert (found.mark("read", by=user), found.mark("replied", by=token)) == (True, True)
    assert events(found) == [("new", "read", user.pk, None), ("read", "replied", None, token.pk)]


def test_a_stale_copy_sees_the_row_as_it_is(receive):
    found = receive()
    stale = ContactRequest.objects.get(pk=found.pk)
    found.mark("replied", by=None)
    with pytest.raises(InvalidTransitionError) as raised:
        stale.mark("read", by=None)
    assert (raised.value.from_status, raised.value.to_status, raised.value.allowed) == ("replied", "read", [])
    assert events(found) == [("new", "replied", None, None)]


@pytest.mark.parametrize("status", ["", "closed", "new_request", "quarantine"])
def test_a_status_that_does_not_exist_is_no_transition(receive, status):
    found = receive()
    with pytest.raises(InvalidTransitionError):
        found.mark(status, by=None)
    assert (ContactRequest.objects.get().status, events(found)) == ("new", [])


# --- reply


def test_a_reply_is_row_status_event_and_job(user, receive):
    found = receive()
    DBTaskResult.objects.all().delete()
    reply = replying.reply(found, "  Yes, come and see it. ", by=user, id=ID)
    [row] = Reply.objects.values()
    assert row == {
        "id": reply.pk,
        "contact_request_id": found.pk,
        "author_id": user.pk,
        "body": "Yes, come and see it.",
        "created_at": reply.created_at,
        "sent_at": None,
        "error": "",
    }
    stored = ContactRequest.objects.get()
    assert (stored.status, stored.read_at, stored.replied_at is None) == ("replied", None, False)
    assert events(found) == [("new", "replied", user.pk, None)]
    assert jobs() == [("send_reply", str(reply.pk))]


def test_the_same_reply_twice_is_one(user, receive):
    found = receive()
    first = replying.reply(found, "Yes", by=user, id=ID)
    assert replying.reply(found, " Yes ", by=user, id=ID) == first
    assert list(Reply.objects.values_list("body", flat=True)) == ["Yes"]
    assert (len(events(found)), [job for job in jobs() if job[0] == "send_reply"]) == (
        1,
        [("send_reply", str(first.pk))],
    )


def test_a_second_reply_is_sent_too_and_is_no_second_change(user, receive):
    found = receive()
    first, second = replying.reply(found, "Yes", by=user), replying.reply(found, "And bring a coat", by=user)
    assert events(found) == [("new", "replied", user.pk, None)]
    assert [job[1] for job in jobs() if job[0] == "send_reply"] == [str(first.pk), str(second.pk)]


def test_without_an_email_there_is_no_reply(user, receive):
    found = receive(email="")
    with pytest.raises(ValidationError) as raised:
        replying.reply(found, "Yes", by=user)
    assert raised.value.messages == ["This visitor left no e-mail address."]
    assert (list(Reply.objects.all()), ContactRequest.objects.get().status, events(found)) == ([], "new", [])


@pytest.mark.parametrize("body", ["", " ", "\r\n\t"])
def test_without_words_there_is_no_reply(user, receive, body):
    found = receive()
    with pytest.raises(ValidationError) as raised:
        replying.reply(found, body, by=user)
    assert raised.value.message_dict == {"body": ["Write a reply first."]}
    assert (list(Reply.objects.all()), ContactRequest.objects.get().status, events(found)) == ([], "new", [])


def test_a_reply_to_another_request_is_never_taken_for_this_one(user, receive):
    first, second = receive(), receive(message="Another question")
    replying.reply(first, "Yes", by=user, id=ID)
    replying.reply(second, "Yes", by=user, id=ID)
    assert [found.replies.count() for found in (first, second)] == [1, 1]


def test_what_waits_in_quarantine_is_neither_marked_nor_answered(user, receive):
    found = receive(quarantine="honeypot")
    for change in (lambda: found.mark("read", by=user), lambda: replying.reply(found, "Yes", by=user)):
        with pytest.raises(InvalidTransitionError) as raised:
            change()
        assert (raised.value.from_status, raised.value.allowed) == ("quarantine", [])
    assert (ContactRequest.objects.get().status, Reply.objects.count()) == ("new", 0)


@pytest.mark.django_db(transaction=True)
def test_a_reply_whose_job_fails_is_not_kept(user, receive, monkeypatch):
    class Broken:
        def enqueue(self, *args):
            raise RuntimeError

    found = receive()
    monkeypatch.setattr("contact_requests.replying.send_reply", Broken())
    with pytest.raises(RuntimeError):
        replying.reply(found, "Yes", by=user)
    assert (list(Reply.objects.all()), ContactRequest.objects.get().status, events(found)) == ([], "new", [])


@pytest.mark.django_db(transaction=True)
def test_the_same_reply_many_times_at_once_is_one(user, receive, at_once):
    found = receive()

    def answer(_number):
        return replying.reply(ContactRequest.objects.get(pk=found.pk), "Yes", by=user, id=ID).pk

    assert len(set(at_once(8, answer))) == 1
    assert (Reply.objects.count(), len(events(found))) == (1, 1)
    assert [job[0] for job in jobs()].count("send_reply") == 1


# --- What the database holds


def test_a_status_outside_the_three_is_kept_out_by_the_database(pro):
    row = RequestFactory(property__pro=pro)
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactRequest.objects.filter(pk=row.pk).update(status="closed")


def test_a_request_before_its_pro_has_a_contact(pro):
    row = RequestFactory(property__pro=pro)
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactRequest.objects.filter(pk=row.pk).update(contact=None)
