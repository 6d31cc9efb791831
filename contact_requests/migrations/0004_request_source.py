from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contact_requests', '0003_property_reference'),
    ]

    operations = [
        migrations.AddField(
            model_name='contactrequest',
            name='source',
            field=models.CharField(db_default='contact_form', default='contact_form', max_length=50, verbose_name='source'),
        ),
    ]
