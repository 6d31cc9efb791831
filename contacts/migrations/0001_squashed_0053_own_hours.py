"""Makes the tables of contacts as the replaced migrations leave them.

A database that has none of the replaced migrations is made by this one. One that has some of them goes through the rest.
What was replaced counts as a whole, so this is one migration: its tables stand in modules that Django does not load.
"""

from django.conf import settings
from django.db import migrations

from config.counts.counted import CountedTable
from config.counts.keeping import dropping_triggers
from config.migrating import CreateModels
from config.search.index import SearchIndex

from . import _answer_tables, _book_tables, _message_tables, _privacy_tables

CONTACTS = SearchIndex(name="contact_search", table="contacts_contact", full_text="contacts_search")
MESSAGES = SearchIndex(name="message_search", table="contacts_contactmessage", full_text="messages_search")
# Table and counts; a migrate makes the triggers at its end.
COUNTED = {
    "contacts_contact": "contacts_contactcount",
    "contacts_waitingitem": "contacts_arrivalmark",
    "contacts_firstresponse": "contacts_answermark",
}


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('contacts', '0001_initial'),
        ('contacts', '0002_complete'),
        ('contacts', '0003_fill_search_text'),
        ('contacts', '0004_workspace'),
        ('contacts', '0005_indexes'),
        ('contacts', '0006_merging'),
        ('contacts', '0007_contact_import'),
        ('contacts', '0008_messages'),
        ('contacts', '0009_message_search_text'),
        ('contacts', '0010_fill_message_search_text'),
        ('contacts', '0011_message_search_index'),
        ('contacts', '0012_originals_and_senders'),
        ('contacts', '0013_mark_silent_and_stated'),
        ('contacts', '0014_import_undo'),
        ('contacts', '0015_answers_and_referrals'),
        ('contacts', '0016_message_lead'),
        ('contacts', '0017_message_media'),
        ('contacts', '0018_mailbox'),
        ('contacts', '0019_whatsapp_templates'),
        ('contacts', '0020_waiting_and_answers'),
        ('contacts', '0021_draft_files'),
        ('contacts', '0022_contact_last_word'),
        ('contacts', '0023_canned_reply_deleted'),
        ('contacts', '0024_reply_deliveries'),
        ('contacts', '0025_fill_delivery_pro'),
        ('contacts', '0026_note_former'),
        ('contacts', '0027_kept_views'),
        ('contacts', '0028_kept_counts'),
        ('contacts', '0029_partial_indexes'),
        ('contacts', '0030_admin_lists'),
        ('contacts', '0031_import_reading'),
        ('contacts', '0032_counted_people'),
        ('contacts', '0033_privacy'),
        ('contacts', '0034_last_words'),
        ('contacts', '0035_fill_last_words'),
        ('contacts', '0036_last_word_indexes'),
        ('contacts', '0037_order_of_changes'),
        ('contacts', '0038_exports_without_requester'),
        ('contacts', '0039_external_id'),
        ('contacts', '0040_unique_external_id'),
        ('contacts', '0041_consent_token'),
        ('contacts', '0042_without_unread_index'),
        ('contacts', '0043_erased_with'),
        ('contacts', '0044_assigned_to'),
        ('contacts', '0045_assigned_to_indexes'),
        ('contacts', '0046_office_hours'),
        ('contacts', '0047_bulk_runs'),
        ('contacts', '0048_shared_views'),
        ('contacts', '0049_overdue_told'),
        ('contacts', '0050_automatic_replies'),
        ('contacts', '0051_reports'),
        ('contacts', '0052_waiting_arrived'),
        ('contacts', '0053_own_hours'),
    ]

    dependencies = [
        ('accounts', '0001_squashed_0015_second_factor_required_from'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            *_book_tables.TABLES, *_message_tables.TABLES, *_answer_tables.TABLES, *_privacy_tables.TABLES
        ),
        CONTACTS.operation(),
        MESSAGES.operation(),
        *(dropping_triggers(CountedTable(table, counts, groups={})) for table, counts in COUNTED.items()),
    ]
