import config.web.secret_field
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('contacts', '0017_message_media'),
    ]

    operations = [
        migrations.CreateModel(
            name='FiledCopy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
            ],
            options={
                'verbose_name': 'copy of an answer in Sent',
                'verbose_name_plural': 'copies of answers in Sent',
            },
        ),
        migrations.CreateModel(
            name='MailboxFolder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('inbox', 'INBOX'), ('sent', 'Sent')], max_length=10)),
                ('name', models.CharField(max_length=500)),
                ('uidvalidity', models.BigIntegerField(default=0)),
                ('last_uid', models.BigIntegerField(default=0)),
                ('refused_uid', models.BigIntegerField(default=0)),
                ('refusals', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'mailbox folder',
                'verbose_name_plural': 'mailbox folders',
            },
        ),
        migrations.CreateModel(
            name='MailboxSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('imap_host', models.CharField(max_length=253, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?\\Z', 'Enter the name of a server.')], verbose_name='IMAP server')),
                ('imap_port', models.PositiveIntegerField(default=993, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(65535)], verbose_name='IMAP port')),
                ('imap_security', models.CharField(choices=[('tls', 'TLS'), ('starttls', 'STARTTLS')], default='tls', max_length=10, verbose_name='encryption of IMAP')),
                ('smtp_host', models.CharField(max_length=253, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?\\Z', 'Enter the name of a server.')], verbose_name='SMTP server')),
                ('smtp_port', models.PositiveIntegerField(default=465, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(65535)], verbose_name='SMTP port')),
                ('smtp_security', models.CharField(choices=[('tls', 'TLS'), ('starttls', 'STARTTLS')], default='tls', max_length=10, verbose_name='encryption of SMTP')),
                ('username', models.CharField(max_length=254, validators=[django.core.validators.RegexValidator('^[^\\x00-\\x1f\\x7f]*\\Z', 'Use one line, without control characters.')], verbose_name='user name')),
                ('password', config.web.secret_field.SecretField(blank=True, validators=[django.core.validators.RegexValidator('^[^\\x00-\\x1f\\x7f]*\\Z', 'Use one line, without control characters.')], verbose_name='password')),
                ('client_id', models.CharField(blank=True, max_length=254, validators=[django.core.validators.RegexValidator('^[^\\x00-\\x1f\\x7f]*\\Z', 'Use one line, without control characters.')], verbose_name='client ID')),
                ('client_secret', config.web.secret_field.SecretField(blank=True, validators=[django.core.validators.RegexValidator('^[^\\x00-\\x1f\\x7f]*\\Z', 'Use one line, without control characters.')], verbose_name='client secret')),
                ('token_url', models.CharField(blank=True, max_length=500, validators=[django.core.validators.RegexValidator('^https://[A-Za-z0-9.-]+(:\\d{1,5})?(/[!-~]*)?\\Z', 'Enter an address that begins with https://.')], verbose_name='token URL')),
                ('refresh_token', config.web.secret_field.SecretField(blank=True, validators=[django.core.validators.RegexValidator('^[^\\x00-\\x1f\\x7f]*\\Z', 'Use one line, without control characters.')], verbose_name='refresh token')),
                ('access_token', config.web.secret_field.SecretField(blank=True, editable=False)),
                ('access_token_expires_at', models.DateTimeField(editable=False, null=True)),
                ('since', models.DateField(default=django.utils.timezone.localdate, verbose_name='read e-mails from')),
                ('connected_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='connected at')),
                ('poll_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False, verbose_name='next poll')),
                ('polling_until', models.DateTimeField(editable=False, null=True)),
                ('polled_at', models.DateTimeField(editable=False, null=True, verbose_name='last read')),
                ('failures', models.PositiveIntegerField(default=0, editable=False, verbose_name='failures in a row')),
                ('error', models.CharField(blank=True, editable=False, max_length=300, verbose_name='last failure')),
                ('failed_at', models.DateTimeField(editable=False, null=True, verbose_name='failed at')),
            ],
            options={
                'verbose_name': 'mailbox',
                'verbose_name_plural': 'mailboxes',
            },
        ),
        migrations.RemoveConstraint(
            model_name='channelconnection',
            name='channel_connection_provider_known',
        ),
        migrations.AlterField(
            model_name='channelconnection',
            name='provider',
            field=models.CharField(choices=[('whatsapp', 'WhatsApp Cloud API'), ('telegram', 'Telegram Bot API'), ('mailgun', 'Mailgun'), ('postmark', 'Postmark'), ('mime', 'Own mail server (signed MIME)'), ('mailbox', 'Mailbox (IMAP)')], max_length=20, verbose_name='provider'),
        ),
        migrations.AlterField(
            model_name='channeldelivery',
            name='provider',
            field=models.CharField(choices=[('whatsapp', 'WhatsApp Cloud API'), ('telegram', 'Telegram Bot API'), ('mailgun', 'Mailgun'), ('postmark', 'Postmark'), ('mime', 'Own mail server (signed MIME)'), ('mailbox', 'Mailbox (IMAP)')], editable=False, max_length=20, verbose_name='provider'),
        ),
        migrations.AddConstraint(
            model_name='channelconnection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('channel', 'whatsapp'), ('provider', 'whatsapp')), models.Q(('channel', 'telegram'), ('provider', 'telegram')), models.Q(('channel', 'email'), ('provider__in', ['mailgun', 'postmark', 'mime', 'mailbox'])), _connector='OR'), name='channel_connection_provider_known'),
        ),
        migrations.AddField(
            model_name='filedcopy',
            name='message',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='filed_copy', to='contacts.contactmessage'),
        ),
        migrations.AddField(
            model_name='mailboxsettings',
            name='connection',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='mailbox', to='contacts.channelconnection'),
        ),
        migrations.AddField(
            model_name='mailboxfolder',
            name='mailbox',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='folders', to='contacts.mailboxsettings'),
        ),
        migrations.AddConstraint(
            model_name='mailboxfolder',
            constraint=models.UniqueConstraint(fields=('mailbox', 'role'), name='mailbox_folder_once'),
        ),
    ]
