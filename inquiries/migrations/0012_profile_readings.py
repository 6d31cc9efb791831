"""The list of whose profile a Pro was given, filled with those of its inquiries."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


# Without them every customer of an office would be new on the day of the upgrade.
COPY = """
INSERT INTO inquiries_profilereading (pro_id, user_id, inquiry_id, by_name, created_at)
SELECT pro_id, user_id, min(id), '', min(profile_at) FROM inquiries_inquiry
WHERE user_id IS NOT NULL AND profile_at IS NOT NULL GROUP BY pro_id, user_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_admin_lists'),
        ('inquiries', '0011_admin_lists'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProfileReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_id', models.BigIntegerField(verbose_name="customer's UserHub id")),
                ('inquiry_id', models.BigIntegerField(null=True, verbose_name='inquiry')),
                ('by_user_id', models.BigIntegerField(null=True, verbose_name='by user')),
                ('by_token_id', models.BigIntegerField(null=True, verbose_name='by program')),
                ('by_name', models.CharField(blank=True, max_length=254, verbose_name='by')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ('pro', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro', verbose_name='Pro')),
            ],
            options={
                'verbose_name': 'profile given to a Pro',
                'verbose_name_plural': 'profiles given to Pros',
                'ordering': ['-created_at', '-id'],
                'indexes': [models.Index(fields=['pro', '-created_at'], name='profile_reading_of_pro'), models.Index(fields=['-created_at', '-id'], name='profile_reading_newest')],
                'constraints': [models.UniqueConstraint(fields=('pro', 'user_id'), name='profile_reading_once')],
            },
        ),
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
    ]
