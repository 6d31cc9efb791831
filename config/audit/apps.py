from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from .db_constraints import protect_audit


class AuditConfig(AppConfig):
    name = "config.audit"
    label = "audit"
    verbose_name = _("Audit")

    def ready(self) -> None:
        post_migrate.connect(protect_audit, sender=self)
