"""The tables of contacts: the book, merges, imports, views and counts."""

import config.web.secret_field
import contacts.languages
import contacts.models.external_id
import contacts.models.order
import contacts.names
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name='Contact',
        fields=[
            ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ('name', models.CharField(max_length=200, validators=[contacts.names.validate_name], verbose_name='name')),
            ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
            ('phone', models.CharField(blank=True, help_text='In E.164, such as +33612345678.', max_length=20, verbose_name='phone')),
            ('source', models.CharField(default='api', max_length=50, verbose_name='source')),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
            ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
            ('pro', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='accounts.pro', verbose_name='Pro')),
            ('applied_at', models.DateTimeField(editable=False, null=True, verbose_name='applied at')),
            ('channel_preference', models.CharField(blank=True, choices=[('whatsapp', 'WhatsApp'), ('telegram', 'Telegram'), ('email', 'E-mail'), ('sms', 'SMS'), ('phone', 'Phone')], max_length=20, verbose_name='preferred channel')),
            ('deleted_at', models.DateTimeField(editable=False, null=True, verbose_name='archived at')),
            ('language', models.CharField(default='en', max_length=2, validators=[contacts.languages.validate_language], verbose_name='language')),
            ('referral_source', models.CharField(blank=True, max_length=200, verbose_name='referred by')),
            ('role', models.CharField(choices=[('prospect', 'Prospect'), ('tenant', 'Tenant'), ('landlord', 'Landlord'), ('property_manager', 'Property manager'), ('vendor', 'Vendor'), ('other', 'Other')], default='prospect', max_length=20, verbose_name='role')),
            ('search_text', models.TextField(default='', editable=False)),
            ('status', models.CharField(choices=[('prospect', 'Prospect'), ('scheduled', 'Scheduled'), ('applicant', 'Applicant'), ('renter', 'Renter'), ('archived', 'Inactive')], default='prospect', max_length=20, verbose_name='status')),
            ('merged_into', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contacts.contact', verbose_name='merged into')),
            ('last_message_at', models.DateTimeField(editable=False, null=True, verbose_name='last message')),
            ('reached_by', models.CharField(blank=True, choices=[('whatsapp', 'WhatsApp'), ('telegram', 'Telegram'), ('email', 'E-mail'), ('sms', 'SMS'), ('phone', 'Phone')], editable=False, max_length=20, verbose_name='reached by')),
            ('unread_count', models.PositiveIntegerField(default=0, editable=False, verbose_name='unread messages')),
            ('last_word_at', models.DateTimeField(editable=False, null=True, verbose_name='last word')),
            ('external_id', models.CharField(blank=True, db_default='', default='', max_length=200, validators=[contacts.models.external_id.validate_external_id], verbose_name='external id')),
            ('assigned_at', models.DateTimeField(editable=False, null=True, verbose_name='assigned at')),
            ('assigned_to', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='assigned to')),
        ],
        options={
            'verbose_name': 'contact',
            'verbose_name_plural': 'contacts',
            'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['pro', '-created_at', '-id'], name='contact_newest'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['pro', 'status', '-created_at', '-id'], name='contact_by_status'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['pro', '-updated_at', '-id'], name='contact_last_changed'), models.Index(models.F('pro'), contacts.models.order.NameKey('search_text'), models.F('id'), condition=models.Q(('deleted_at__isnull', True)), name='contact_by_name'), models.Index(condition=models.Q(('deleted_at__isnull', True), _negated=True), fields=['pro', '-created_at', '-id'], name='contact_archived'), models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='contact_merged_into'), models.Index(models.F('pro'), django.db.models.functions.text.Lower('email'), condition=models.Q(('deleted_at__isnull', True)), name='contact_email'), models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['pro', 'phone'], name='contact_phone'), models.Index(fields=['-created_at', '-id'], name='contact_of_all_pros'), models.Index(models.F('pro'), models.OrderBy(django.db.models.functions.comparison.Coalesce('last_word_at', 'created_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('deleted_at__isnull', True)), name='contact_by_last_word'), models.Index(condition=models.Q(('deleted_at__isnull', True), ('last_word_at__isnull', False)), fields=['pro', '-last_word_at', '-id'], name='contact_last_word_at'), models.Index(condition=models.Q(('deleted_at__isnull', True), _negated=True), fields=['pro', 'updated_at', 'id'], name='contact_gone'), models.Index(condition=models.Q(('assigned_to__isnull', False)), fields=['assigned_to'], name='contact_assigned_to')],
            'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('applied_at__isnull', False), ('status', 'applicant')), models.Q(models.Q(('status', 'applicant'), _negated=True), ('applied_at__isnull', True)), _connector='OR'), name='contact_applied_at_follows_status'), models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), ('deleted_at__isnull', False), _connector='OR'), name='contact_merged_is_deleted'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(models.Q(('email', ''), _negated=True), models.Q(('phone', ''), _negated=True), models.Q(('reached_by', ''), _negated=True), _connector='OR')), name='contact_reachable'), models.UniqueConstraint(condition=models.Q(models.Q(('external_id', ''), _negated=True), models.Q(('deleted_at__isnull', True), ('merged_into__isnull', False), _connector='OR')), fields=('pro', 'external_id'), name='contact_external_id')],
        },
    ),
    migrations.CreateModel(
        name='ContactIdentity',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('channel', models.CharField(max_length=20, verbose_name='channel')),
            ('external_id', models.CharField(max_length=254, verbose_name='external id')),
            ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='identities', to='contacts.contact')),
            ('pro', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro')),
            ('released_at', models.DateTimeField(editable=False, null=True, verbose_name='released at')),
            ('is_stated', models.BooleanField(db_default=False, default=False, editable=False, verbose_name='stated, not proven')),
        ],
        options={
            'verbose_name': 'contact identity',
            'verbose_name_plural': 'contact identities',
            'constraints': [models.UniqueConstraint(condition=models.Q(('released_at__isnull', True)), fields=('pro', 'channel', 'external_id'), name='contact_identity_unique')],
        },
    ),
    migrations.CreateModel(
        name='ContactEvent',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('kind', models.CharField(choices=[('created', 'Created'), ('changed', 'Changed'), ('deleted', 'Archived'), ('restored', 'Restored'), ('merged', 'Merged'), ('unmerged', 'Merge undone'), ('assigned', 'Assigned to'), ('unassigned', 'Back to nobody'), ('unimported', 'Import undone')], max_length=10, verbose_name='event')),
            ('changes', models.JSONField(default=dict, verbose_name='changes')),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
            ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='contacts.contact')),
            ('token', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.apitoken', verbose_name='by program')),
            ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
        ],
        options={
            'verbose_name': 'contact event',
            'verbose_name_plural': 'contact events',
            'ordering': ['created_at', 'id'],
        },
    ),
    migrations.CreateModel(
        name='ContactNote',
        fields=[
            ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ('body', models.TextField(max_length=5000, verbose_name='note')),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='written at')),
            ('edited_at', models.DateTimeField(null=True, verbose_name='edited at')),
            ('deleted_at', models.DateTimeField(null=True, verbose_name='deleted at')),
            ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
            ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='contacts.contact')),
            ('former', models.JSONField(db_default=models.Value([], models.JSONField()), default=list, editable=False)),
            ('mentions', models.JSONField(db_default=models.Value([], models.JSONField()), default=list, editable=False)),
        ],
        options={
            'verbose_name': 'note',
            'verbose_name_plural': 'notes',
            'ordering': ['created_at', 'id'],
        },
    ),
    migrations.CreateModel(
        name='ContactMerge',
        fields=[
            ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ('fields', models.JSONField(default=dict, verbose_name='changed fields')),
            ('moved', models.JSONField(default=dict, verbose_name='moved rows')),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
            ('undone_at', models.DateTimeField(null=True, verbose_name='undone at')),
            ('absorbed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contacts.contact', verbose_name='contact merged into it')),
            ('pro', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro', verbose_name='Pro')),
            ('survivor', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='merges', to='contacts.contact', verbose_name='contact that stayed')),
            ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='undone by')),
            ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
        ],
        options={
            'verbose_name': 'merge of contacts',
            'verbose_name_plural': 'merges of contacts',
            'ordering': ['-created_at', '-id'],
        },
    ),
    migrations.CreateModel(
        name='DistinctPair',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
            ('first', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contacts.contact')),
            ('second', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contacts.contact')),
            ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
        ],
        options={
            'verbose_name': 'pair of different contacts',
            'verbose_name_plural': 'pairs of different contacts',
            'constraints': [models.UniqueConstraint(fields=('first', 'second'), name='contact_pair_unique')],
        },
    ),
    migrations.CreateModel(
        name='ContactImport',
        fields=[
            ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ('filename', models.CharField(max_length=200)),
            ('state', models.CharField(choices=[('reading', 'Being read'), ('refused', 'Refused'), ('uploaded', 'Columns to choose'), ('checking', 'Being checked'), ('checked', 'Checked'), ('running', 'Being imported'), ('done', 'Imported'), ('undoing', 'Being undone'), ('undone', 'Undone')], default='uploaded', max_length=10)),
            ('headings', models.JSONField(default=list)),
            ('columns', models.JSONField(default=list)),
            ('total', models.PositiveIntegerField(default=0)),
            ('position', models.PositiveIntegerField(default=0)),
            ('done', models.PositiveIntegerField(default=0)),
            ('counts', models.JSONField(default=dict)),
            ('error', models.CharField(blank=True, max_length=200)),
            ('is_forgotten', models.BooleanField(default=False)),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ('started_at', models.DateTimeField(null=True)),
            ('finished_at', models.DateTimeField(null=True)),
            ('pro', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro')),
            ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ('keeps_rest', models.BooleanField(db_default=False, default=False)),
            ('undone_at', models.DateTimeField(null=True)),
            ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ('content', models.BinaryField(null=True)),
        ],
        options={
            'indexes': [models.Index(fields=['pro', '-created_at', '-id'], name='contact_import_newest')],
        },
    ),
    migrations.CreateModel(
        name='ContactImportRow',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('number', models.PositiveIntegerField()),
            ('values', models.JSONField(default=list)),
            ('fields', models.JSONField(default=dict)),
            ('outcome', models.CharField(blank=True, choices=[('create', 'New'), ('complete', 'To complete'), ('known', 'Known already'), ('refuse', 'Refused')], max_length=10)),
            ('learnt', models.JSONField(default=dict)),
            ('reasons', models.JSONField(default=dict)),
            ('same_as', models.PositiveIntegerField(null=True)),
            ('contact', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='contacts.contact')),
            ('contact_import', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='contacts.contactimport')),
            ('created', models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict)),
            ('left_out', models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict)),
            ('undo', models.CharField(blank=True, choices=[('undone', 'Undone'), ('merged', 'Archived or merged with another contact since'), ('used', 'Has messages, requests or other records'), ('changed', 'Changed since the import'), ('noted', 'Has a note of yours'), ('imported', 'Is in another import, too'), ('needed', 'Has no other e-mail or phone')], db_default='', default='', max_length=10)),
        ],
        options={
            'indexes': [models.Index(fields=['contact_import', 'outcome', 'number'], name='contact_import_row_outcome')],
            'constraints': [models.UniqueConstraint(fields=('contact_import', 'number'), name='contact_import_row_number')],
        },
    ),
    migrations.CreateModel(
        name='KeptView',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('name', models.CharField(max_length=40, verbose_name='name')),
            ('query', models.CharField(blank=True, max_length=3000, verbose_name='query')),
            ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
            ('pro', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro', verbose_name='Pro')),
            ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='kept_views', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ('is_shared', models.BooleanField(db_default=False, default=False, verbose_name='shared with the office')),
        ],
        options={
            'verbose_name': 'kept view',
            'verbose_name_plural': 'kept views',
        },
    ),
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
    migrations.CreateModel(
        name='MarkKey',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('secret', config.web.secret_field.SecretField(editable=False)),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
        ],
    ),
    migrations.CreateModel(
        name='BulkRun',
        fields=[
            ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ('list_name', models.CharField(max_length=20)),
            ('action', models.CharField(blank=True, max_length=60)),
            ('state', models.CharField(choices=[('planned', 'Not started'), ('running', 'In progress'), ('stopped', 'Stopped'), ('done', 'Done'), ('undoing', 'Being undone'), ('undo_stopped', 'Undoing stopped'), ('undone', 'Undone')], default='planned', max_length=15)),
            ('total', models.PositiveIntegerField(default=0)),
            ('position', models.PositiveIntegerField(default=0)),
            ('done', models.PositiveIntegerField(default=0)),
            ('counts', models.JSONField(default=dict)),
            ('error', models.CharField(blank=True, max_length=200)),
            ('is_forgotten', models.BooleanField(default=False)),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ('finished_at', models.DateTimeField(null=True)),
            ('undone_at', models.DateTimeField(null=True)),
            ('pro', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro')),
            ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
        ],
        options={
            'verbose_name': 'bulk change',
            'verbose_name_plural': 'bulk changes',
            'indexes': [models.Index(fields=['pro', '-created_at', '-id'], name='bulk_run_newest')],
        },
    ),
    migrations.CreateModel(
        name='BulkRow',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('number', models.PositiveIntegerField()),
            ('object_uuid', models.UUIDField(null=True)),
            ('object_number', models.BigIntegerField(null=True)),
            ('outcome', models.CharField(blank=True, db_default='', default='', max_length=20)),
            ('before', models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict)),
            ('undo', models.CharField(blank=True, db_default='', default='', max_length=20)),
            ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='contacts.bulkrun')),
        ],
        options={
            'verbose_name': 'row of a bulk change',
            'verbose_name_plural': 'rows of bulk changes',
            'indexes': [models.Index(condition=models.Q(('object_uuid__isnull', False)), fields=['object_uuid'], name='bulk_row_of_uuid'), models.Index(condition=models.Q(('object_number__isnull', False)), fields=['object_number'], name='bulk_row_of_number')],
            'constraints': [models.UniqueConstraint(fields=('run', 'number'), name='bulk_row_number')],
        },
    ),
]
