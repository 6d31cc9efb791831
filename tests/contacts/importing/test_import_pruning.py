"""Imports are pruned after 30 days: one that has run keeps its numbers, and the contacts stay."""

from datetime import timedelta

from django.utils import timezone

from contacts.models import Contact, ContactImport
from contacts.models.contact_import import prune_imports

from ..imports import ANNA, checked, imported, uploaded


def test_old_imports_are_pruned(user, work_tasks):
    done, waiting = imported(user, ANNA, work_tasks), uploaded(user, ANNA)
    fresh = imported(user, ANNA.replace("Anna@", "Bea@").replace("5678", "5679"), work_tasks)
    old = [done.pk, waiting.pk]
    ContactImport.objects.filter(pk__in=old).update(created_at=timezone.now() - timedelta(days=30, minutes=1))
    prune_imports()
    assert set(ContactImport.objects.all()) == {done, fresh}
    done.refresh_from_db()
    assert (done.is_forgotten, done.headings, done.columns, done.rows.count()) == (True, [], [], 0)
    assert (done.counts, done.total) == ({"create": 1}, 1)
    assert (fresh.rows.count(), Contact.objects.count()) == (1, 2)
    before = list(ContactImport.objects.order_by("pk").values())
    prune_imports()
    assert list(ContactImport.objects.order_by("pk").values()) == before


def test_an_import_that_never_ended_is_pruned_too(user, work_tasks):
    contact_import = checked(user, ANNA, work_tasks)
    ContactImport.objects.update(state="running", created_at=timezone.now() - timedelta(days=31))
    prune_imports()
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.is_forgotten, contact_import.rows.count()) == ("done", True, 0)
