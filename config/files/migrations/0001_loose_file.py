from django.db import migrations, models

import config.files.models


class Migration(migrations.Migration):
    """Takes the model over from `web`, where the table was made; the table stays as it is."""

    initial = True
    dependencies = [("web", "0002_loose_file")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="LooseFile",
                    fields=[
                        ("key", models.CharField(max_length=100, primary_key=True, serialize=False)),
                        ("due_at", models.DateTimeField(db_index=True, default=config.files.models.in_an_hour)),
                    ],
                    options={"db_table": "web_loosefile"},
                )
            ]
        )
    ]
