import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from config.counts.counted import CountedTable
from config.counts.keeping import dropping_triggers

ARRIVALS = CountedTable(table="contacts_waitingitem", counts="contacts_arrivalmark", groups={})
ANSWERS = CountedTable(table="contacts_firstresponse", counts="contacts_answermark", groups={})


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0013_assigning'),
        ('contacts', '0050_automatic_replies'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AnswerMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('n', models.IntegerField(editable=False)),
                ('is_delta', models.BooleanField(default=False, editable=False)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ArrivalMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('n', models.IntegerField(editable=False)),
                ('is_delta', models.BooleanField(default=False, editable=False)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ReportDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('dimension', models.CharField(blank=True, max_length=10)),
                ('value', models.CharField(blank=True, max_length=100)),
                ('new', models.PositiveIntegerField(default=0)),
                ('answered', models.PositiveIntegerField(default=0)),
                ('targeted', models.PositiveIntegerField(default=0)),
                ('within', models.PositiveIntegerField(default=0)),
                ('times', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name': 'day of the reports',
                'verbose_name_plural': 'days of the reports',
            },
        ),
        migrations.CreateModel(
            name='ReportZone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('time_zone', models.CharField(max_length=64)),
            ],
            options={
                'verbose_name': 'time zone of the reports',
                'verbose_name_plural': 'time zones of the reports',
            },
        ),
        migrations.AddField(
            model_name='waitingitem',
            name='inquiry_type_id',
            field=models.BigIntegerField(null=True, verbose_name='type'),
        ),
        migrations.AddField(
            model_name='waitingitem',
            name='property_id',
            field=models.UUIDField(null=True, verbose_name='property'),
        ),
        migrations.AddField(
            model_name='waitingitem',
            name='source',
            field=models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='source'),
        ),
        migrations.AddField(
            model_name='answermark',
            name='pro',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.pro'),
        ),
        migrations.AddField(
            model_name='arrivalmark',
            name='pro',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.pro'),
        ),
        migrations.AddField(
            model_name='reportday',
            name='pro',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro', verbose_name='Pro'),
        ),
        migrations.AddField(
            model_name='reportzone',
            name='pro',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro', verbose_name='Pro'),
        ),
        migrations.AddIndex(
            model_name='answermark',
            index=models.Index(fields=['pro', 'at'], name='answer_mark_of_pro'),
        ),
        migrations.AddIndex(
            model_name='arrivalmark',
            index=models.Index(fields=['pro', 'at'], name='arrival_mark_of_pro'),
        ),
        migrations.AddConstraint(
            model_name='reportday',
            constraint=models.UniqueConstraint(fields=('pro', 'dimension', 'day', 'value'), name='report_day_once'),
        ),
        dropping_triggers(ARRIVALS),
        dropping_triggers(ANSWERS),
    ]
