from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0042_without_unread_index")]
    operations = [
        migrations.AddField(
            model_name="erasure",
            name="merged",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list, editable=False),
        ),
    ]
