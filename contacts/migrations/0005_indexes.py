import django.db.models.functions.text
from django.db import migrations, models

from contacts.search import make_search_text
from contacts.search_index import create_search_index, drop_search_index


def fill(apps, schema_editor):
    """Search texts gain the phone as it is dialled at home."""
    contacts = apps.get_model("contacts", "Contact").objects
    for contact in contacts.only("name", "email", "phone", "search_text").iterator():
        text = make_search_text(contact.name, contact.email, contact.phone)
        if text != contact.search_text:
            contacts.filter(pk=contact.pk).update(search_text=text)


def create(apps, schema_editor):
    create_search_index(schema_editor.connection)


def drop(apps, schema_editor):
    drop_search_index(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0004_workspace'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(models.F('pro'), django.db.models.functions.text.Lower('email'), name='contact_email'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(fields=['pro', 'phone'], name='contact_phone'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(create, drop),
    ]
