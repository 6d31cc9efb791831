from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "config.jobs"
    label = "jobs"

    def ready(self) -> None:
        # The heading in the admin of what django-tasks-db keeps.
        apps.get_app_config("django_tasks_database").verbose_name = _("Jobs")
