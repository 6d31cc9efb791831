import django.db.models.deletion
from django.db import migrations, models

from config.counts.counted import CountedTable
from config.counts.keeping import dropping_triggers

COUNTED = CountedTable(table="contact_requests_contactrequest", counts="contact_requests_contactrequestcount", groups={})


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_undo_and_signatures'),
        ('contact_requests', '0011_delete_reply'),
    ]

    operations = [
        migrations.CreateModel(
            name='ContactRequestCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('n', models.IntegerField(editable=False)),
                ('is_delta', models.BooleanField(default=False, editable=False)),
                ('is_quarantined', models.BooleanField()),
                ('status', models.CharField(max_length=10)),
                ('pro', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.pro')),
            ],
            options={
                'indexes': [models.Index(fields=['pro', 'is_quarantined', 'status'], name='request_count_of_pro'), models.Index(condition=models.Q(('is_delta', True)), fields=['pro'], name='request_count_delta')],
            },
        ),
        dropping_triggers(COUNTED),
    ]
