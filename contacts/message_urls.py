"""The conversations, a tab of the inbox."""

from django.urls import path

from .views import conversations

app_name = "messages"

urlpatterns = [
    path("inbox/messages", conversations.conversation_list, name="conversation_list"),
    path("inbox/messages/arrivals", conversations.conversation_arrivals, name="conversation_arrivals"),
    path("inbox/messages/<uuid:id>", conversations.conversation_detail, name="conversation_detail"),
    path("inbox/messages/<uuid:id>/send", conversations.message_send, name="message_send"),
    path("inbox/messages/<uuid:id>/unread", conversations.conversation_unread, name="conversation_unread"),
    path("inbox/messages/<uuid:id>/<uuid:message>/again", conversations.message_again, name="message_again"),
    path("inbox/messages/<uuid:id>/files/<int:file>", conversations.file_download, name="file_download"),
]
