from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('contact_requests', '0010_replies_to_messages'),
    ]

    operations = [
        migrations.DeleteModel(
            name='Reply',
        ),
    ]
