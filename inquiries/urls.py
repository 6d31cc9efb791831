"""The addresses of inquiries."""

from django.urls import URLPattern

from .api import api

app_name = "inquiries"
urlpatterns: list[URLPattern] = [
    *api.urls,
]
