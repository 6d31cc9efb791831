import django.db.models.functions.comparison
from django.db import migrations, models

from config.migrating import AddIndexOnline


class Migration(migrations.Migration):
    # Contacts are written to meanwhile.
    atomic = False
    dependencies = [("contacts", "0035_fill_last_words")]

    operations = [
        AddIndexOnline(
            model_name="contact",
            index=models.Index(
                models.F("pro"),
                models.OrderBy(
                    django.db.models.functions.comparison.Coalesce("last_word_at", "created_at"), descending=True
                ),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("deleted_at__isnull", True)),
                name="contact_by_last_word",
            ),
        ),
        AddIndexOnline(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("last_word_at__isnull", False)),
                fields=["pro", "-last_word_at", "-id"],
                name="contact_last_word_at",
            ),
        ),
    ]
