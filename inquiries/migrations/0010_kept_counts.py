import django.db.models.deletion
from django.db import migrations, models

from config.counts.counted import CountedTable
from config.counts.keeping import dropping_triggers

COUNTED = CountedTable(table="inquiries_inquiry", counts="inquiries_inquirycount", groups={})


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_undo_and_signatures'),
        ('inquiries', '0009_who_waits'),
    ]

    operations = [
        migrations.CreateModel(
            name='InquiryCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('n', models.IntegerField(editable=False)),
                ('is_delta', models.BooleanField(default=False, editable=False)),
                ('status', models.CharField(max_length=20)),
                ('priority', models.CharField(max_length=10)),
                ('is_linked', models.BooleanField()),
                ('budgeted', models.IntegerField()),
                ('budget_cents', models.BigIntegerField()),
                ('inquiry_type', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='inquiries.inquirytype')),
                ('pro', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.pro')),
                ('step', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='inquiries.pipelinestep')),
            ],
            options={
                'indexes': [models.Index(fields=['pro', 'inquiry_type', 'step', 'status', 'priority', 'is_linked'], name='inquiry_count_of_pro'), models.Index(condition=models.Q(('is_delta', True)), fields=['pro'], name='inquiry_count_delta')],
            },
        ),
        dropping_triggers(COUNTED),
    ]
