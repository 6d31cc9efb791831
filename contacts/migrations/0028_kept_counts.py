import django.db.models.deletion
from django.db import migrations, models

from config.counts.counted import CountedTable
from config.counts.keeping import dropping_triggers

COUNTED = CountedTable(table="contacts_contact", counts="contacts_contactcount", groups={})


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_undo_and_signatures'),
        ('contacts', '0027_kept_views'),
    ]

    operations = [
        migrations.CreateModel(
            name='ContactCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('n', models.IntegerField(editable=False)),
                ('is_delta', models.BooleanField(default=False, editable=False)),
                ('state', models.CharField(choices=[('present', 'Present'), ('archived', 'Archived'), ('merged', 'Merged')], max_length=10)),
                ('status', models.CharField(max_length=20)),
                ('role', models.CharField(max_length=20)),
                ('channel_preference', models.CharField(max_length=20)),
                ('pro', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.pro')),
            ],
            options={
                'indexes': [models.Index(fields=['pro', 'state', 'status', 'role', 'channel_preference'], name='contact_count_of_pro'), models.Index(condition=models.Q(('is_delta', True)), fields=['pro'], name='contact_count_delta')],
            },
        ),
        dropping_triggers(COUNTED),
    ]
