from django.urls import path

from . import consents_api, messages_api, privacy_api, upsert_api  # noqa: F401 - they declare their routes.
from .api import api
from .importing import views as importing
from .views import (
    assigning_settings,
    canned_replies,
    chosen,
    contact,
    contact_list,
    kept_views,
    merging,
    notes,
    privacy,
    privacy_settings,
)

app_name = "contacts"

urlpatterns = [
    path("contacts", contact_list.contact_list, name="contact_list"),
    path("contacts/new", contact_list.contact_new, name="contact_new"),
    path("contacts/archive", chosen.contacts_archive, name="contacts_archive"),
    path("contacts/export-chosen.csv", chosen.contacts_export, name="contacts_export"),
    path("contacts/views", kept_views.view_keep, name="view_keep"),
    path("contacts/views/<int:id>", kept_views.view_rename, name="view_rename"),
    path("contacts/views/<int:id>/delete", kept_views.view_delete, name="view_delete"),
    path("contacts/restore", chosen.contacts_restore, name="contacts_restore"),
    path("contacts/<uuid:id>", contact.contact_detail, name="contact_detail"),
    path("contacts/<uuid:id>/edit/<slug:field>", contact.contact_edit, name="contact_edit"),
    path("contacts/<uuid:id>/archive", contact.contact_archive, name="contact_archive"),
    path("contacts/<uuid:id>/restore", contact.contact_restore, name="contact_restore"),
    path("contacts/<uuid:id>/privacy", privacy.contact_privacy, name="contact_privacy"),
    path("contacts/<uuid:id>/export", privacy.contact_export_person, name="contact_export_person"),
    path("contacts/<uuid:id>/erasure", privacy.contact_erase, name="contact_erase"),
    path("contacts/<uuid:id>/erasure/undo", privacy.contact_keep, name="contact_keep"),
    path("contacts/person-exports/<uuid:id>.zip", privacy.person_export_file, name="person_export_file"),
    path("contacts/<uuid:id>/notes/<uuid:note>", notes.note_edit, name="note_edit"),
    path("contacts/<uuid:id>/notes/<uuid:note>/undo", notes.note_undo, name="note_undo"),
    path("contacts/<uuid:id>/notes/<uuid:note>/delete", notes.note_delete, name="note_delete"),
    path("contacts/<uuid:id>/notes/<uuid:note>/restore", notes.note_restore, name="note_restore"),
    path("contacts/<uuid:id>/merge/<uuid:other>", merging.contact_merge, name="contact_merge"),
    path("contacts/<uuid:id>/apart/<uuid:other>", merging.contact_mark_distinct, name="contact_mark_distinct"),
    path("contacts/merges/<uuid:id>/undo", merging.merge_undo, name="merge_undo"),
    path("contacts/export.csv", contact_list.contact_export, name="contact_export"),
    path("contacts/import", importing.import_list, name="import_list"),
    path("contacts/import/sample.csv", importing.import_sample, name="import_sample"),
    path("contacts/import/<uuid:id>", importing.import_detail, name="import_detail"),
    path("contacts/import/<uuid:id>/run", importing.import_run, name="import_run"),
    path("contacts/import/<uuid:id>/undo", importing.import_undo, name="import_undo"),
    path("contacts/import/<uuid:id>/discard", importing.import_discard, name="import_discard"),
    path("contacts/import/<uuid:id>/refused.csv", importing.import_refused, name="import_refused"),
    path("settings/assigning", assigning_settings.assigning_settings, name="assigning_settings"),
    path("settings/privacy", privacy_settings.privacy_settings, name="privacy_settings"),
    path("contacts/<uuid:id>/consents", privacy.contact_consent, name="contact_consent"),
    path("contacts/<uuid:id>/consents/<int:consent>/withdraw", privacy.consent_withdraw, name="consent_withdraw"),
    path("settings/replies", canned_replies.canned_reply_list, name="canned_reply_list"),
    path("settings/replies/new", canned_replies.canned_reply_new, name="canned_reply_new"),
    path("settings/replies/<int:id>", canned_replies.canned_reply_edit, name="canned_reply_edit"),
    path("settings/replies/<int:id>/delete", canned_replies.canned_reply_delete, name="canned_reply_delete"),
    path("settings/replies/<int:id>/restore", canned_replies.canned_reply_restore, name="canned_reply_restore"),
    *api.urls,
]
