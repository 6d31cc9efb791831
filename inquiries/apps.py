import sys

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from .history import package
from .history.db_constraints import keep_append_only
from .pipeline.db_constraints import keep_whole


class InquiriesConfig(AppConfig):
    name = "inquiries"
    verbose_name = _("Inquiries")

    def ready(self) -> None:
        post_migrate.connect(keep_append_only, sender=self)
        post_migrate.connect(keep_whole, sender=self)
        if path := settings.STATUS_HISTORY_BACKEND:
            _load_status_package(path)


def _load_status_package(path: str) -> None:
    """End the start with one clear line when there is no such package."""
    try:
        package.configured()
    except package.Unusable as error:
        sys.exit(f"Vestibule cannot start: STATUS_HISTORY_BACKEND is {path!r}; {error}.")
