"""Who writes and is nobody's: the agent of the property has them, else whoever's turn it is."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from config.accounts.models import User
from contact_requests.receiving import receive
from contacts.assigning.assignments import assign, take
from contacts.assigning.turns import assign_arrival, next_in_turn
from contacts.models import Contact, ContactEvent, WaitingItem
from contacts.models.locking import hold_book

from ...factories import ContactFactory, PropertyFactory, UserFactory
from ..messaging import arrive

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(pro, user):
    """Three colleagues who have their turns, and one who may not sign in any more."""
    pro.assigns_by_turns = True
    pro.save()
    UserFactory(pro=pro, is_active=False)
    return [user, *UserFactory.create_batch(2, pro=pro)]


def ask(prop, name, **fields):
    email = f"{name.lower()}@example.org"
    usual = {"name": name, "email": email, "phone": "", "message": "Is it free?", "language": "en"}
    return receive(prop, **{**usual, **fields}).contact


def leave(user, stand_in):
    tomorrow = timezone.localdate() + timedelta(days=1)
    User.objects.filter(pk=user.pk).update(away_until=tomorrow, stand_in=stand_in)


def test_whoever_writes_is_assigned_by_turns_and_stays_with_whom_they_are(office, telegram, pro):
    first = [arrive(telegram, who=name).contact for name in "ABCD"]
    assert [contact.assigned_to for contact in first] == [*office, office[0]]
    again = arrive(telegram, who="A").contact
    assert (again, again.assigned_to, arrive(telegram, who="E").contact.assigned_to) == (first[0], office[0], office[1])
    newcomer = UserFactory(pro=pro)
    later = [arrive(telegram, who=name).contact.assigned_to for name in "FGHI"]
    assert later == [newcomer, office[2], office[0], office[1]]
    [event] = ContactEvent.objects.filter(contact=first[1], kind="assigned")
    assert (event.user, event.changes) == (None, {"assigned_to": [None, [office[1].pk, str(office[1])]]})


def test_an_office_that_does_not_wish_turns_has_none(telegram, user, pro):
    UserFactory(pro=pro)
    contact = arrive(telegram).contact
    assert (contact.assigned_to, set(User.objects.values_list("last_turn", flat=True))) == (None, {0})


def test_the_agent_of_a_property_has_its_requests(office, pro, other_user):
    agent = office[2]
    prop = PropertyFactory(pro=pro, agent=agent)
    assert [ask(prop, name).assigned_to for name in ("Ana", "Bob")] == [agent, agent]
    agent.is_active = False
    agent.save()
    # It is nobody's turn by them.
    assert [ask(prop, name).assigned_to for name in ("Cleo", "Dan", "Eve")] == [office[0], office[1], office[0]]
    item = WaitingItem.objects.get(contact__name="Dan")
    assert item.assigned_to == office[1]


def test_whoever_is_away_has_no_turn_and_the_stand_in_of_an_agent_has_theirs(office, pro):
    first, away, last = office
    leave(away, None)
    prop = PropertyFactory(pro=pro, agent=away)
    assert [ask(prop, name).assigned_to for name in ("Ana", "Bob", "Cleo")] == [first, last, first]
    # Two who stand in for each other are both away.
    leave(away, last)
    leave(last, away)
    assert ask(prop, "Dan").assigned_to == first
    leave(last, first)
    assert (ask(prop, "Eve").assigned_to, next_in_turn(pro)) == (first, first)
    leave(first, None)
    assert (ask(prop, "Fay").assigned_to, next_in_turn(pro)) == (None, None)
    # Back, they have the next turn, and none of those that they missed.
    User.objects.update(away_until=None, stand_in=None)
    prop.agent = None
    prop.save()
    assert [ask(prop, name).assigned_to for name in ("Gus", "Hal", "Ida", "Jan")] == [away, last, first, away]


def test_a_colleague_of_another_office_is_no_agent(pro, other_user, user):
    prop = PropertyFactory(pro=pro, agent=other_user)
    assert ask(prop, "Ana").assigned_to is None


def test_whoever_was_taken_meanwhile_stays_with_the_one_who_was_quicker(office, pro):
    contact = ContactFactory(pro=pro)
    stale = Contact.objects.get(pk=contact.pk)
    take(contact, by=office[1])
    with transaction.atomic():
        hold_book(pro.pk)
        usual = {"contact": stale, "since": timezone.now(), "channel": "form"}
        item = WaitingItem.objects.add(pro, "request", "1", **usual)
        assign_arrival(pro, stale)
    item.refresh_from_db()
    assert (item.assigned_to, Contact.objects.get(pk=contact.pk).assigned_to) == (office[1], office[1])
    assert assign(contact, None, by=office[1], expected=office[1].pk)


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_over_300_leads_that_come_at_once_the_turns_are_even(office, pro, at_once):
    prop = PropertyFactory(pro=pro)

    def receive_leads(number):
        return [ask(prop, f"N{number}x{lead}").assigned_to_id for lead in range(75)]

    given = Counter(id for ids in at_once(4, receive_leads) for id in ids)
    assert given == {user.pk: 100 for user in office}
    listed = WaitingItem.objects.for_pro(pro).values_list("assigned_to", flat=True)
    assert (Counter(listed), {user.last_turn for user in User.objects.filter(pk__in=given)}) == (given, {298, 299, 300})
