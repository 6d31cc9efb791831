"""Contacts that the Pro marked as different people."""

import pytest

from contacts.book.duplicates import mark_distinct
from contacts.models import Contact, DistinctPair
from tests.factories import ContactFactory


def test_two_contacts_are_one_pair_in_either_order(anna, anne, user):
    mark_distinct(anna, anne, by=user)
    mark_distinct(anne, anna, by=user)
    [pair] = DistinctPair.objects.all()
    assert ((pair.first_id, pair.second_id), pair.user) == (tuple(sorted((anna.pk, anne.pk))), user)


def test_no_pair_with_itself_another_pros_or_an_archived_contact(anna, anne, user):
    anne.archive(by=user)
    for other in (anna, anne, ContactFactory()):
        for pair in ((anna, other), (other, anna)):
            with pytest.raises(Contact.DoesNotExist):
                mark_distinct(pair[0], pair[1], by=user)
    assert not DistinctPair.objects.exists()
