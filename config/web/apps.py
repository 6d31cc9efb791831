from importlib import import_module

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "config.web"
    label = "web"

    def ready(self) -> None:
        # Its check registers itself.
        import_module("config.web.proxies")
