from django.urls import path

from . import views

app_name = "notifications"

urlpatterns = [
    path("settings/notifications", views.notification_settings, name="settings"),
    path("settings/notifications/devices", views.device_add, name="device_add"),
    path("settings/notifications/devices/<uuid:id>/remove", views.device_remove, name="device_remove"),
    path("settings/notifications/devices/<uuid:id>/test", views.device_test, name="device_test"),
    path("notifications/<uuid:id>", views.notification_open, name="open"),
    path("notifications/<uuid:id>/seen", views.notification_seen, name="seen"),
]
