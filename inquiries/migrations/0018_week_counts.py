import django.db.models.deletion
from django.db import migrations, models

from config.counts.counted import CountedTable
from config.counts.keeping import dropping_triggers

COUNTED = CountedTable(table="inquiries_inquiry", counts="inquiries_inquiryweekcount", groups={})


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_squashed_0015_second_factor_required_from'),
        ('inquiries', '0001_squashed_0017_office_deletion'),
    ]

    operations = [
        migrations.CreateModel(
            name='InquiryWeekCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('n', models.IntegerField(editable=False)),
                ('is_delta', models.BooleanField(default=False, editable=False)),
                ('is_linked', models.BooleanField()),
                ('until', models.DateField()),
                ('pro', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.pro')),
            ],
            options={
                'indexes': [models.Index(fields=['pro', 'is_linked', 'until', 'n'], name='inquiry_week_count_of_pro'), models.Index(condition=models.Q(('is_delta', True)), fields=['pro'], name='inquiry_week_count_delta')],
            },
        ),
        dropping_triggers(COUNTED),
    ]
