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
    ]
