from django.db import migrations

from config.search.index import SearchIndex

INDEX = SearchIndex(
    name="inquiry_search", table="inquiries_inquiry", full_text="inquiries_search", has_integer_key=True
)


class Migration(migrations.Migration):

    dependencies = [
        ('inquiries', '0004_around_an_inquiry'),
    ]

    operations = [INDEX.operation()]
