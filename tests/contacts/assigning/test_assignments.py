"""A person is one colleague's or nobody's: taken, given, given back."""

import pytest
from django.core.exceptions import ValidationError

from config.accounts.leaving import end_access
from config.accounts.models import User
from contacts.assigning.assignments import AlreadyAssignedError, assign, hand_back, take
from contacts.book.merging import merge_contacts, undo_merge
from contacts.models import Contact, ContactEvent, WaitingItem
from contacts.timeline import timeline

from ...factories import ContactFactory, UserFactory
from ..messaging import arrive

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(pro):
    return UserFactory(pro=pro, name="Inès Moreau")


def holders(contact):
    """The assignees of a contact, and of its items as the list has them."""
    contact.refresh_from_db()
    items = WaitingItem.objects.filter(contact=contact).values_list("assigned_to", flat=True)
    return contact.assigned_to, contact.assigned_at is not None, set(items)


def events(contact):
    rows = ContactEvent.objects.filter(contact=contact, kind__in=["assigned", "unassigned"])
    return list(rows.values_list("kind", "changes", "user"))


def test_a_person_is_taken_given_and_given_back(telegram, user, colleague):
    contact = arrive(telegram).contact
    updated_at = contact.updated_at
    assert (take(contact, by=user), take(contact, by=user)) == (True, False)
    assert holders(contact) == (user, True, {user.pk})
    assert assign(contact, colleague, by=user, expected=user.pk)
    assert holders(contact) == (colleague, True, {colleague.pk})
    assert assign(contact, None, by=colleague, expected=colleague.pk)
    assert holders(contact) == (None, False, {None})
    mine, theirs = [user.pk, str(user)], [colleague.pk, "Inès Moreau"]
    assert events(contact) == [
        ("assigned", {"assigned_to": [None, mine]}, user.pk),
        ("assigned", {"assigned_to": [mine, theirs]}, user.pk),
        ("unassigned", {"assigned_to": [theirs, None]}, colleague.pk),
    ]
    shown = [entry.item["other"] for entry in timeline(contact)[0] if isinstance(entry.item, dict)]
    assert (shown[:3], contact.updated_at) == (["", "Inès Moreau", str(user)], updated_at)


def test_who_is_slower_is_told_who_was_quicker(telegram, user, colleague):
    contact = arrive(telegram).contact
    take(contact, by=colleague)
    for expected in (None, user.pk):
        with pytest.raises(AlreadyAssignedError) as error:
            assign(contact, user, by=user, expected=expected)
        assert error.value.holder == colleague
    with pytest.raises(AlreadyAssignedError):
        assign(contact, None, by=user, expected=user.pk)
    assert (holders(contact), len(events(contact))) == ((colleague, True, {colleague.pk}), 1)


def test_nobody_of_another_office_and_nobody_who_left_is_given_a_person(telegram, user, other_user, pro, case):
    contact = arrive(telegram).contact
    for label, to in {"another": other_user, "left": UserFactory(pro=pro, is_active=False)}.items():
        with case(label):
            with pytest.raises(ValidationError):
                assign(contact, to, by=user, expected=None)
            assert holders(contact) == (None, False, {None})
    contact.archive(by=user)
    with pytest.raises(Contact.DoesNotExist):
        take(contact, by=user)


def test_what_arrives_for_somebody_is_their_assignees_and_what_moves_becomes_so(telegram, pro, user, colleague):
    ana, bob = (arrive(telegram, who=name).contact for name in ("Ana", "Bob"))
    take(ana, by=user)
    arrive(telegram, who="Ana")
    assert holders(ana) == (user, True, {user.pk})
    # Of a merge the kept contact's assignee counts, and the merged one's if it has none.
    merge = merge_contacts(bob, ana, by=user)
    assert holders(bob) == (user, True, {user.pk})
    assign(bob, colleague, by=user, expected=user.pk)
    undo_merge(merge, by=user)
    assert (holders(ana), holders(bob)) == ((user, True, {user.pk}), (colleague, True, {colleague.pk}))


def test_whoever_leaves_hands_back_what_they_had(telegram, user, colleague):
    contacts = [arrive(telegram, who=name).contact for name in ("Ana", "Bob", "Cleo")]
    for contact in contacts[:2]:
        take(contact, by=colleague)
    take(contacts[2], by=user)
    assert hand_back(colleague, by=user, batch=1) == 2
    end_access([colleague], by=user)
    nobodys = (None, False, {None})
    assert [holders(contact) for contact in contacts] == [nobodys, nobodys, (user, True, {user.pk})]
    assert events(contacts[0])[1:] == [("unassigned", {"assigned_to": [[colleague.pk, "Inès Moreau"], None]}, user.pk)]


def test_the_end_of_somebodys_access_hands_back(telegram, user, colleague):
    contact = arrive(telegram).contact
    take(contact, by=colleague)
    end_access([colleague], by=user)
    assert holders(contact) == (None, False, {None})


def test_a_user_who_is_deleted_leaves_people_who_are_nobodys(telegram, colleague):
    contact = arrive(telegram).contact
    take(contact, by=colleague)
    colleague.delete()
    contact.refresh_from_db()
    assert (contact.assigned_to, set(contact.waiting_items.values_list("assigned_to", flat=True))) == (None, {None})


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_take_at_once_one_has_the_person_and_the_others_are_told_who(pro, at_once):
    users = [UserFactory(pro=pro) for _number in range(20)]
    for _round in range(50):
        contact = ContactFactory(pro=pro)

        def take_as(number, contact=contact):
            try:
                return take(Contact.objects.get(pk=contact.pk), by=users[number])
            except AlreadyAssignedError as error:
                return error.holder

        results = at_once(20, take_as)
        holder = Contact.objects.get(pk=contact.pk).assigned_to
        assert isinstance(holder, User)
        assert sorted(map(str, results)) == sorted(["True", *[str(holder)] * 19])
        assert events(contact) == [("assigned", {"assigned_to": [None, [holder.pk, str(holder)]]}, holder.pk)]
