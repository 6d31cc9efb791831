from importlib import import_module

from django.apps import AppConfig
from django.conf import settings

from .sentry import start_sentry


class WebConfig(AppConfig):
    name = "config.web"
    label = "web"

    def ready(self) -> None:
        # Their checks register themselves.
        import_module("config.web.proxies")
        import_module("config.web.unencrypted")
        start_sentry(settings.SENTRY_DSN)
