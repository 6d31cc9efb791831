"""Makes the tables of contact requests as the replaced migrations leave them.

A database that has none of the replaced migrations is made by this one. One that has some of them goes through the rest.
"""

import contact_requests.models.office_page
import contact_requests.models.property
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from config.counts.counted import CountedTable
from config.counts.keeping import dropping_triggers
from config.migrating import CreateModels
from config.search.index import SearchIndex

REQUESTS = SearchIndex(
    name="request_search", table="contact_requests_contactrequest", full_text="contact_requests_search"
)
PROPERTIES = SearchIndex(
    name="property_search", table="contact_requests_property", full_text="properties_search", shared=("state",)
)
COUNTED = CountedTable(table="contact_requests_contactrequest", counts="contact_requests_contactrequestcount", groups={})


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('contact_requests', '0001_initial'),
        ('contact_requests', '0002_search_index'),
        ('contact_requests', '0003_property_reference'),
        ('contact_requests', '0004_request_source'),
        ('contact_requests', '0005_returned_acknowledgment'),
        ('contact_requests', '0006_request_message'),
        ('contact_requests', '0007_marked_as_spam'),
        ('contact_requests', '0008_property_picture'),
        ('contact_requests', '0009_who_waits'),
        ('contact_requests', '0010_replies_to_messages'),
        ('contact_requests', '0011_delete_reply'),
        ('contact_requests', '0012_kept_counts'),
        ('contact_requests', '0013_partial_indexes'),
        ('contact_requests', '0014_admin_lists'),
        ('contact_requests', '0015_consent'),
        ('contact_requests', '0016_fill_last_words'),
        ('contact_requests', '0017_order_of_changes'),
        ('contact_requests', '0018_property_updated_at'),
        ('contact_requests', '0019_property_pages'),
        ('contact_requests', '0020_fill_property_search_text'),
        ('contact_requests', '0021_property_search_index'),
        ('contact_requests', '0022_newest_properties'),
        ('contact_requests', '0023_deleted_row'),
        ('contact_requests', '0024_property_agent'),
        ('contact_requests', '0025_foreign_site'),
        ('contact_requests', '0026_property_imports'),
    ]

    dependencies = [
        ('accounts', '0001_squashed_0015_second_factor_required_from'),
        ('contacts', '0001_squashed_0053_own_hours'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name='Property',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('slug', models.SlugField(max_length=120, unique=True, verbose_name='address on the site')),
                    ('title', models.CharField(max_length=200, verbose_name='title')),
                    ('summary', models.CharField(blank=True, help_text='One line, such as 3 rooms · 68 m².', max_length=300, verbose_name='key facts')),
                    ('description', models.TextField(blank=True, max_length=10000, verbose_name='description')),
                    ('city', models.CharField(blank=True, max_length=100, verbose_name='city')),
                    ('price', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='price in euros')),
                    ('is_published', models.BooleanField(default=True, help_text='Off: visitors do not see its page.', verbose_name='published')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                    ('pro', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='properties', to='accounts.pro', verbose_name='Pro')),
                    ('reference', models.CharField(blank=True, db_default='', default='', help_text="The office's own, by which e-mails and programs name the property.", max_length=100, validators=[contact_requests.models.property.validate_reference], verbose_name='reference')),
                    ('reference_key', models.CharField(blank=True, db_default='', default='', editable=False, max_length=100)),
                    ('updated_at', models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='updated at')),
                    ('search_text', models.TextField(db_default='', default='', editable=False)),
                    ('state', models.CharField(choices=[('available', 'Available'), ('under_offer', 'Under offer'), ('sold', 'Sold'), ('let', 'Let'), ('withdrawn', 'Withdrawn')], db_default='available', default='available', max_length=12, verbose_name='state')),
                    ('translations', models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict, editable=False, validators=[contact_requests.models.property.validate_translations])),
                    ('agent', models.ForeignKey(blank=True, db_index=False, help_text='A colleague to whom those who ask about it are assigned.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='agent')),
                ],
                options={
                    'verbose_name': 'property',
                    'verbose_name_plural': 'properties',
                    'ordering': ['title'],
                    'indexes': [models.Index(fields=['-created_at', '-id'], name='property_of_all_pros'), models.Index(fields=['pro', '-created_at', '-id'], name='property_newest')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('reference_key', ''), _negated=True), fields=('pro', 'reference_key'), name='property_reference_unique'), models.CheckConstraint(condition=models.Q(('state__in', ['available', 'under_offer', 'sold', 'let', 'withdrawn'])), name='property_state_known')],
                },
            ),
            migrations.CreateModel(
                name='ContactRequest',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('name', models.CharField(max_length=200, verbose_name='name')),
                    ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                    ('phone', models.CharField(blank=True, max_length=20, verbose_name='phone')),
                    ('message', models.TextField(max_length=5000, verbose_name='message')),
                    ('language', models.CharField(default='en', max_length=5, verbose_name="visitor's language")),
                    ('status', models.CharField(choices=[('new', 'New'), ('read', 'Read'), ('replied', 'Replied')], default='new', max_length=10, verbose_name='status')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='received at')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                    ('read_at', models.DateTimeField(editable=False, null=True, verbose_name='read at')),
                    ('replied_at', models.DateTimeField(editable=False, null=True, verbose_name='replied at')),
                    ('acknowledged_at', models.DateTimeField(editable=False, null=True, verbose_name='acknowledged at')),
                    ('notified_at', models.DateTimeField(editable=False, null=True, verbose_name='pro notified at')),
                    ('quarantined_at', models.DateTimeField(editable=False, null=True, verbose_name='quarantined at')),
                    ('quarantine_reason', models.CharField(blank=True, choices=[('honeypot', 'The hidden field was filled in'), ('too_fast', 'It was sent too quickly'), ('no_stamp', "It was not sent from the property's page"), ('too_often', 'Too many came from the same network within an hour'), ('foreign_site', 'It was sent from a site that is not among yours'), ('marked', 'Somebody of the office marked it as spam')], editable=False, max_length=20, verbose_name='reason')),
                    ('search_text', models.TextField(editable=False)),
                    ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='contact_requests', to='contacts.contact', verbose_name='contact')),
                    ('pro', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='contact_requests', to='accounts.pro', verbose_name='Pro')),
                    ('property', models.ForeignKey(on_delete=django.db.models.deletion.RESTRICT, related_name='contact_requests', to='contact_requests.property', verbose_name='property')),
                    ('source', models.CharField(db_default='contact_form', default='contact_form', max_length=50, verbose_name='source')),
                    ('acknowledgment_returned_at', models.DateTimeField(editable=False, null=True, verbose_name='acknowledgment returned at')),
                    ('inbound_message', models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='contacts.contactmessage', verbose_name='message')),
                    ('consent', models.JSONField(editable=False, null=True, verbose_name='consent')),
                ],
                options={
                    'verbose_name': 'contact request',
                    'verbose_name_plural': 'contact requests',
                    'indexes': [models.Index(condition=models.Q(('quarantined_at__isnull', True)), fields=['pro', '-created_at', '-id'], name='request_newest'), models.Index(condition=models.Q(('quarantined_at__isnull', True)), fields=['pro', 'status', '-created_at', '-id'], name='request_newest_by_status'), models.Index(condition=models.Q(('quarantined_at__isnull', True), _negated=True), fields=['pro', '-created_at', '-id'], name='request_quarantined'), models.Index(fields=['-created_at', '-id'], name='request_of_all_pros'), models.Index(fields=['pro', 'updated_at', 'id'], name='request_last_changed')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['new', 'read', 'replied'])), name='request_status_known'), models.CheckConstraint(condition=models.Q(('quarantined_at__isnull', False), ('contact__isnull', False), _connector='OR'), name='request_has_contact'), models.CheckConstraint(condition=models.Q(models.Q(('email', ''), _negated=True), models.Q(('phone', ''), _negated=True), _connector='OR'), name='request_can_be_answered')],
                },
            ),
            migrations.CreateModel(
                name='ContactRequestEvent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('from_status', models.CharField(max_length=10, verbose_name='from')),
                    ('to_status', models.CharField(max_length=10, verbose_name='to')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                    ('contact_request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='contact_requests.contactrequest')),
                    ('token', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.apitoken', verbose_name='by program')),
                    ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ],
                options={
                    'verbose_name': 'status change',
                    'verbose_name_plural': 'status changes',
                    'ordering': ['created_at', 'id'],
                },
            ),
            migrations.CreateModel(
                name='PropertyNumber',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('portal', models.CharField(blank=True, help_text='Such as portal.example.', max_length=100, verbose_name='portal')),
                    ('number', models.CharField(max_length=100, validators=[contact_requests.models.property.validate_reference], verbose_name='number')),
                    ('key', models.CharField(editable=False, max_length=100)),
                    ('pro', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro')),
                    ('property', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='numbers', to='contact_requests.property', verbose_name='property')),
                ],
                options={
                    'verbose_name': 'portal number',
                    'verbose_name_plural': 'portal numbers',
                    'ordering': ['portal', 'number', 'id'],
                    'constraints': [models.UniqueConstraint(fields=('pro', 'key'), name='property_number_unique')],
                },
            ),
            migrations.CreateModel(
                name='PropertyPicture',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(editable=False, max_length=100, unique=True, verbose_name='key in the storage')),
                    ('filename', models.CharField(max_length=255, verbose_name='file name')),
                    ('mime_type', models.CharField(max_length=100, verbose_name='kind')),
                    ('size', models.BigIntegerField(verbose_name='size in bytes')),
                    ('sha256', models.CharField(max_length=64)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='uploaded at')),
                    ('description', models.CharField(blank=True, help_text='For visitors who do not see the picture.', max_length=200, verbose_name='description')),
                    ('width', models.PositiveIntegerField(editable=False)),
                    ('height', models.PositiveIntegerField(editable=False)),
                    ('property', models.ForeignKey(on_delete=django.db.models.deletion.RESTRICT, related_name='pictures', to='contact_requests.property', verbose_name='property')),
                    ('position', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                ],
                options={
                    'verbose_name': 'picture',
                    'verbose_name_plural': 'pictures',
                    'ordering': ['position', 'id'],
                    'abstract': False,
                },
            ),
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
            migrations.CreateModel(
                name='OfficePage',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('slug', models.SlugField(max_length=60, unique=True, verbose_name='address on the site')),
                    ('introduction', models.TextField(blank=True, max_length=2000, verbose_name='introduction')),
                    ('is_published', models.BooleanField(default=True, help_text='Off: visitors do not see the page of the office.', verbose_name='published')),
                    ('form_key', models.CharField(default=contact_requests.models.office_page.make_form_key, editable=False, max_length=40, unique=True)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                    ('pro', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='office_page', to='accounts.pro', verbose_name='Pro')),
                ],
                options={
                    'verbose_name': 'page of an office',
                    'verbose_name_plural': 'pages of offices',
                },
            ),
            migrations.CreateModel(
                name='DeletedRow',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('request', 'Contact request'), ('property', 'Property')], max_length=10, verbose_name='kind')),
                    ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='deleted at')),
                    ('pro', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro', verbose_name='Pro')),
                ],
                options={
                    'verbose_name': 'deleted row',
                    'verbose_name_plural': 'deleted rows',
                    'indexes': [models.Index(fields=['pro', 'kind', 'updated_at', 'id'], name='deleted_row_changed')],
                },
            ),
            migrations.CreateModel(
                name='PropertyImport',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('filename', models.CharField(max_length=200)),
                    ('state', models.CharField(choices=[('reading', 'Being read'), ('refused', 'Refused'), ('uploaded', 'Columns to choose'), ('checking', 'Being checked'), ('checked', 'Checked'), ('running', 'Being imported'), ('done', 'Imported'), ('undoing', 'Being undone'), ('undone', 'Undone')], default='uploaded', max_length=10)),
                    ('content', models.BinaryField(null=True)),
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
                    ('kind', models.CharField(choices=[('csv', 'CSV'), ('openimmo', 'OpenImmo')], default='csv', max_length=10)),
                    ('pro', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro')),
                    ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(fields=['pro', '-created_at', '-id'], name='property_import_newest')],
                },
            ),
            migrations.CreateModel(
                name='PropertyImportRow',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveIntegerField()),
                    ('values', models.JSONField(default=list)),
                    ('fields', models.JSONField(default=dict)),
                    ('reasons', models.JSONField(default=dict)),
                    ('outcome', models.CharField(blank=True, choices=[('create', 'New'), ('change', 'To change'), ('same', 'The same already'), ('refuse', 'Refused')], max_length=10)),
                    ('key', models.CharField(blank=True, max_length=100)),
                    ('changed', models.JSONField(default=list)),
                    ('property', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='contact_requests.property')),
                    ('property_import', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='contact_requests.propertyimport')),
                ],
                options={
                    'indexes': [models.Index(fields=['property_import', 'outcome', 'number'], name='property_import_row_outcome'), models.Index(fields=['property_import', 'key'], name='property_import_row_key')],
                    'constraints': [models.UniqueConstraint(fields=('property_import', 'number'), name='property_import_row_number')],
                },
            ),
        ),
        REQUESTS.operation(),
        PROPERTIES.operation(),
        dropping_triggers(COUNTED),
    ]
