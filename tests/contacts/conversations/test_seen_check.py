"""Of two who answer one person, the second sees what the first did before anything leaves."""

import pytest
from django.utils import timezone

from contacts.conversations.seen import SeenChangedError, thread_version
from contacts.conversations.writing import write_message
from contacts.models import Contact, ContactMessage, ContactNote, Draft, WaitingItem
from tests.factories import UserFactory

from ..messaging import arrive


@pytest.fixture
def ana(letterbox):
    """A contact who wrote by e-mail."""
    return arrive(letterbox, "Is it free?", who="Ana").contact


@pytest.fixture
def colleague(pro):
    return UserFactory(pro=pro, name="Colin Colleague", undo_seconds=0)


def answer(contact, by, seen, text="Yes"):
    return write_message(contact, text, channel="email", by=by, seen=seen)


def additions(error):
    return [(each.kind, str(each.item)) for each in error.value.additions]


def test_nothing_new_is_sent(ana, user):
    assert answer(ana, user, thread_version(ana)).text == "Yes"


def test_a_colleagues_answer_is_shown_and_the_words_are_kept(ana, user, colleague):
    seen = thread_version(ana)
    answer(ana, colleague, seen, "It is.")
    with pytest.raises(SeenChangedError) as error:
        answer(ana, user, seen)
    assert additions(error) == [("message", "It is.")]
    assert list(Draft.objects.values_list("user", "text", "channel")) == [(user.pk, "Yes", "email")]
    assert answer(ana, user, error.value.version).text == "Yes"
    assert Draft.objects.count() == 0


def test_a_new_message_of_theirs_counts(ana, letterbox, user):
    seen = thread_version(ana)
    arrive(letterbox, "I found another one.", who="Ana")
    with pytest.raises(SeenChangedError) as error:
        answer(ana, user, seen)
    assert additions(error) == [("message", "I found another one.")]


def test_notes_and_endings_of_colleagues_count(ana, user, colleague):
    item = WaitingItem.objects.add(ana.pro, "message", "m", contact=ana, since=timezone.now(), channel="email")
    seen = thread_version(ana)
    ContactNote.objects.add_note(ana, "Called her", by=colleague)
    WaitingItem.objects.filter(pk=item.pk).end("another_way", by=colleague)
    with pytest.raises(SeenChangedError) as error:
        answer(ana, user, seen)
    assert additions(error) == [("note", "Called her"), ("ending", "Message m")]


@pytest.mark.parametrize("kind", ["request", "inquiry", "offer"])
def test_arrivals_count(ana, user, kind):
    seen = thread_version(ana)
    WaitingItem.objects.add(ana.pro, kind, "1", contact=ana, since=timezone.now(), channel="form")
    with pytest.raises(SeenChangedError) as error:
        answer(ana, user, seen)
    assert [each.kind for each in error.value.additions] == ["arrival"]


def test_ones_own_additions_do_not_count(ana, user):
    item = WaitingItem.objects.add(ana.pro, "message", "m", contact=ana, since=timezone.now(), channel="email")
    seen = thread_version(ana)
    ContactNote.objects.add_note(ana, "Called her", by=user)
    WaitingItem.objects.filter(pk=item.pk).end("no_answer", by=user)
    answer(ana, user, seen, "One")
    assert answer(ana, user, seen, "Two").text == "Two"


def test_an_old_entry_that_comes_into_view_is_not_new(ana, user, colleague):
    notes = [ContactNote.objects.add_note(ana, f"Note {n}", by=colleague) for n in range(45)]
    seen = thread_version(ana)
    notes[-1].soft_delete()
    assert answer(ana, user, seen).text == "Yes"


@pytest.mark.parametrize("seen", ["x", "1.", "\0", "1." + "é" * 5000])
def test_a_version_that_is_none_sends_nothing(ana, user, seen):
    with pytest.raises(SeenChangedError):
        answer(ana, user, seen)
    assert ContactMessage.objects.filter(author=user).count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_exactly_one_leaves(ana, user, colleague, mail_server, at_once, work_tasks):
    seen, users = thread_version(ana), [user, colleague]

    def one(number):
        try:
            answer(Contact.objects.get(pk=ana.pk), users[number], seen, f"From {number}")
        except SeenChangedError as error:
            return [each.item.text for each in error.additions]
        return "sent"

    outcomes = at_once(2, one)
    winner = outcomes.index("sent")
    assert outcomes[1 - winner] == [f"From {winner}"]
    assert list(Draft.objects.values_list("user", "text")) == [(users[1 - winner].pk, f"From {1 - winner}")]
    work_tasks()
    to_ana = [mail for mail in mail_server.messages if mail["To"] == ana.email]
    assert [mail.get_body(["plain"]).get_content().splitlines()[0] for mail in to_ana] == [f"From {winner}"]
