"""Marks what stands already: messages of programs as silent, and addresses that were only typed into a form as stated."""

from django.db import migrations


def mark(apps, schema_editor):
    alias = schema_editor.connection.alias
    messages = apps.get_model("contacts", "ContactMessage").objects.using(alias)
    messages.filter(is_automatic=True).update(is_silent=True)
    contacts = apps.get_model("contacts", "Contact").objects.using(alias).filter(source="contact_form")
    visitors = contacts.exclude(pk__in=messages.filter(state="received").values("contact"))
    identities = apps.get_model("contacts", "ContactIdentity").objects.using(alias)
    identities.filter(contact__in=visitors.values("pk")).update(is_stated=True)


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0012_originals_and_senders'),
    ]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
