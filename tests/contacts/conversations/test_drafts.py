"""Drafts are kept while they are typed, one a user, contact and topic; others see them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.files.models import LooseFile
from config.files.storage import store_kept_file
from contacts.book.merging import merge_contacts
from contacts.conversations.drafts import (
    being_written,
    delete_draft,
    find_draft,
    list_drafts,
    save_draft,
    sort_out_files,
)
from contacts.conversations.writing import write_message
from contacts.models import Contact, Draft, DraftFile
from tests.factories import UserFactory


@pytest.fixture
def ana(contact):
    return contact(name="Ana", email="ana@example.org")


@pytest.fixture
def colleague(pro):
    return UserFactory(pro=pro, name="Colin Colleague")


def rows():
    return list(Draft.objects.order_by("created_at").values_list("user", "contact", "topic", "text"))


def test_saving_again_replaces_the_words(ana, user):
    save_draft(ana, user, "Dear")
    save_draft(ana, user, "Dear\r\nAna", channel="email", cc="ben@example.org\n")
    [row] = Draft.objects.values("pro", "user", "contact", "kind", "topic", "channel", "cc", "text")
    assert row == {
        "pro": ana.pro_id,
        "user": user.pk,
        "contact": ana.pk,
        "kind": "message",
        "topic": "",
        "channel": "email",
        "cc": "ben@example.org",
        "text": "Dear\nAna",
    }


def test_each_user_and_topic_has_its_own(ana, user, colleague):
    save_draft(ana, user, "One")
    save_draft(ana, user, "Two", topic="inquiry:7")
    save_draft(ana, colleague, "Three")
    save_draft(ana, user, "Four", kind="note")
    assert sorted(text for *_more, text in rows()) == ["Four", "One", "Three", "Two"]


@pytest.mark.parametrize("text", ["", " \n "])
def test_no_words_are_no_draft(ana, user, text):
    save_draft(ana, user, "Dear")
    assert save_draft(ana, user, text) is None
    assert rows() == []


def test_null_characters_and_endless_words_are_kept_as_far_as_they_go(ana, user):
    assert save_draft(ana, user, "a\0b" + "x" * 60_000).text == "ab" + "x" * 49_998


def test_sending_deletes_the_draft(ana, user, letterbox):
    save_draft(ana, user, "Dear Ana")
    write_message(ana, "Dear Ana", channel="email", by=user)
    assert rows() == []
    # The page saves what it shows once more, a moment too late.
    assert save_draft(ana, user, "Dear Ana") is None
    assert save_draft(ana, user, "Dear Ana, also").text == "Dear Ana, also"


def test_presence_is_a_draft_of_the_last_minute(ana, user, colleague):
    save_draft(ana, user, "Mine")
    save_draft(ana, colleague, "Theirs")
    assert [draft.user.name for draft in being_written(list_drafts(ana), beside=user)] == ["Colin Colleague"]
    Draft.objects.update(updated_at=timezone.now() - timedelta(seconds=61))
    assert being_written(list_drafts(ana), beside=user) == []


def test_the_list_has_all_of_the_office_newest_first(ana, contact, user, colleague, other_user):
    ben = contact(name="Ben")
    save_draft(ana, user, "One")
    save_draft(ben, colleague, "Two")
    gone = contact(name="Gone")
    save_draft(gone, user, "Three")
    gone.archive(by=user)
    drafts = Draft.objects.for_pro(user.pro).newest_first()
    assert [(draft.contact.name, draft.user.name) for draft in drafts] == [
        ("Ben", "Colin Colleague"),
        ("Ana", user.name),
    ]
    assert list(Draft.objects.for_pro(other_user.pro).newest_first()) == []


def test_nothing_is_saved_for_an_archived_contact(ana, user):
    ana.archive(by=user)
    with pytest.raises(Contact.DoesNotExist):
        save_draft(ana, user, "Dear")


def test_words_to_a_merged_contact_are_kept_with_the_other(ana, contact, user, colleague):
    ben = contact(name="Ben")
    save_draft(ana, user, "To Ana")
    save_draft(ben, user, "To Ben")
    save_draft(ben, colleague, "From Colin")
    with store_kept_file(b"plan", "plan.txt") as file:
        save_draft(ben, user, "To Ben", files=[file])
    merge_contacts(ana, ben, by=user)
    assert rows() == [(user.pk, ana.pk, "", "To Ana\n\nTo Ben"), (colleague.pk, ana.pk, "", "From Colin")]
    assert [file.filename for file in find_draft(ana, user).files.all()] == ["plan.txt"]
    assert save_draft(ben, user, "Later").contact == ana


def test_copies_of_two_joined_drafts_go_to_everybody_once(ana, contact, user):
    ben = contact(name="Ben")
    save_draft(ana, user, "To Ana", cc="zoe@example.org, joe@example.org")
    save_draft(ben, user, "To Ben", cc="joe@example.org,kim@example.org")
    merge_contacts(ana, ben, by=user)
    assert find_draft(ana, user).cc == "zoe@example.org, joe@example.org, kim@example.org"


def test_deleting_a_draft_deletes_its_files(ana, user):
    with store_kept_file(b"plan", "plan.txt") as file:
        draft = save_draft(ana, user, "", files=[file])
    assert (draft.text, DraftFile.objects.count(), LooseFile.objects.count()) == ("", 1, 0)
    delete_draft(draft)
    assert (rows(), DraftFile.objects.count()) == ([], 0)


def test_more_files_than_a_mail_holds_are_refused_by_name(ana, user, monkeypatch):
    monkeypatch.setattr("contacts.conversations.drafts.MAX_KEPT_BYTES", 10)
    with store_kept_file(b"1234567", "one.txt") as one, store_kept_file(b"1234567", "two.txt") as two:
        kept, rejected = sort_out_files(None, [one, two])
        assert (kept, rejected) == ([one], ["two.txt: All files together may have 25 MB."])
        draft = save_draft(ana, user, "See", files=kept)
    with store_kept_file(b"1234567", "three.txt") as three:
        assert sort_out_files(draft, [three]) == ([], ["three.txt: All files together may have 25 MB."])


@pytest.mark.django_db(transaction=True)
def test_saved_six_times_at_once_it_is_one(ana, user, at_once):
    at_once(6, lambda number: save_draft(Contact.objects.get(pk=ana.pk), user, f"Dear {number}"))
    assert len(rows()) == 1
