"""Settings pages of the channels."""

from django.urls import path

from . import mailbox_views, views

app_name = "channels"

urlpatterns = [
    path("settings/channels", views.channel_list, name="channel_list"),
    path("settings/channels/email/mailbox", mailbox_views.mailbox_edit, name="mailbox_edit"),
    path("settings/channels/<slug:channel>", views.channel_edit, name="channel_edit"),
    path("settings/channels/<slug:channel>/test", views.channel_test, name="channel_test"),
    path("settings/channels/<slug:channel>/disconnect", views.channel_disconnect, name="channel_disconnect"),
]
