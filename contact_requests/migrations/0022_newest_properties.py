from django.db import migrations, models

from config.migrating import AddIndexOnline


class Migration(migrations.Migration):
    # The index is made while others write.
    atomic = False

    dependencies = [
        ('contact_requests', '0021_property_search_index'),
    ]

    operations = [
        AddIndexOnline(
            model_name='property',
            index=models.Index(fields=['pro', '-created_at', '-id'], name='property_newest'),
        ),
    ]
