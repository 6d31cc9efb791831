from django.db import migrations, models

from config.search.index import SearchIndex

INDEX = SearchIndex(name="message_search", table="contacts_contactmessage", full_text="messages_search")


def stop_fastupdate(apps, schema_editor):
    """Gives it to the index of contacts that a former release made, and puts into place what waits in its list."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER INDEX contact_search SET (fastupdate = off)")
        schema_editor.execute("SELECT gin_clean_pending_list('contact_search')")


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0010_fill_message_search_text'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='contactmessage',
            index=models.Index(condition=models.Q(('search_text', '')), fields=['id'], name='message_without_search_text'),
        ),
        INDEX.operation(),
        migrations.RunPython(stop_fastupdate, migrations.RunPython.noop),
    ]
