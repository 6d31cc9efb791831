"""Actions beside a message and its files."""

from django.urls import path

from . import draft_views, media_views, sender_views

app_name = "messages"

urlpatterns = [
    path("inbox/<uuid:id>/draft", draft_views.draft_save, name="draft_save"),
    path("inbox/<uuid:id>/draft/<uuid:draft>/delete", draft_views.draft_delete, name="draft_delete"),
    path("inbox/<uuid:id>/draft/files/<int:file>/delete", draft_views.draft_file_delete, name="draft_file_delete"),
    path("inbox/<uuid:id>/<uuid:message>/undo", draft_views.message_undo, name="message_undo"),
    path("inbox/messages/<uuid:id>/<uuid:message>/original", sender_views.message_original, name="message_original"),
    path("inbox/messages/<uuid:id>/<uuid:message>/read-again", sender_views.message_reread, name="message_reread"),
    path("inbox/messages/<uuid:id>/<uuid:message>/same-person", sender_views.sender_confirm, name="sender_confirm"),
    path("inbox/messages/<uuid:id>/<uuid:message>/sender", sender_views.sender_correct, name="sender_correct"),
    path("inbox/messages/<uuid:id>/addresses/<int:address>", sender_views.address_answer, name="address_answer"),
    path("inbox/messages/<uuid:id>/files/<int:file>", media_views.file_download, name="file_download"),
    path("inbox/messages/<uuid:id>/files/<int:file>/thumbnail", media_views.file_thumbnail, name="file_thumbnail"),
    path("inbox/messages/<uuid:id>/files/<int:file>/play", media_views.file_play, name="file_play"),
    path("inbox/messages/<uuid:id>/media/<int:medium>/fetch", media_views.medium_fetch, name="medium_fetch"),
]
