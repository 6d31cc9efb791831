"""Endpoints of Pros' own programs, the events that they are told of, and their way there."""

import config.events.models
import config.events.signing
import config.web.secret_field
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0010_events'),
    ]

    operations = [
        migrations.CreateModel(
            name='Endpoint',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('url', models.CharField(max_length=500, validators=[config.events.models.validate_url], verbose_name='address')),
                ('description', models.CharField(blank=True, max_length=200, verbose_name='description')),
                ('types', models.JSONField(default=list, validators=[config.events.models.validate_types], verbose_name='events')),
                ('is_enabled', models.BooleanField(default=True, verbose_name='on')),
                ('problem', models.CharField(blank=True, choices=[('gone', 'The program answered that it is gone (410).'), ('failing', 'Every call failed for days.')], editable=False, max_length=10, verbose_name='problem')),
                ('secret', config.web.secret_field.SecretField(default=config.events.signing.make_secret, editable=False, verbose_name='secret')),
                ('former_secret', config.web.secret_field.SecretField(blank=True, editable=False, verbose_name='former secret')),
                ('former_until', models.DateTimeField(editable=False, null=True)),
                ('failures', models.PositiveIntegerField(default=0, editable=False, verbose_name='failures')),
                ('failing_since', models.DateTimeField(editable=False, null=True, verbose_name='failing since')),
                ('paused_until', models.DateTimeField(editable=False, null=True)),
                ('held_until', models.DateTimeField(editable=False, null=True)),
                ('last_delivered_at', models.DateTimeField(editable=False, null=True, verbose_name='last delivered')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('deleted_at', models.DateTimeField(editable=False, null=True)),
                ('pro', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='endpoints', to='accounts.pro', verbose_name='Pro')),
            ],
            options={
                'verbose_name': 'endpoint',
                'verbose_name_plural': 'endpoints',
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('type', models.CharField(max_length=40, verbose_name='event')),
                ('key', models.CharField(max_length=80)),
                ('contact_id', models.UUIDField(null=True)),
                ('payload', models.TextField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ('pro', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro')),
            ],
            options={
                'verbose_name': 'event',
                'verbose_name_plural': 'events',
            },
        ),
        migrations.CreateModel(
            name='Dispatch',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=80)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('delivered', 'Delivered'), ('failed', 'Failed')], default='waiting', max_length=10, verbose_name='state')),
                ('attempts', models.PositiveIntegerField(default=0, verbose_name='attempts')),
                ('next_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='next attempt')),
                ('began_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('tried_at', models.DateTimeField(null=True, verbose_name='last attempt')),
                ('status', models.PositiveSmallIntegerField(null=True, verbose_name='answer')),
                ('reason', models.CharField(blank=True, choices=[('timeout', 'No answer in time'), ('unreachable', 'No connection'), ('no_answer', 'The connection ended without an answer'), ('too_large', 'The answer was too large'), ('private_address', 'A private address, which is not called'), ('no_secret', 'The secret cannot be read any more; replace it'), ('expired', 'Too old to be tried again')], max_length=20, verbose_name='reason')),
                ('answer', models.TextField(blank=True, verbose_name="answer's body")),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ('pro', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro')),
                ('endpoint', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='dispatches', to='events.endpoint')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dispatches', to='events.event')),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
            },
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['pro', 'contact_id'], name='event_of_contact'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['created_at'], name='event_by_time'),
        ),
        migrations.AddIndex(
            model_name='dispatch',
            index=models.Index(fields=['endpoint', '-id'], name='dispatch_newest'),
        ),
        migrations.AddIndex(
            model_name='dispatch',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['endpoint', 'key', 'id'], name='dispatch_of_object'),
        ),
        migrations.AddIndex(
            model_name='dispatch',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['next_at'], name='dispatch_due'),
        ),
    ]
