from django.db import migrations

from config.search.index import SearchIndex

INDEX = SearchIndex(
    name="request_search", table="contact_requests_contactrequest", full_text="contact_requests_search"
)


class Migration(migrations.Migration):

    dependencies = [
        ('contact_requests', '0001_initial'),
    ]

    operations = [INDEX.operation()]
