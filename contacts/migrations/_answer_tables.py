"""The tables of answers: texts, drafts, who waits, hours, replies by themselves and reports."""

import contacts.models.office_hours
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name='CannedReply',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('title', models.CharField(max_length=100, verbose_name='title')),
            ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
            ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
            ('pro', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='canned_replies', to='accounts.pro', verbose_name='Pro')),
            ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='canned_replies', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ('deleted_at', models.DateTimeField(editable=False, null=True, verbose_name='deleted at')),
        ],
        options={
            'verbose_name': 'canned reply',
            'verbose_name_plural': 'canned replies',
        },
    ),
    migrations.CreateModel(
        name='CannedReplyText',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('language', models.CharField(choices=[('en', 'English'), ('fr', 'Français'), ('nl', 'Nederlands')], max_length=5, verbose_name='language')),
            ('text', models.TextField(max_length=10000, verbose_name='text')),
            ('canned_reply', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='contacts.cannedreply')),
        ],
        options={
            'verbose_name': 'text of a canned reply',
            'verbose_name_plural': 'texts of a canned reply',
            'constraints': [models.UniqueConstraint(fields=('canned_reply', 'language'), name='canned_reply_text_once')],
        },
    ),
    migrations.CreateModel(
        name='Draft',
        fields=[
            ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ('kind', models.CharField(choices=[('message', 'Message'), ('note', 'Note')], default='message', max_length=10, verbose_name='kind')),
            ('topic', models.CharField(blank=True, max_length=60, verbose_name='topic')),
            ('channel', models.CharField(blank=True, max_length=20, verbose_name='channel')),
            ('text', models.TextField(blank=True, verbose_name='text')),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
            ('updated_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='updated at')),
            ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='contacts.contact', verbose_name='contact')),
            ('pro', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro', verbose_name='Pro')),
            ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ('cc', models.CharField(blank=True, db_default='', max_length=1000, verbose_name='copy to')),
        ],
        options={
            'verbose_name': 'draft',
            'verbose_name_plural': 'drafts',
            'constraints': [models.UniqueConstraint(fields=('user', 'contact', 'kind', 'topic'), name='draft_once')],
        },
    ),
    migrations.CreateModel(
        name='DraftFile',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('key', models.CharField(editable=False, max_length=100, unique=True, verbose_name='key in the storage')),
            ('filename', models.CharField(max_length=255, verbose_name='file name')),
            ('mime_type', models.CharField(max_length=100, verbose_name='kind')),
            ('size', models.BigIntegerField(verbose_name='size in bytes')),
            ('sha256', models.CharField(max_length=64)),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='uploaded at')),
            ('draft', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='contacts.draft', verbose_name='draft')),
        ],
        options={
            'verbose_name': 'file of a draft',
            'verbose_name_plural': 'files of drafts',
            'ordering': ['id'],
            'abstract': False,
        },
    ),
    migrations.CreateModel(
        name='WaitingItem',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('kind', models.CharField(choices=[('request', 'Request'), ('message', 'Message'), ('inquiry', 'Inquiry'), ('offer', 'Answer to an offer'), ('reminder', 'Reminder')], max_length=10, verbose_name='kind')),
            ('key', models.CharField(max_length=36, verbose_name='id')),
            ('since', models.DateTimeField(verbose_name='waiting since')),
            ('channel', models.CharField(blank=True, max_length=20, verbose_name='channel')),
            ('about', models.CharField(blank=True, max_length=200, verbose_name='about')),
            ('words', models.CharField(blank=True, max_length=200, verbose_name='first words')),
            ('later_until', models.DateTimeField(null=True, verbose_name='put off until')),
            ('later_words', models.CharField(blank=True, max_length=200, verbose_name='reminder')),
            ('later_was', models.DateTimeField(editable=False, null=True)),
            ('is_returned', models.BooleanField(default=False, verbose_name='came back')),
            ('ended_at', models.DateTimeField(null=True, verbose_name='ended at')),
            ('outcome', models.CharField(blank=True, choices=[('answered', 'Answered'), ('another_way', 'Answered another way'), ('no_answer', 'No answer needed'), ('wrote_again', 'They wrote again'), ('spam', 'Set aside as spam'), ('archived', 'Contact archived'), ('closed', 'Inquiry closed')], max_length=20, verbose_name='ended by')),
            ('answer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='settled_items', to='contacts.contactmessage', verbose_name='answer')),
            ('contact', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='waiting_items', to='contacts.contact', verbose_name='contact')),
            ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ('ended_by_token', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.apitoken', verbose_name='by program')),
            ('later_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='put off by')),
            ('pro', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro', verbose_name='Pro')),
            ('assigned_to', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='assigned to')),
            ('overdue_told', models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
            ('inquiry_type_id', models.BigIntegerField(null=True, verbose_name='type')),
            ('property_id', models.UUIDField(null=True, verbose_name='property')),
            ('source', models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='source')),
        ],
        options={
            'verbose_name': 'waiting item',
            'verbose_name_plural': 'waiting items',
            'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True), ('later_until__isnull', True)), fields=['contact', '-is_returned', 'since', 'id'], name='waiting_of_contact'), models.Index(condition=models.Q(('ended_at__isnull', True), ('later_until__isnull', True), ('kind', 'offer')), fields=['pro', '-since'], name='waiting_offers'), models.Index(fields=['contact', '-since', '-id'], name='waiting_all_of_contact'), models.Index(condition=models.Q(('ended_at__isnull', True), ('later_until__isnull', False)), fields=['contact', 'later_until', 'id'], name='waiting_later_of_contact'), models.Index(condition=models.Q(('ended_at__isnull', True), ('later_until__isnull', False)), fields=['later_until'], name='waiting_due'), models.Index(condition=models.Q(('ended_at__isnull', False)), fields=['pro', '-ended_at', '-id'], name='waiting_done'), models.Index(condition=models.Q(('ended_at__isnull', True), ('later_until__isnull', True)), fields=['pro', '-is_returned', 'since', 'id', 'contact'], name='waiting_list'), models.Index(condition=models.Q(('ended_at__isnull', True), ('later_until__isnull', False)), fields=['pro', 'later_until', 'id', 'contact'], name='waiting_later'), models.Index(condition=models.Q(('ended_at__isnull', True), ('later_until__isnull', True), ('assigned_to__isnull', False)), fields=['pro', 'assigned_to', '-is_returned', 'since', 'id', 'contact'], name='waiting_of_assignee'), models.Index(condition=models.Q(('ended_at__isnull', True), ('later_until__isnull', True), ('assigned_to__isnull', True)), fields=['pro', '-is_returned', 'since', 'id', 'contact'], name='waiting_of_nobody'), models.Index(fields=['pro', 'since', 'id'], name='waiting_arrived')],
            'constraints': [models.UniqueConstraint(fields=('kind', 'key'), name='waiting_once'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('outcome', '')), models.Q(('ended_at__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='waiting_end_has_outcome')],
        },
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
        name='OwnHours',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('week', models.JSONField(default=list, validators=[contacts.models.office_hours.validate_week], verbose_name='week')),
            ('pro', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro', verbose_name='Pro')),
            ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
        ],
        options={
            'verbose_name': 'working hours',
            'verbose_name_plural': 'working hours',
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
    migrations.CreateModel(
        name='AutomaticReply',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('channel', models.CharField(choices=[('whatsapp', 'WhatsApp'), ('telegram', 'Telegram'), ('email', 'E-mail')], max_length=20, verbose_name='channel')),
            ('is_open', models.BooleanField(default=False, verbose_name='in office hours')),
            ('language', models.CharField(choices=[('en', 'English'), ('fr', 'Français'), ('nl', 'Nederlands')], max_length=5, verbose_name='language')),
            ('text', models.TextField(max_length=1000, verbose_name='text')),
            ('pro', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro', verbose_name='Pro')),
        ],
        options={
            'verbose_name': 'automatic reply',
            'verbose_name_plural': 'automatic replies',
            'constraints': [models.UniqueConstraint(fields=('pro', 'channel', 'is_open', 'language'), name='automatic_reply_once')],
        },
    ),
    migrations.CreateModel(
        name='AnswerMark',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('n', models.IntegerField(editable=False)),
            ('is_delta', models.BooleanField(default=False, editable=False)),
            ('at', models.DateTimeField()),
            ('pro', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.pro')),
        ],
        options={
            'indexes': [models.Index(fields=['pro', 'at'], name='answer_mark_of_pro')],
        },
    ),
    migrations.CreateModel(
        name='ArrivalMark',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('n', models.IntegerField(editable=False)),
            ('is_delta', models.BooleanField(default=False, editable=False)),
            ('at', models.DateTimeField()),
            ('pro', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.pro')),
        ],
        options={
            'indexes': [models.Index(fields=['pro', 'at'], name='arrival_mark_of_pro')],
        },
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
            ('pro', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro', verbose_name='Pro')),
        ],
        options={
            'verbose_name': 'day of the reports',
            'verbose_name_plural': 'days of the reports',
            'constraints': [models.UniqueConstraint(fields=('pro', 'dimension', 'day', 'value'), name='report_day_once')],
        },
    ),
    migrations.CreateModel(
        name='ReportZone',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('time_zone', models.CharField(max_length=64)),
            ('pro', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro', verbose_name='Pro')),
        ],
        options={
            'verbose_name': 'time zone of the reports',
            'verbose_name_plural': 'time zones of the reports',
        },
    ),
]
