"""Merges at the same time as other merges, messages and archivings."""

import pytest
from django.core.exceptions import ValidationError

from contact_requests import receiving
from contact_requests.models import ContactRequest
from contacts.book.merging import (
    merge_contacts,
    undo_merge,
)
from contacts.models import Contact, ContactMerge

from .merges import find, held, kinds


def outcome(work):
    """Result of a call as a text: "done", "gone" or the error."""
    try:
        work()
    except Contact.DoesNotExist:
        return "gone"
    except ValidationError as error:
        return error.messages[0]
    return "done"


@pytest.mark.django_db(transaction=True)
def test_of_two_merges_into_each_other_one_wins(known, user, at_once):
    for n in range(15):
        pair = [known(email=f"v{n}.{i}@example.org") for i in (1, 2)]

        def merge(i, pair=pair):
            mine, other = (Contact.objects.get(pk=pair[j].pk) for j in (i, 1 - i))
            return outcome(lambda: merge_contacts(mine, other, by=user))

        assert sorted(at_once(2, merge)) == ["done", "gone"]
        assert Contact.objects.filter(pk__in=[c.pk for c in pair], deleted_at=None).count() == 1


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_of_several_equal_merges_one_wins(anna, anne, user, at_once):
    def merge(_n):
        mine, other = (Contact.objects.get(pk=contact.pk) for contact in (anna, anne))
        return outcome(lambda: merge_contacts(mine, other, by=user))

    results = at_once(4, merge)
    assert sorted(results) == ["done", "gone", "gone", "gone"]
    assert (ContactMerge.objects.count(), kinds(anna).count("merged")) == (1, 1)


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_of_several_undos_one_wins(anna, anne, user, at_once):
    merge = merge_contacts(anna, anne, by=user)
    results = at_once(4, lambda _n: outcome(lambda: undo_merge(ContactMerge.objects.get(pk=merge.pk), by=user)))
    assert sorted(results) == ["This merge was undone already."] * 3 + ["done"]
    assert (kinds(anna).count("unmerged"), kinds(anne).count("unmerged")) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_request_during_the_merge_goes_to_the_kept_contact(pro, known, house, user, at_once):
    for n in range(15):
        kept, other = (known(email=f"v{n}.{i}@example.org") for i in (1, 2))

        def work(i, n=n, kept=kept, other=other):
            if i == 0:
                return outcome(lambda: merge_contacts(kept, other, by=user))
            fields = {"name": "Anna", "phone": "", "message": "Hello", "language": "en"}
            return receiving.receive(house, email=f"v{n}.{i}@example.org", **fields).pk

        merged, *messages = at_once(3, work)
        assert merged == "done"
        assert set(ContactRequest.objects.filter(pk__in=messages).values_list("contact", flat=True)) == {kept.pk}
        assert [held(kept), held(other)] == [[("email", f"v{n}.{i}@example.org") for i in (1, 2)], []]
    assert Contact.objects.for_pro(pro).count() == 15


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_a_request_during_the_undo_goes_to_one_of_the_two(pro, known, house, user, at_once):
    for n in range(10):
        kept, other = (known(email=f"v{n}.{i}@example.org") for i in (1, 2))
        merge = merge_contacts(kept, other, by=user)

        def work(i, n=n, merge=merge):
            if i == 0:
                return outcome(lambda: undo_merge(merge, by=user))
            fields = {"name": "Anna", "phone": "", "message": "Hello", "language": "en"}
            return receiving.receive(house, email=f"v{n}.2@example.org", **fields).pk

        undone, message = at_once(2, work)
        assert undone == "done"
        assert ContactRequest.objects.get(pk=message).contact_id in (kept.pk, other.pk)
        assert held(other) == [("email", f"v{n}.2@example.org")]
    assert Contact.objects.for_pro(pro).count() == 20


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_a_contact_that_is_merged_meanwhile_gets_no_address(pro, known, user, at_once):
    for n in range(25):
        phone = f"+336000000{n:02d}"
        holder, heir, kept = (known(email=f"v{n}.{i}@example.org", phone=phone) for i in range(3))

        def work(i, holder=holder, heir=heir, kept=kept):
            return outcome(lambda: holder.archive(by=user) if i else merge_contacts(kept, heir, by=user))

        assert at_once(2, work) == ["done", "done"]
        assert [held(holder), held(heir)] == [[], []]
        assert find(pro, phone=phone).deleted_at is None


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_a_merge_and_an_archiving_of_one_of_the_two_do_not_deadlock(known, user, at_once):
    for n in range(25):
        phone = f"+336000000{n:02d}"
        first, second = (known(email=f"v{n}.{i}@example.org", phone=phone) for i in range(2))

        def work(i, first=first, second=second):
            return outcome(lambda: first.archive(by=user) if i else merge_contacts(second, first, by=user))

        assert sorted(at_once(2, work)) == ["done", "gone"]
        assert held(first) == []
