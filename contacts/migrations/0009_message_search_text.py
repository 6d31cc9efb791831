from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0008_messages'),
    ]

    operations = [
        migrations.AddField(
            model_name='contactmessage',
            name='search_text',
            field=models.TextField(db_default='', default='', editable=False),
        ),
    ]
