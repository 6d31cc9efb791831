"""Nobody is lost when contacts are archived, restored, merged and split again."""

import pytest

from contacts.book.merging import merge_contacts, undo_merge
from contacts.models import Contact, ContactMerge, Draft, WaitingItem
from contacts.waiting.endings import end_waiting, undo_ending
from contacts.waiting.persons import items_of
from inquiries.linking import link_contact
from inquiries.waiting import add_inquiry

from ...factories import ContactFactory, InquiryFactory, UserFactory
from ..messaging import arrive

pytestmark = pytest.mark.django_db


def test_an_archived_contact_waits_no_more_until_it_is_restored(user, telegram, waiting):
    contact = arrive(telegram).contact
    contact.archive(by=user)
    assert waiting() == [("message", "Inès", "archived")]
    contact.restore(by=user)
    assert waiting() == [("message", "Inès", "")]


def test_what_had_ended_before_stays_ended_when_a_contact_is_restored(user, telegram, waiting):
    contact = arrive(telegram).contact
    end_waiting(contact, "no_answer", by=user)
    contact.archive(by=user)
    contact.restore(by=user)
    assert waiting() == [("message", "Inès", "no_answer")]


def test_an_end_undone_after_the_contact_was_archived_waits_for_its_restoration(user, telegram, waiting):
    contact = arrive(telegram).contact
    end_waiting(contact, "another_way", by=user)
    contact.archive(by=user)
    assert undo_ending(items_of(contact)) == 0
    assert waiting() == [("message", "Inès", "archived")]
    contact.restore(by=user)
    assert waiting() == [("message", "Inès", "")]


def test_a_merge_takes_items_along_and_its_undo_takes_them_back(user, telegram, waiting):
    kept, merged = (arrive(telegram, who=who).contact for who in ("Inès", "Ines"))
    merge_contacts(kept, merged, by=user)
    assert waiting() == [("message", "Inès", ""), ("message", "Inès", "")]
    assert [item.contact for item in WaitingItem.objects.for_pro(kept.pro).first_of_each_person()] == [kept]
    undo_merge(ContactMerge.objects.get(), by=user)
    assert waiting() == [("message", "Inès", ""), ("message", "Ines", "")]


def test_drafts_of_one_place_are_joined_by_a_merge(pro, user):
    kept, merged = ContactFactory(pro=pro), ContactFactory(pro=pro)
    colleague = UserFactory(pro=pro)
    for contact, who, topic, text in (
        (kept, user, "", "Dear Inès,"),
        (merged, user, "", "Dear Ines,"),
        (merged, user, "inquiry:1", "About the kitchen"),
        (merged, colleague, "", "Hello"),
    ):
        Draft.objects.create(pro=pro, user=who, contact=contact, topic=topic, text=text)
    merge = merge_contacts(kept, merged, by=user)
    drafts = Draft.objects.order_by("user", "topic").values_list("user", "contact", "topic", "text")
    assert list(drafts) == [
        (user.pk, kept.pk, "", "Dear Inès,\n\nDear Ines,"),
        (user.pk, kept.pk, "inquiry:1", "About the kitchen"),
        (colleague.pk, kept.pk, "", "Hello"),
    ]
    undo_merge(merge, by=user)
    assert list(Draft.objects.order_by("user", "topic").values_list("contact", flat=True)) == [
        kept.pk,
        merged.pk,
        merged.pk,
    ]


def test_an_inquiry_waits_for_the_contact_that_it_is_linked_to(pro, user, waiting):
    inquiry = InquiryFactory(pro=pro)
    add_inquiry(inquiry)
    assert waiting() == [("inquiry", "", "")]
    link_contact(inquiry, ContactFactory(pro=pro, name="Jan"))
    assert waiting() == [("inquiry", "Jan", "")]
    link_contact(inquiry, None)
    assert waiting() == [("inquiry", "", "")]


def test_an_inquiry_of_an_archived_contact_waits_again_when_it_is_linked_to_another(pro, user, waiting):
    inquiry = InquiryFactory(pro=pro, contact=ContactFactory(pro=pro))
    add_inquiry(inquiry)
    inquiry.contact.archive(by=user)
    link_contact(inquiry, ContactFactory(pro=pro, name="Jan"))
    assert waiting() == [("inquiry", "Jan", "")]


def test_a_contact_of_another_pro_keeps_its_items(other_user, user, telegram):
    contact = arrive(telegram).contact
    stranger = Contact.objects.register(other_user.pro, name="Stranger", email="s@example.org")
    stranger.archive(by=other_user)
    assert WaitingItem.objects.listed().get().contact == contact
