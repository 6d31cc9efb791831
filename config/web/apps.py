from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "config.web"
    label = "web"
