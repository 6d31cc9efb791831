from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "config.files"
    label = "files"
