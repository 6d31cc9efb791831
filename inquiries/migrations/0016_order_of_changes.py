from django.db import migrations, models

from config.migrating import AddIndexOnline


class Migration(migrations.Migration):
    # The index is made while others write.
    atomic = False

    dependencies = [
        ('accounts', '0004_sessions'),
        ('contacts', '0036_last_word_indexes'),
        ('inquiries', '0015_fill_last_words'),
    ]

    operations = [
        AddIndexOnline(
            model_name='inquiry',
            index=models.Index(fields=['pro', 'updated_at', 'id'], name='inquiry_last_changed'),
        ),
    ]
