
import contacts.models.office_hours
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0013_assigning'),
        ('contacts', '0045_assigned_to_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='waitingitem',
            name='outcome',
            field=models.CharField(blank=True, choices=[('answered', 'Answered'), ('another_way', 'Answered another way'), ('no_answer', 'No answer needed'), ('wrote_again', 'They wrote again'), ('spam', 'Set aside as spam'), ('archived', 'Contact archived'), ('closed', 'Inquiry closed')], max_length=20, verbose_name='ended by'),
        ),
        migrations.CreateModel(
            name='OfficeHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('week', models.JSONField(blank=True, default=list, validators=[contacts.models.office_hours.validate_week], verbose_name='week')),
                ('holidays_country', models.CharField(blank=True, max_length=2, verbose_name='public holidays of')),
                ('holidays_region', models.CharField(blank=True, max_length=20, verbose_name='region')),
                ('closures', models.JSONField(blank=True, default=list, verbose_name='closed days')),
                ('target_minutes', models.PositiveIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(44640)], verbose_name='minutes to the first answer')),
                ('channel_targets', models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict, verbose_name='minutes by channel')),
                ('pro', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='office_hours', to='accounts.pro', verbose_name='Pro')),
            ],
            options={
                'verbose_name': 'office hours',
                'verbose_name_plural': 'office hours',
            },
        ),
        migrations.CreateModel(
            name='FirstResponse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('request', 'Request'), ('message', 'Message'), ('inquiry', 'Inquiry'), ('offer', 'Answer to an offer'), ('reminder', 'Reminder')], max_length=10, verbose_name='kind')),
                ('channel', models.CharField(blank=True, max_length=20, verbose_name='channel')),
                ('property_id', models.UUIDField(null=True, verbose_name='property')),
                ('inquiry_type_id', models.BigIntegerField(null=True, verbose_name='type')),
                ('source', models.CharField(blank=True, max_length=100, verbose_name='source')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('answered_at', models.DateTimeField(verbose_name='answered at')),
                ('outcome', models.CharField(choices=[('answered', 'Answered'), ('another_way', 'Answered another way'), ('no_answer', 'No answer needed'), ('wrote_again', 'They wrote again'), ('spam', 'Set aside as spam'), ('archived', 'Contact archived'), ('closed', 'Inquiry closed')], max_length=20, verbose_name='answered')),
                ('office_seconds', models.PositiveIntegerField(verbose_name='seconds of office hours')),
                ('real_seconds', models.PositiveIntegerField(verbose_name='seconds')),
                ('target_seconds', models.PositiveIntegerField(default=0, verbose_name='target')),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='answered by')),
                ('item', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='first_response', to='contacts.waitingitem', verbose_name='waiting item')),
                ('pro', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro', verbose_name='Pro')),
            ],
            options={
                'verbose_name': 'first response',
                'verbose_name_plural': 'first responses',
                'indexes': [models.Index(fields=['pro', 'answered_at'], name='first_response_answered')],
            },
        ),
    ]
