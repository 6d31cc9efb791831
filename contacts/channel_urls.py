"""Where providers call, and where a pro sets them up."""

from django.urls import path

from .views import channels, webhooks

app_name = "channels"

urlpatterns = [
    path("channels/whatsapp/<str:key>", webhooks.whatsapp, name="whatsapp"),
    path("channels/telegram/<str:key>", webhooks.telegram, name="telegram"),
    path("channels/email/<str:key>", webhooks.email, name="email"),
    path("settings/channels", channels.channel_list, name="channel_list"),
    path("settings/channels/<slug:channel>", channels.channel_edit, name="channel_edit"),
    path("settings/channels/<slug:channel>/test", channels.channel_test, name="channel_test"),
    path("settings/channels/<slug:channel>/disconnect", channels.channel_disconnect, name="channel_disconnect"),
]
