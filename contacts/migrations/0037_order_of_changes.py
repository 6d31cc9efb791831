from django.db import migrations, models

from config.migrating import AddIndexOnline


class Migration(migrations.Migration):
    # The index is made while others write.
    atomic = False

    dependencies = [
        ('accounts', '0004_sessions'),
        ('contacts', '0036_last_word_indexes'),
    ]

    operations = [
        AddIndexOnline(
            model_name='contact',
            index=models.Index(condition=models.Q(('deleted_at__isnull', True), _negated=True), fields=['pro', 'updated_at', 'id'], name='contact_gone'),
        ),
    ]
