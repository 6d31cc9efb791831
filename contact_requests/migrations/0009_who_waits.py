from django.db import migrations

from contact_requests.backfill import fill_requests


def fill(apps, schema_editor):
    fill_requests(apps.get_model)


class Migration(migrations.Migration):
    """Let existing contact requests and messages wait for an answer."""

    dependencies = [
        ("contact_requests", "0008_property_picture"),
        ("contacts", "0021_draft_files"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
