
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0013_assigning'),
        ('contacts', '0049_overdue_told'),
    ]

    operations = [
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
    ]
