from django.db import migrations


class Migration(migrations.Migration):
    """Hands the model to `files`; the table stays as it is."""

    dependencies = [("web", "0002_loose_file"), ("files", "0001_loose_file")]
    operations = [migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="LooseFile")])]
