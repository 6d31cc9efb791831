from django.db import migrations, models

from config.migrating import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('contacts', '0056_week_counts'),
    ]

    operations = [
        AddIndexOnline(
            model_name='waitingitem',
            index=models.Index(condition=models.Q(('ended_at__isnull', True), models.Q(('kind', 'reminder'), ('later_until__isnull', False), _connector='OR')), fields=['contact'], name='waiting_put_off'),
        ),
    ]
