from django.db import migrations

from inquiries.backfill import fill_inquiries


def fill(apps, schema_editor):
    fill_inquiries(apps.get_model)


class Migration(migrations.Migration):
    """Let existing inquiries and answered offers wait for an answer."""

    dependencies = [
        ("inquiries", "0008_pending_move"),
        ("contacts", "0021_draft_files"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
