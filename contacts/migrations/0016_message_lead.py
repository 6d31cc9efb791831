from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0015_answers_and_referrals'),
    ]

    operations = [
        migrations.AddField(
            model_name='contactmessage',
            name='lead',
            field=models.JSONField(editable=False, null=True, verbose_name='lead'),
        ),
    ]
