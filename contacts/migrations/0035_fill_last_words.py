from django.db import migrations

from contacts.waiting.backfill import fill_last_words


def fill(apps, schema_editor):
    contacts = apps.get_model("contacts", "Contact").objects
    fill_last_words(apps.get_model, contacts.all(), "last_message_at", "pk")


class Migration(migrations.Migration):
    """The last word of each contact with messages; `contact_requests` and `inquiries` bring theirs in."""

    # Each batch is committed by itself, so that arriving messages wait for none but their own.
    atomic = False
    dependencies = [("contacts", "0034_last_words")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
