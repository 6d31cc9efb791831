"""Gives the messages that stand a search text, in batches, so that none of them is locked for long."""

from django.db import migrations

from config.search.filling import fill_search_texts
from contacts.search_text import message_search_text


def fill(apps, schema_editor):
    rows = apps.get_model("contacts", "ContactMessage").objects.using(schema_editor.connection.alias)
    fill_search_texts(
        rows.only("subject", "text", "search_text"),
        lambda message: message_search_text(message.subject, message.text),
    )


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('contacts', '0009_message_search_text'),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
