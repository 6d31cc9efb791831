import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contact_requests', '0005_returned_acknowledgment'),
        ('contacts', '0016_message_lead'),
    ]

    operations = [
        migrations.AddField(
            model_name='contactrequest',
            name='inbound_message',
            field=models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='contacts.contactmessage', verbose_name='message'),
        ),
    ]
