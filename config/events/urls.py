from django.urls import path

from . import views
from .api import api

app_name = "events"

ONE = "settings/webhooks/<uuid:id>"
urlpatterns = [
    path("settings/webhooks", views.endpoint_list, name="endpoint_list"),
    path(ONE, views.endpoint_detail, name="endpoint"),
    path(f"{ONE}/secret", views.endpoint_secret, name="endpoint_secret"),
    path(f"{ONE}/test", views.endpoint_test, name="endpoint_test"),
    path(f"{ONE}/delete", views.endpoint_delete, name="endpoint_delete"),
    path(f"{ONE}/deliveries/<int:delivery>/send", views.delivery_send, name="delivery_send"),
    *api.urls,
]
