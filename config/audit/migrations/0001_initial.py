"""Events, and the door by which old ones are deleted; the database itself refuses any other change."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from config.audit.db_constraints import protect, release


def forwards(apps, schema_editor):
    protect(schema_editor.connection)


def backwards(apps, schema_editor):
    release(schema_editor.connection)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0004_sessions'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditThinning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before', models.DateTimeField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30, verbose_name='kind')),
                ('by_user_id', models.BigIntegerField(null=True, verbose_name='by user')),
                ('by_token_id', models.BigIntegerField(null=True, verbose_name='by program')),
                ('about_kind', models.CharField(blank=True, max_length=50, verbose_name='kind of row')),
                ('about_id', models.CharField(blank=True, max_length=50, verbose_name='row')),
                ('detail', models.CharField(blank=True, max_length=80, verbose_name='detail')),
                ('request_id', models.CharField(blank=True, max_length=64, verbose_name='request')),
                ('once', models.CharField(max_length=120, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ('pro', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.pro', verbose_name='Pro')),
            ],
            options={
                'verbose_name': 'audit event',
                'verbose_name_plural': 'audit',
                'ordering': ['-created_at', '-id'],
                'indexes': [models.Index(fields=['pro', '-created_at', '-id'], name='audit_of_pro'), models.Index(fields=['pro', 'kind', '-created_at', '-id'], name='audit_of_kind'), models.Index(fields=['pro', 'by_user_id', '-created_at', '-id'], name='audit_of_user'), models.Index(fields=['-created_at', '-id'], name='audit_newest')],
                'constraints': [models.UniqueConstraint(fields=('pro', 'once'), name='audit_once')],
            },
        ),
        migrations.RunPython(forwards, backwards),
    ]
