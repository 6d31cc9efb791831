"""Makes the tables of accounts as the replaced migrations leave them.

A database that has none of the replaced migrations is made by this one. One that has some of them goes through the rest.
"""

import config.accounts.models.identity
import config.accounts.models.pro
import config.accounts.models.token
import config.web.secret_field
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from config.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('accounts', '0001_initial'),
        ('accounts', '0002_undo_and_signatures'),
        ('accounts', '0003_admin_lists'),
        ('accounts', '0004_sessions'),
        ('accounts', '0005_first_passwords'),
        ('accounts', '0006_address_changes'),
        ('accounts', '0007_bounced_addresses'),
        ('accounts', '0008_allowed_origins'),
        ('accounts', '0009_account_mails_bounce'),
        ('accounts', '0010_events'),
        ('accounts', '0011_roles_and_invitations'),
        ('accounts', '0012_second_factor'),
        ('accounts', '0013_assigning'),
        ('accounts', '0014_absences'),
        ('accounts', '0015_second_factor_required_from'),
    ]

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name='Pro',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=200, verbose_name='name')),
                    ('email', models.EmailField(help_text="Where notifications go, and where visitors' answers arrive.", max_length=254, verbose_name='e-mail')),
                    ('phone', models.CharField(blank=True, max_length=32, verbose_name='phone')),
                    ('country', models.CharField(default='FR', help_text='National phone numbers are read as numbers of this country (ISO 3166, such as FR).', max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z]{2}\\Z', 'Use the two capital letters of ISO 3166, such as FR.')], verbose_name='country')),
                    ('language', models.CharField(choices=[('en', 'English'), ('fr', 'Français'), ('nl', 'Nederlands')], default='en', max_length=5, verbose_name='language')),
                    ('time_zone', models.CharField(default='Europe/Paris', max_length=64, validators=[config.accounts.models.pro.validate_time_zone], verbose_name='time zone')),
                    ('plan', models.CharField(choices=[('free', 'Free'), ('pro', 'Pro'), ('enterprise', 'Enterprise')], default='free', max_length=20, verbose_name='plan')),
                    ('cni_required', models.BooleanField(default=False, help_text='The workspace and /pro stay closed until an identity document is approved.', verbose_name='identity check required')),
                    ('cni_verified_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='identity verified at')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                    ('event_types', models.TextField(blank=True, db_default='', default='', editable=False)),
                    ('second_factor_required', models.BooleanField(db_default=False, default=False, editable=False, verbose_name='second factor required')),
                    ('assigns_by_turns', models.BooleanField(db_default=False, default=False, help_text='Who is nobody’s and writes is assigned to your colleagues by turns; whoever is away is left out.', verbose_name='assign by turns')),
                    ('silent_hours', models.PositiveSmallIntegerField(db_default=0, default=0, help_text='After so many hours without an answer a person is nobody’s again. 0: never.', validators=[django.core.validators.MaxValueValidator(240)], verbose_name='hours of silence')),
                    ('second_factor_required_from', models.DateTimeField(editable=False, null=True, verbose_name='second factor required from')),
                ],
                options={
                    'verbose_name': 'Pro',
                    'verbose_name_plural': 'Pros',
                    'constraints': [models.CheckConstraint(condition=models.Q(('plan__in', ['free', 'pro', 'enterprise'])), name='pro_plan_known')],
                    'indexes': [models.Index(fields=['name', 'id'], name='pro_by_name')],
                },
            ),
            migrations.CreateModel(
                name='User',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                    ('email', models.EmailField(error_messages={'unique': 'This address is already in use.'}, max_length=254, unique=True, verbose_name='e-mail')),
                    ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                    ('language', models.CharField(choices=[('en', 'English'), ('fr', 'Français'), ('nl', 'Nederlands')], default='en', max_length=5, verbose_name='language')),
                    ('userhub_id', models.BigIntegerField(blank=True, help_text="This person's id in UserHub, if any.", null=True, unique=True, verbose_name='UserHub id')),
                    ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                    ('is_staff', models.BooleanField(default=False, help_text='May open the admin.', verbose_name='staff')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                    ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                    ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                    ('pro', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='users', to='accounts.pro', verbose_name='Pro')),
                    ('undo_seconds', models.PositiveSmallIntegerField(db_default=10, default=10, help_text='How long an answer waits before it leaves: 0 to 30.', validators=[django.core.validators.MaxValueValidator(30)], verbose_name='seconds to undo')),
                    ('password_ends_at', models.DateTimeField(editable=False, null=True, verbose_name='password ends at')),
                    ('address_changes', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                    ('away_until', models.DateField(blank=True, null=True, verbose_name='away until')),
                    ('role', models.CharField(choices=[('owner', 'Owner'), ('member', 'Member')], db_default='owner', default='owner', help_text='Owners may open everything, members not the settings of the office, exports and erasures.', max_length=10, verbose_name='role')),
                    ('stand_in', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='stand-in')),
                    ('second_factor_at', models.DateTimeField(editable=False, null=True, verbose_name='second factor since')),
                    ('last_turn', models.PositiveBigIntegerField(db_default=0, default=0, editable=False)),
                    ('waiting_shown', models.CharField(choices=[('everyone', 'Everyone'), ('mine', 'Mine'), ('nobody', 'Nobody’s')], db_default='everyone', default='everyone', editable=False, max_length=10)),
                    ('away_from', models.DateField(blank=True, null=True, verbose_name='away from')),
                ],
                options={
                    'verbose_name': 'user',
                    'verbose_name_plural': 'users',
                    'constraints': [models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='user_email_lower'), models.CheckConstraint(condition=models.Q(('undo_seconds__lte', 30)), name='user_undo_seconds_bounded')],
                },
            ),
            migrations.CreateModel(
                name='IdentityDocument',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('file', models.FileField(upload_to=config.accounts.models.identity._random_path, verbose_name='file')),
                    ('filename', models.CharField(max_length=200, verbose_name='original name')),
                    ('content_type', models.CharField(max_length=50, verbose_name='type')),
                    ('size', models.PositiveIntegerField(verbose_name='size')),
                    ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                    ('state', models.CharField(choices=[('pending', 'Waiting for review'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('replaced', 'Replaced by a newer one')], default='pending', max_length=10, verbose_name='state')),
                    ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                    ('uploaded_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='uploaded at')),
                    ('reviewed_at', models.DateTimeField(null=True, verbose_name='reviewed at')),
                    ('reviewed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('uploaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pro', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='identity_documents', to='accounts.pro', verbose_name='Pro')),
                ],
                options={
                    'verbose_name': 'identity document',
                    'verbose_name_plural': 'identity documents',
                    'ordering': ['-uploaded_at', '-id'],
                    'indexes': [models.Index(fields=['-reviewed_at', '-id'], name='identity_unreviewed_first')],
                },
            ),
            migrations.CreateModel(
                name='ApiToken',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=100, verbose_name='name')),
                    ('prefix', models.CharField(editable=False, max_length=12, unique=True, verbose_name='prefix')),
                    ('hash', models.CharField(editable=False, max_length=64)),
                    ('scopes', models.JSONField(default=list, validators=[config.accounts.models.token.validate_scopes], verbose_name='scopes')),
                    ('actor_id', models.BigIntegerField(blank=True, help_text='The UserHub user on whose behalf this program acts, if any.', null=True, verbose_name='acting UserHub user')),
                    ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='expires at')),
                    ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='revoked at')),
                    ('last_used_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last used at')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                    ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                    ('pro', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='accounts.pro', verbose_name='Pro')),
                ],
                options={
                    'verbose_name': 'API token',
                    'verbose_name_plural': 'API tokens',
                    'ordering': ['-created_at', '-id'],
                },
            ),
            migrations.CreateModel(
                name='Signature',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('language', models.CharField(choices=[('en', 'English'), ('fr', 'Français'), ('nl', 'Nederlands')], max_length=5, verbose_name='language')),
                    ('text', models.TextField(max_length=1000, verbose_name='text')),
                    ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='signatures', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ],
                options={
                    'verbose_name': 'signature',
                    'verbose_name_plural': 'signatures',
                    'constraints': [models.UniqueConstraint(fields=('user', 'language'), name='signature_once')],
                },
            ),
            migrations.CreateModel(
                name='Session',
                fields=[
                    ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                    ('session_data', models.TextField(verbose_name='session data')),
                    ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                    ('seen_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='last seen')),
                    ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ],
                options={
                    'verbose_name': 'session',
                    'verbose_name_plural': 'sessions',
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='BouncedAddress',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('address', models.CharField(max_length=254, verbose_name='address')),
                    ('reason', models.CharField(choices=[('gone', 'No such mailbox'), ('complaint', 'Reported as spam')], max_length=10, verbose_name='reason')),
                    ('mail', models.CharField(choices=[('acknowledgment', 'Acknowledgment'), ('answer', 'Answer'), ('offer', 'Offer'), ('notification', 'Notification'), ('account', 'Mail about an account')], max_length=20, verbose_name='mail')),
                    ('since', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='since')),
                    ('pro', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro', verbose_name='Pro')),
                ],
                options={
                    'verbose_name': 'address that bounced',
                    'verbose_name_plural': 'addresses that bounced',
                    'constraints': [models.UniqueConstraint(fields=('pro', 'address'), name='bounced_address_once')],
                },
            ),
            migrations.CreateModel(
                name='AllowedOrigin',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('origin', models.CharField(max_length=255, verbose_name='origin')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                    ('pro', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.pro', verbose_name='Pro')),
                ],
                options={
                    'verbose_name': 'allowed origin',
                    'verbose_name_plural': 'allowed origins',
                    'indexes': [models.Index(fields=['origin'], name='allowed_origin')],
                    'constraints': [models.UniqueConstraint(fields=('pro', 'origin'), name='allowed_origin_once')],
                },
            ),
            migrations.CreateModel(
                name='Invitation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                    ('role', models.CharField(choices=[('owner', 'Owner'), ('member', 'Member')], default='member', max_length=10, verbose_name='role')),
                    ('language', models.CharField(choices=[('en', 'English'), ('fr', 'Français'), ('nl', 'Nederlands')], default='en', max_length=5, verbose_name='language')),
                    ('mails', models.PositiveIntegerField(default=0, editable=False)),
                    ('mailed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='mailed at')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                    ('invited_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='invited by')),
                    ('pro', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='accounts.pro', verbose_name='Pro')),
                ],
                options={
                    'verbose_name': 'invitation',
                    'verbose_name_plural': 'invitations',
                    'constraints': [models.UniqueConstraint(fields=('pro', 'email'), name='invitation_once'), models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='invitation_email_lower')],
                },
            ),
            migrations.CreateModel(
                name='CodeApp',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=100, verbose_name='name')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                    ('used_at', models.DateTimeField(editable=False, null=True, verbose_name='last used at')),
                    ('secret', config.web.secret_field.SecretField(editable=False)),
                    ('last_step', models.BigIntegerField(default=0, editable=False)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ],
                options={
                    'verbose_name': 'authenticator app',
                    'verbose_name_plural': 'authenticator apps',
                    'ordering': ['created_at', 'pk'],
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Passkey',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=100, verbose_name='name')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                    ('used_at', models.DateTimeField(editable=False, null=True, verbose_name='last used at')),
                    ('credential_id', models.CharField(editable=False, max_length=1364, unique=True)),
                    ('credential', models.TextField(editable=False)),
                    ('sign_count', models.BigIntegerField(default=0, editable=False)),
                    ('last_challenge', models.BigIntegerField(default=0, editable=False)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ],
                options={
                    'verbose_name': 'passkey',
                    'verbose_name_plural': 'passkeys',
                    'ordering': ['created_at', 'pk'],
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='RecoveryCode',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('salt', models.CharField(editable=False, max_length=32)),
                    ('digest', models.CharField(editable=False, max_length=64)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ],
                options={
                    'verbose_name': 'recovery code',
                    'verbose_name_plural': 'recovery codes',
                },
            ),
        ),
    ]
