# Nothing asks who has unread messages by the number of them; each message that arrives would change the index.

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0041_consent_token"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="contact",
            name="contact_unread",
        ),
    ]
