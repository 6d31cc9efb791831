from django.db import migrations, models

from contacts.models.external_id import validate_external_id


class Migration(migrations.Migration):
    dependencies = [("contacts", "0038_exports_without_requester")]
    operations = [
        migrations.AddField(
            model_name="contact",
            name="external_id",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=200,
                validators=[validate_external_id],
                verbose_name="external id",
            ),
        ),
    ]
