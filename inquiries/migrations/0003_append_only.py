"""Has the database itself refuse to change the history of inquiries."""

from django.db import migrations

from inquiries.history.db_constraints import protect, release


def forwards(apps, schema_editor):
    protect(schema_editor.connection)


def backwards(apps, schema_editor):
    release(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [("inquiries", "0002_shipped_types")]

    operations = [migrations.RunPython(forwards, backwards)]
