"""Hooks: modules by which an app extends a page or command of a lower floor, which may not import it."""

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from django.apps import apps
from django.utils.module_loading import module_has_submodule


def hooks(module: str, name: str) -> Iterator[ModuleType]:
    """Submodules `module` of the installed apps that define `name`, in the order of INSTALLED_APPS."""
    for app in apps.get_app_configs():
        if module_has_submodule(app.module, module):
            submodule = import_module(f"{app.name}.{module}")
            if hasattr(submodule, name):
                yield submodule
