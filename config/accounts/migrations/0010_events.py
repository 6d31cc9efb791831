"""The kinds of events that a Pro's endpoints want."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_account_mails_bounce'),
    ]

    operations = [
        migrations.AddField(
            model_name='pro',
            name='event_types',
            field=models.TextField(blank=True, db_default='', default='', editable=False),
        ),
    ]
