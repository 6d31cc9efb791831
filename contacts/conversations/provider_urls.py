"""Addresses that providers call, below /channels/."""

from django.urls import path

from . import mail_events, webhooks

app_name = "providers"

urlpatterns = [
    path("whatsapp/<str:key>", webhooks.whatsapp, name="whatsapp"),
    path("telegram/<str:key>", webhooks.telegram, name="telegram"),
    path("email/<str:key>", webhooks.email, name="email"),
    path("replies", webhooks.replies, name="replies"),
    path("mail-events", mail_events.mail_events, name="mail_events"),
]
