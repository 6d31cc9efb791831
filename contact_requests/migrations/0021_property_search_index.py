from django.db import migrations

from config.search.index import SearchIndex

INDEX = SearchIndex(
    name="property_search", table="contact_requests_property", full_text="properties_search", shared=("state",)
)


class Migration(migrations.Migration):

    dependencies = [
        ('contact_requests', '0020_fill_property_search_text'),
    ]

    operations = [INDEX.operation()]
