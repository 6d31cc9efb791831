from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "config.accounts"
    label = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        # The heading in the admin of what django-axes keeps.
        apps.get_app_config("axes").verbose_name = _("Sign-in attempts")
