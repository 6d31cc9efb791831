
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0048_shared_views'),
    ]

    operations = [
        migrations.AddField(
            model_name='waitingitem',
            name='overdue_told',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
    ]
