"""Whom the mails tell: the assignee rather than the office, whoever is given somebody, and whom a note mentions."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from config.accounts.models import BouncedAddress, User
from contact_requests.receiving import receive
from contacts.assigning.assignments import assign, take
from contacts.assigning.mentions import change_note, write_note
from contacts.assigning.silence import take_back_from_silent
from contacts.models import Contact, ContactNote, WaitingItem
from contacts.waiting.endings import end_waiting
from tests.pages import Page

from ...factories import PropertyFactory, UserFactory
from ..messaging import arrive

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(pro):
    return UserFactory(pro=pro, name="Inès Moreau", email="ines@office.example", language="fr", role="member")


def sent(work_tasks):
    """[(to, subject)] of the mails that left since the last call, the newest last."""
    work_tasks()
    mails = [(*message.to, message.subject) for message in mail.outbox]
    mail.outbox.clear()
    return mails


def test_the_assignee_is_told_instead_of_the_office(telegram, pro, user, colleague, work_tasks):
    contact = arrive(telegram, who="Ana").contact
    assert [to for to, _subject in sent(work_tasks)] == [pro.email]
    take(contact, by=colleague)
    contact.messages.update(read_at=timezone.now())
    arrive(telegram, who="Ana")
    assert sent(work_tasks) == [(colleague.email, "Ana a écrit par Telegram")]
    # An address that bounced is of no use.
    BouncedAddress.objects.note(pro, colleague.email, reason="gone", mail="notification")
    contact.messages.update(read_at=timezone.now())
    arrive(telegram, who="Ana")
    assert [to for to, _subject in sent(work_tasks)] == [pro.email]


def test_the_stand_in_of_who_is_away_is_told_else_the_office(telegram, pro, user, colleague, work_tasks):
    contact = arrive(telegram, who="Ana").contact
    take(contact, by=colleague)
    sent(work_tasks)
    User.objects.filter(pk=colleague.pk).update(away_until=timezone.localdate() + timedelta(days=2))
    for stand_in, told in ((None, pro.email), (user, user.email)):
        User.objects.filter(pk=colleague.pk).update(stand_in=stand_in)
        contact.messages.update(read_at=timezone.now())
        arrive(telegram, who="Ana")
        contact.refresh_from_db()
        assert [to for to, _subject in sent(work_tasks)] == [told]
        assert contact.assigned_to == (stand_in or colleague)


def test_an_agent_is_told_of_a_request_and_an_office_of_one_as_before(pro, user, work_tasks):
    prop = PropertyFactory(pro=pro, agent=user)
    ask = {"name": "Ana", "email": "", "phone": "+33612345678", "message": "Is it free?", "language": "en"}
    receive(prop, **ask)
    assert [to for to, _subject in sent(work_tasks)] == [pro.email]
    UserFactory(pro=pro)
    receive(prop, **ask)
    assert [to for to, _subject in sent(work_tasks)] == [user.email]


def test_whoever_is_given_somebody_is_told(browser, telegram, user, colleague, work_tasks):
    contact = arrive(telegram, who="Ana").contact
    sent(work_tasks)
    browser.post(f"/inbox/{contact.pk}/give", {"from": "", "to": colleague.pk})
    assert sent(work_tasks) == [(colleague.email, "Ana est à vous")]
    # Not of what somebody takes, nor of what is another's by then.
    browser.post(f"/inbox/{contact.pk}/give", {"from": colleague.pk, "to": user.pk})
    assert sent(work_tasks) == []


def test_somebody_whose_assignee_stays_silent_is_nobodys_again(telegram, pro, user, colleague, work_tasks):
    pro.silent_hours = 4
    pro.save()
    names = ["silent", "answered", "fresh", "returned", "taken-now", "nobody"]
    contacts = {name: arrive(telegram, who=name).contact for name in names}
    ago = timezone.now() - timedelta(hours=5)
    for name in names[:-1]:
        take(contacts[name], by=colleague)
    Contact.objects.exclude(name="taken-now").update(assigned_at=ago)
    WaitingItem.objects.exclude(contact__name="fresh").update(since=ago)
    WaitingItem.objects.filter(contact__name="returned").update(is_returned=True)
    end_waiting(contacts["answered"], "another_way", by=colleague)
    sent(work_tasks)
    take_back_from_silent()
    take_back_from_silent()
    nobodys = set(Contact.objects.filter(assigned_to=None).values_list("name", flat=True))
    assert nobodys == {"silent", "nobody"}
    assert sent(work_tasks) == [(user.email, "silent waits, and is nobody’s")]
    pro.silent_hours = 0
    pro.save()
    Contact.objects.update(assigned_at=ago)
    WaitingItem.objects.update(since=ago, is_returned=False)
    take_back_from_silent()
    assert set(Contact.objects.filter(assigned_to=None).values_list("name", flat=True)) == nobodys


def test_whom_a_note_mentions_is_told_once(browser, telegram, user, colleague, other_user, work_tasks):
    UserFactory(pro=user.pro, name="Jan Jansen", email="jan@office.example")
    UserFactory(pro=user.pro, name="Jan Bos")
    contact = arrive(telegram, who="Ana").contact
    sent(work_tasks)
    text = f"<b> @ines, ask @Jan Jansen. Not @Jan, a@Inès, @Inèsa, @{user} or @{other_user.email}!"
    note = write_note(contact, text, by=user)
    assert note.mentions == ["@ines", "@Jan Jansen", f"@{user}"]
    told = [(colleague.email, f"{user} vous mentionne : Ana"), ("jan@office.example", f"{user} mentions you: Ana")]
    assert sorted(sent(work_tasks)) == sorted(told)
    words = Page(browser.get(f"/inbox/{contact.pk}")).one(f"#note-{note.pk} .words")
    assert (words.texts("strong"), words.raw_text) == (note.mentions, text)
    change_note(note, "@Jan Bos, and @Inès Moreau.", expected=text, by=user)
    assert note.mentions == ["@Jan Bos", "@Inès Moreau"]
    assert len(sent(work_tasks)) == 2


def test_a_note_that_is_sent_twice_tells_once(browser, telegram, colleague, work_tasks):
    contact = arrive(telegram, who="Ana").contact
    form = {"id": "5d1c0d7e-0000-4000-8000-000000000000", "body": "@Inès Moreau: call her", "kind": "note"}
    for _time in range(2):
        browser.post(f"/inbox/{contact.pk}/note", form)
    assert ContactNote.objects.count() == 1
    assert [to for to, _subject in sent(work_tasks)].count(colleague.email) == 1


def test_a_mail_about_what_changed_meanwhile_is_not_sent(telegram, pro, user, colleague, browser, work_tasks):
    contact = arrive(telegram, who="Ana").contact
    sent(work_tasks)
    browser.post(f"/inbox/{contact.pk}/give", {"from": "", "to": colleague.pk})
    assign(contact, None, by=user, expected=colleague.pk)
    assert sent(work_tasks) == []
