from django.db import migrations, models
from django.db.models import Q

from config.migrating import AddUniqueOnline


class Migration(migrations.Migration):
    # The index is made while others write.
    atomic = False
    dependencies = [("contacts", "0039_external_id")]
    operations = [
        AddUniqueOnline(
            model_name="contact",
            constraint=models.UniqueConstraint(
                fields=["pro", "external_id"],
                condition=~Q(external_id="") & (Q(deleted_at__isnull=True) | Q(merged_into__isnull=False)),
                name="contact_external_id",
            ),
        ),
    ]
