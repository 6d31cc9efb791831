"""Makes the tables of inquiries, their triggers and the shipped types as the replaced migrations leave them.

A database that has none of the replaced migrations is made by this one. One that has some of them goes through the rest.
What was replaced counts as a whole, so this is one migration: its tables stand in modules that Django does not load.
"""

from django.conf import settings
from django.db import migrations

from config.counts.counted import CountedTable
from config.counts.keeping import dropping_triggers
from config.migrating import CreateModels, RunOnDatabase
from config.search.index import SearchIndex
from inquiries.history import db_constraints as history
from inquiries.pipeline import db_constraints as pipelines

from . import _inquiry_tables, _type_tables
from ._shipped_types import ship

INQUIRIES = SearchIndex(
    name="inquiry_search", table="inquiries_inquiry", full_text="inquiries_search", has_integer_key=True
)
COUNTED = CountedTable(table="inquiries_inquiry", counts="inquiries_inquirycount", groups={})


def protect(apps, schema_editor):
    for constraints in (history, pipelines):
        constraints.protect(schema_editor.connection)


def release(apps, schema_editor):
    for constraints in (pipelines, history):
        constraints.release(schema_editor.connection)


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('inquiries', '0001_initial'),
        ('inquiries', '0002_shipped_types'),
        ('inquiries', '0003_append_only'),
        ('inquiries', '0004_around_an_inquiry'),
        ('inquiries', '0005_search_index'),
        ('inquiries', '0006_returned_acknowledgment'),
        ('inquiries', '0007_without_userhub_id'),
        ('inquiries', '0008_pending_move'),
        ('inquiries', '0009_who_waits'),
        ('inquiries', '0010_kept_counts'),
        ('inquiries', '0011_admin_lists'),
        ('inquiries', '0012_profile_readings'),
        ('inquiries', '0013_history_seals'),
        ('inquiries', '0014_erasure'),
        ('inquiries', '0015_fill_last_words'),
        ('inquiries', '0016_order_of_changes'),
        ('inquiries', '0017_office_deletion'),
    ]

    dependencies = [
        ('accounts', '0001_squashed_0015_second_factor_required_from'),
        ('contacts', '0001_squashed_0053_own_hours'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(*_type_tables.TABLES, *_inquiry_tables.TABLES),
        migrations.RunPython(ship, migrations.RunPython.noop),
        RunOnDatabase(protect, release),
        INQUIRIES.operation(),
        dropping_triggers(COUNTED),
    ]
