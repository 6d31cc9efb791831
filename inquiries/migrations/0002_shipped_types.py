"""The three types that come with the product; from here on they are rows like any other, and staff's to change."""

from django.db import migrations

from ._shipped_types import ship


class Migration(migrations.Migration):

    dependencies = [("inquiries", "0001_initial")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
