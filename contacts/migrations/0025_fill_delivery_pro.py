from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill_pro(apps, schema_editor):
    deliveries = apps.get_model("contacts", "ChannelDelivery").objects.filter(pro=None)
    connections = apps.get_model("contacts", "ChannelConnection").objects
    owner = connections.filter(pk=OuterRef("connection")).values("pro")
    deliveries.update(pro=Subquery(owner))


class Migration(migrations.Migration):
    dependencies = [("contacts", "0024_reply_deliveries")]
    operations = [migrations.RunPython(fill_pro, migrations.RunPython.noop, elidable=True)]
