"""Gives the contacts that stand already what the search looks through."""

from django.db import migrations

from config.search.folding import digits, fold


def fill(apps, schema_editor):
    contacts = apps.get_model("contacts", "Contact").objects
    for contact in contacts.filter(search_text="").only("name", "email", "phone").iterator():
        text = "\n".join([fold(contact.name), fold(contact.email), digits(contact.phone)])
        contacts.filter(pk=contact.pk).update(search_text=text)


class Migration(migrations.Migration):

    dependencies = [("contacts", "0002_complete")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
