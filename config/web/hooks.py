"""Hooks: modules by which an app extends a page or command of a lower floor, which may not import it."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import ModuleType

from django.apps import apps
from django.utils.module_loading import module_has_submodule


# The installed apps stay the same as long as a process runs, and looking for their files takes time.
@cache
def hooks(module: str, name: str) -> tuple[ModuleType, ...]:
    """Submodules `module` of the installed apps that define `name`, in the order of INSTALLED_APPS."""
    return tuple(_find_hooks(module, name))


def _find_hooks(module: str, name: str) -> Iterator[ModuleType]:
    for app in apps.get_app_configs():
        if module_has_submodule(app.module, module):
            submodule = import_module(f"{app.name}.{module}")
            if hasattr(submodule, name):
                yield submodule
