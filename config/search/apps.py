from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate

from .index import SearchIndex


class SearchConfig(AppConfig):
    name = "config.search"
    label = "search"

    def ready(self) -> None:
        for model in apps.get_models():
            index = getattr(model, "search_index", None)
            if isinstance(index, SearchIndex):
                post_migrate.connect(index.repair, sender=apps.get_app_config(model._meta.app_label))
