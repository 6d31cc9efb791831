from django.db import migrations, models

from config.migrating import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("notifications", "0003_overdue")]

    operations = [
        AddIndexOnline(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("state", "claimed")), fields=["claimed_by"], name="notification_claimed"
            ),
        ),
    ]
