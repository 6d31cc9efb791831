import django.utils.timezone
from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce


def fill(apps, schema_editor):
    """Since when an inquiry stands on its step is when its history was last written, or when it came."""
    history = apps.get_model("inquiries", "InquiryHistory").objects.filter(inquiry=OuterRef("pk")).order_by("-id")
    last = Subquery(history.values("created_at")[:1])
    apps.get_model("inquiries", "Inquiry").objects.update(moved_at=Coalesce(last, F("created_at")))


class Migration(migrations.Migration):

    dependencies = [("inquiries", "0004_around_an_inquiry")]

    operations = [
        migrations.AddField(
            "inquiry",
            "moved_at",
            models.DateTimeField("on its step since", default=django.utils.timezone.now, editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            "inquiry",
            models.Index(fields=["pro", "step", "-moved_at", "-id"], name="inquiry_by_move"),
        ),
    ]
