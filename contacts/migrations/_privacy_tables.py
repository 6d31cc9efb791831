"""The tables of privacy: consents, erasures and exports."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name='PrivacySettings',
        fields=[
            ('pro', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='privacy', serialize=False, to='accounts.pro', verbose_name='Pro')),
            ('consent_words', models.TextField(blank=True, max_length=1000, verbose_name='words of consent')),
            ('consent_version', models.PositiveIntegerField(default=0, verbose_name='version')),
            ('retention', models.JSONField(default=dict, verbose_name='kept for')),
            ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
        ],
        options={
            'verbose_name': 'privacy settings',
            'verbose_name_plural': 'privacy settings',
        },
    ),
    migrations.CreateModel(
        name='Consent',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('words', models.TextField(max_length=1000, verbose_name='words')),
            ('source', models.CharField(max_length=200, verbose_name='given where')),
            ('given_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='given at')),
            ('withdrawn_at', models.DateTimeField(null=True, verbose_name='withdrawn at')),
            ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='contacts.contact', verbose_name='contact')),
            ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='noted by')),
            ('token', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.apitoken', verbose_name='by program')),
        ],
        options={
            'verbose_name': 'consent',
            'verbose_name_plural': 'consents',
            'ordering': ['-given_at', '-id'],
        },
    ),
    migrations.CreateModel(
        name='Erasure',
        fields=[
            ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ('person', models.UUIDField(editable=False, verbose_name='contact')),
            ('state', models.CharField(choices=[('planned', 'Planned'), ('undone', 'Undone'), ('done', 'Done')], default='planned', max_length=10, verbose_name='state')),
            ('reason', models.CharField(choices=[('asked', 'The person asked for it'), ('withdrawn', 'The person withdrew their consent'), ('not_needed', 'It is no longer needed'), ('mistake', 'It was stored by mistake'), ('retention', 'It was kept as long as you decided')], max_length=20, verbose_name='reason')),
            ('was_present', models.BooleanField(default=True, editable=False)),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='asked at')),
            ('due_at', models.DateTimeField(verbose_name='due at')),
            ('ended_at', models.DateTimeField(null=True, verbose_name='ended at')),
            ('counts', models.JSONField(default=dict, verbose_name='what was erased')),
            ('pro', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro', verbose_name='Pro')),
            ('token', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.apitoken', verbose_name='by program')),
            ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ('merged', models.JSONField(db_default=models.Value([], models.JSONField()), default=list, editable=False)),
        ],
        options={
            'verbose_name': 'erasure',
            'verbose_name_plural': 'erasures',
            'ordering': ['-created_at', '-id'],
            'indexes': [models.Index(condition=models.Q(('state', 'planned')), fields=['due_at'], name='erasure_due')],
            'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'planned')), fields=('pro', 'person'), name='erasure_planned_once')],
        },
    ),
    migrations.CreateModel(
        name='ErasedRecord',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('kind', models.CharField(max_length=20, verbose_name='kind')),
            ('state', models.CharField(blank=True, max_length=20, verbose_name='state')),
            ('channel', models.CharField(blank=True, max_length=20, verbose_name='channel')),
            ('at', models.DateTimeField(verbose_name='at')),
            ('ended_at', models.DateTimeField(null=True, verbose_name='ended at')),
            ('moves', models.JSONField(default=list, verbose_name='status changes')),
            ('pro', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro', verbose_name='Pro')),
            ('erasure', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='records', to='contacts.erasure', verbose_name='erasure')),
        ],
        options={
            'verbose_name': 'record without a name',
            'verbose_name_plural': 'records without names',
            'indexes': [models.Index(fields=['pro', 'kind', 'at'], name='erased_record_kind')],
        },
    ),
    migrations.CreateModel(
        name='PersonExport',
        fields=[
            ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ('state', models.CharField(choices=[('making', 'Being made'), ('ready', 'Ready'), ('failed', 'Failed')], default='making', max_length=10, verbose_name='state')),
            ('language', models.CharField(max_length=5, verbose_name='language')),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='asked at')),
            ('ready_at', models.DateTimeField(null=True, verbose_name='ready at')),
            ('expires_at', models.DateTimeField(null=True, verbose_name='kept until')),
            ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contacts.contact', verbose_name='contact')),
            ('pro', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro', verbose_name='Pro')),
            ('token', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.apitoken', verbose_name='by program')),
            ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
        ],
        options={
            'verbose_name': 'export of a person',
            'verbose_name_plural': 'exports of persons',
            'ordering': ['-created_at', '-id'],
            'indexes': [models.Index(fields=['created_at'], name='person_export_oldest')],
        },
    ),
    migrations.CreateModel(
        name='PersonExportFile',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('key', models.CharField(editable=False, max_length=100, unique=True, verbose_name='key in the storage')),
            ('filename', models.CharField(max_length=255, verbose_name='file name')),
            ('mime_type', models.CharField(max_length=100, verbose_name='kind')),
            ('size', models.BigIntegerField(verbose_name='size in bytes')),
            ('sha256', models.CharField(max_length=64)),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='uploaded at')),
            ('export', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='file', to='contacts.personexport', verbose_name='export')),
        ],
        options={
            'verbose_name': 'file of an export',
            'verbose_name_plural': 'files of exports',
            'ordering': ['id'],
            'abstract': False,
        },
    ),
    migrations.CreateModel(
        name='ErasedAddress',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('digest', models.CharField(max_length=64)),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='since')),
            ('pro', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro', verbose_name='Pro')),
        ],
        options={
            'verbose_name': 'erased address',
            'verbose_name_plural': 'erased addresses',
            'constraints': [models.UniqueConstraint(fields=('pro', 'digest'), name='erased_address_once')],
        },
    ),
]
