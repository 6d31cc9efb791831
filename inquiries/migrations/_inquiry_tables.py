"""The tables around an inquiry: its history, files, offers, moves and counts."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import inquiries.models.offer
import uuid
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name='InquiryHistory',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
            ('from_status', models.CharField(max_length=50, null=True, verbose_name='from')),
            ('from_label', models.CharField(blank=True, max_length=100, verbose_name='label of from')),
            ('to_status', models.CharField(max_length=50, verbose_name='to')),
            ('to_label', models.CharField(max_length=100, verbose_name='label of to')),
            ('changed_by', models.BigIntegerField(null=True, verbose_name='changed by UserHub user')),
            ('by_user_id', models.BigIntegerField(null=True, verbose_name='by user')),
            ('by_token_id', models.BigIntegerField(null=True, verbose_name='by program')),
            ('by_name', models.CharField(blank=True, max_length=254, verbose_name='by')),
            ('note', models.TextField(blank=True, max_length=2000, verbose_name='note')),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
            ('inquiry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='history', to='inquiries.inquiry')),
            ('seal', models.CharField(blank=True, db_default='', default='', editable=False, max_length=64, verbose_name='seal')),
        ],
        options={
            'verbose_name': 'status change of an inquiry',
            'verbose_name_plural': 'status changes of inquiries',
            'ordering': ['id'],
        },
    ),
    migrations.CreateModel(
        name='Attachment',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('key', models.CharField(editable=False, max_length=100, unique=True, verbose_name='key in the storage')),
            ('filename', models.CharField(max_length=255, verbose_name='file name')),
            ('mime_type', models.CharField(max_length=100, verbose_name='kind')),
            ('size', models.BigIntegerField(verbose_name='size in bytes')),
            ('sha256', models.CharField(max_length=64)),
            ('uploaded_by', models.BigIntegerField(null=True, verbose_name='uploaded by UserHub user')),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='uploaded at')),
            ('inquiry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='inquiries.inquiry', verbose_name='inquiry')),
        ],
        options={
            'verbose_name': 'attachment',
            'verbose_name_plural': 'attachments',
            'ordering': ['id'],
        },
    ),
    migrations.CreateModel(
        name='Offer',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('form_id', models.UUIDField(editable=False, null=True)),
            ('key', models.CharField(default=inquiries.models.offer.new_key, editable=False, max_length=64, unique=True)),
            ('title', models.CharField(max_length=255, verbose_name='title')),
            ('text', models.TextField(blank=True, max_length=10000, validators=[django.core.validators.MaxLengthValidator(10000)], verbose_name='description of the offer')),
            ('amount', models.DecimalField(decimal_places=2, max_digits=12, validators=[django.core.validators.MinValueValidator(0)], verbose_name='amount')),
            ('currency', models.CharField(choices=[('EUR', 'Euro'), ('GBP', 'Pound sterling'), ('CHF', 'Swiss franc'), ('USD', 'US dollar')], default='EUR', max_length=3, verbose_name='currency')),
            ('valid_until', models.DateField(blank=True, null=True, verbose_name='valid until')),
            ('status', models.CharField(choices=[('draft', 'Draft'), ('sent', 'Sent'), ('viewed', 'Viewed'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('expired', 'Expired')], default='draft', editable=False, max_length=10, verbose_name='status')),
            ('made_by_name', models.CharField(blank=True, editable=False, max_length=254, verbose_name='made by')),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='made at')),
            ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
            ('sent_at', models.DateTimeField(editable=False, null=True, verbose_name='sent at')),
            ('mailed_at', models.DateTimeField(editable=False, null=True, verbose_name='mailed at')),
            ('mail_error', models.CharField(blank=True, editable=False, max_length=300, verbose_name='last failure')),
            ('mail_failed_at', models.DateTimeField(editable=False, null=True, verbose_name='mail failed at')),
            ('viewed_at', models.DateTimeField(editable=False, null=True, verbose_name='viewed at')),
            ('answered_at', models.DateTimeField(editable=False, null=True, verbose_name='accepted or declined at')),
            ('answer_mailed_at', models.DateTimeField(editable=False, null=True, verbose_name='answer mailed at')),
            ('inquiry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='inquiries.inquiry', verbose_name='inquiry')),
            ('made_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
        ],
        options={
            'verbose_name': 'offer',
            'verbose_name_plural': 'offers',
            'ordering': ['id'],
            'indexes': [models.Index(condition=models.Q(('status__in', ['sent', 'viewed'])), fields=['valid_until'], name='offer_open_until')],
            'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'sent', 'viewed', 'accepted', 'declined', 'expired'])), name='offer_status_known'), models.CheckConstraint(condition=models.Q(('currency__in', ['EUR', 'GBP', 'CHF', 'USD'])), name='offer_currency_known'), models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='offer_amount_positive'), models.UniqueConstraint(fields=('inquiry', 'form_id'), name='offer_form_once')],
        },
    ),
    migrations.CreateModel(
        name='UnsharedHistory',
        fields=[
            ('entry', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='unshared', serialize=False, to='inquiries.inquiryhistory')),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='since')),
            ('held_until', models.DateTimeField(editable=False, null=True, verbose_name='held until')),
            ('error', models.CharField(blank=True, max_length=300, verbose_name='last error')),
        ],
        options={
            'verbose_name': 'status change still to be shared',
            'verbose_name_plural': 'status changes still to be shared',
            'ordering': ['entry_id'],
        },
    ),
    migrations.CreateModel(
        name='PendingMove',
        fields=[
            ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ('from_step', models.CharField(max_length=50, verbose_name='from')),
            ('to_step', models.CharField(max_length=50, verbose_name='to')),
            ('outcome', models.CharField(blank=True, max_length=20, verbose_name='outcome')),
            ('note', models.TextField(blank=True, max_length=2000, verbose_name='note')),
            ('state', models.CharField(choices=[('waiting', 'Waiting'), ('made', 'Made'), ('undone', 'Undone'), ('refused', 'Refused'), ('dismissed', 'Refusal read')], default='waiting', max_length=10, verbose_name='state')),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
            ('due_at', models.DateTimeField(verbose_name='takes effect at')),
            ('job_id', models.UUIDField(editable=False, null=True)),
            ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ('inquiry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pending_moves', to='inquiries.inquiry', verbose_name='inquiry')),
        ],
        options={
            'verbose_name': 'pending move',
            'verbose_name_plural': 'pending moves',
            'ordering': ['created_at', 'id'],
            'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('inquiry',), name='pending_move_once')],
            'indexes': [models.Index(fields=['-created_at', '-id'], name='pending_move_of_all_pros')],
        },
    ),
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
    migrations.CreateModel(
        name='ProfileReading',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('user_id', models.BigIntegerField(verbose_name="customer's UserHub id")),
            ('inquiry_id', models.BigIntegerField(null=True, verbose_name='inquiry')),
            ('by_user_id', models.BigIntegerField(null=True, verbose_name='by user')),
            ('by_token_id', models.BigIntegerField(null=True, verbose_name='by program')),
            ('by_name', models.CharField(blank=True, max_length=254, verbose_name='by')),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
            ('pro', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro', verbose_name='Pro')),
        ],
        options={
            'verbose_name': 'profile given to a Pro',
            'verbose_name_plural': 'profiles given to Pros',
            'ordering': ['-created_at', '-id'],
            'indexes': [models.Index(fields=['pro', '-created_at'], name='profile_reading_of_pro'), models.Index(fields=['-created_at', '-id'], name='profile_reading_newest')],
            'constraints': [models.UniqueConstraint(fields=('pro', 'user_id'), name='profile_reading_once')],
        },
    ),
    migrations.CreateModel(
        name='HistoryHead',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('day', models.DateField(unique=True, verbose_name='day')),
            ('last_id', models.BigIntegerField(verbose_name='last status change')),
            ('rows', models.BigIntegerField(default=0, verbose_name='number of status changes')),
            ('seal', models.CharField(blank=True, max_length=64, verbose_name='seal')),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created at')),
        ],
        options={
            'verbose_name': 'seal of a day',
            'verbose_name_plural': 'seals of days',
            'ordering': ['day'],
        },
    ),
    migrations.CreateModel(
        name='HistoryErasure',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('former_seal', models.CharField(blank=True, max_length=64, verbose_name='former seal')),
            ('rows', models.PositiveIntegerField(verbose_name='number of status changes')),
            ('marks', models.JSONField(default=list)),
            ('is_open', models.BooleanField(default=True)),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='erased at')),
            ('inquiry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inquiries.inquiry', verbose_name='inquiry')),
        ],
        options={
            'verbose_name': 'erasure in a history',
            'verbose_name_plural': 'erasures in histories',
            'ordering': ['id'],
        },
    ),
    migrations.CreateModel(
        name='HistoryDeletion',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('first_id', models.BigIntegerField()),
            ('last_id', models.BigIntegerField(db_index=True)),
            ('marks', models.JSONField(default=list)),
            ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='deleted at')),
        ],
        options={
            'verbose_name': 'deletion in the history',
            'verbose_name_plural': 'deletions in the history',
            'ordering': ['id'],
        },
    ),
    migrations.CreateModel(
        name='HistoryDeparture',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('inquiry_id', models.BigIntegerField(unique=True)),
        ],
    ),
]
