from django.db import migrations

from contacts.waiting.backfill import fill_last_words


def fill(apps, schema_editor):
    requests = apps.get_model("contact_requests", "ContactRequest").objects
    fill_last_words(apps.get_model, requests.filter(quarantined_at=None), "created_at")


class Migration(migrations.Migration):
    """Contact requests are words of their contact's thread."""

    atomic = False
    dependencies = [("contact_requests", "0015_consent"), ("contacts", "0035_fill_last_words")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
