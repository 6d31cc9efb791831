from django.db import migrations

from contacts.waiting.backfill import fill_last_words


def fill(apps, schema_editor):
    fill_last_words(apps.get_model, apps.get_model("inquiries", "Inquiry").objects.all(), "created_at")
    answered = apps.get_model("inquiries", "Offer").objects.filter(answered_at__isnull=False)
    fill_last_words(apps.get_model, answered, "answered_at", "inquiry__contact")


class Migration(migrations.Migration):
    """Inquiries and answers to offers are words of their contact's thread."""

    atomic = False
    dependencies = [("inquiries", "0014_erasure"), ("contacts", "0035_fill_last_words")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
