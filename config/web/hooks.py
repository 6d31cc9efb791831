"""How an app adds to a page or command of a floor below it, without being imported there."""

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from django.apps import apps
from django.utils.module_loading import module_has_submodule


def hooks(module: str, name: str) -> Iterator[ModuleType]:
    """The submodules `module` of the installed apps that have `name`, in the order of the apps."""
    for app in apps.get_app_configs():
        if module_has_submodule(app.module, module):
            found = import_module(f"{app.name}.{module}")
            if hasattr(found, name):
                yield found
