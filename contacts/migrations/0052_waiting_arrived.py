from django.db import migrations, models

from config.migrating import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('contacts', '0051_reports'),
    ]

    operations = [
        AddIndexOnline(
            model_name='waitingitem',
            index=models.Index(fields=['pro', 'since', 'id'], name='waiting_arrived'),
        ),
    ]
