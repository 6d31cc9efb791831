"""Inquiries that were there before `moved_at` get it from their history."""

from datetime import UTC, datetime

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from inquiries.models import Inquiry

from ..factories import InquiryFactory

BEFORE = [("inquiries", "0004_around_an_inquiry")]
START = datetime(2026, 4, 16, 10, 30, tzinfo=UTC)


def test_it_is_the_time_of_the_last_move(transactional_db):
    moved, new = InquiryFactory(created_at=START), InquiryFactory(created_at=START)
    moved.move(to="in_review", by=None)
    at = moved.history.last().created_at
    MigrationExecutor(connection).migrate(BEFORE)
    MigrationExecutor(connection).loader.project_state(BEFORE)
    with connection.cursor() as cursor:
        columns = [
            column.name for column in connection.introspection.get_table_description(cursor, "inquiries_inquiry")
        ]
    assert "moved_at" not in columns
    call_command("migrate", verbosity=0)
    kept = dict(Inquiry.objects.values_list("pk", "moved_at"))
    assert kept[moved.pk] == at
    assert kept[new.pk] == new.history.get().created_at
