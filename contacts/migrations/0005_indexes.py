import django.db.models.functions.text
from django.db import migrations, models

from config.search.index import SearchIndex
from contacts.search_text import contact_search_text

INDEX = SearchIndex(name="contact_search", table="contacts_contact", full_text="contacts_search")


def fill(apps, schema_editor):
    """Search texts gain the phone as it is dialled at home."""
    contacts = apps.get_model("contacts", "Contact").objects
    for contact in contacts.only("name", "email", "phone", "search_text").iterator():
        text = contact_search_text(contact.name, contact.email, contact.phone)
        if text != contact.search_text:
            contacts.filter(pk=contact.pk).update(search_text=text)


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
        INDEX.operation(),
    ]
