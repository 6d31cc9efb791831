"""Gives the properties that stand a search text, in batches, so that none of them is locked for long."""

from django.db import migrations

from config.search.filling import fill_search_texts
from config.search.folding import fold


def fill(apps, schema_editor):
    rows = apps.get_model("contact_requests", "Property").objects.using(schema_editor.connection.alias)
    fill_search_texts(rows, lambda row: fold(f"{row.title} {row.reference} {row.city} "))


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('contact_requests', '0019_property_pages'),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
