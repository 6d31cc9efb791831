import sys

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from .history import package
from .history.db_constraints import protect_history
from .pipeline.db_constraints import protect_pipelines


class InquiriesConfig(AppConfig):
    name = "inquiries"
    verbose_name = _("Inquiries")

    def ready(self) -> None:
        post_migrate.connect(protect_history, sender=self)
        post_migrate.connect(protect_pipelines, sender=self)
        if path := settings.STATUS_HISTORY_BACKEND:
            _load_status_package(path)


def _load_status_package(path: str) -> None:
    """Exit with one clear line when STATUS_HISTORY_BACKEND names no usable package."""
    try:
        package.configured_package()
    except package.InvalidPackageError as error:
        sys.exit(f"Vestibule cannot start: STATUS_HISTORY_BACKEND is {path!r}; {error}.")
