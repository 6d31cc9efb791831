from django.db import migrations, models

from config.migrating import AddIndexOnline


class Migration(migrations.Migration):
    # The index is made while others write.
    atomic = False

    dependencies = [
        ('accounts', '0004_sessions'),
        ('contact_requests', '0016_fill_last_words'),
        ('contacts', '0035_fill_last_words'),
    ]

    operations = [
        AddIndexOnline(
            model_name='contactrequest',
            index=models.Index(fields=['pro', 'updated_at', 'id'], name='request_last_changed'),
        ),
    ]
