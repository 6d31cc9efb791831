import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_sessions"),
        ("contacts", "0033_privacy"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="contact", name="contact_last_message"),
        migrations.RemoveIndex(model_name="contact", name="contact_last_word"),
        migrations.AddField(
            model_name="contact",
            name="last_word_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="last word"),
        ),
        migrations.AddIndex(
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
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("last_word_at__isnull", False)),
                fields=["pro", "-last_word_at", "-id"],
                name="contact_last_word_at",
            ),
        ),
    ]
