"""Rows of a Pro in all tables, found by their foreign keys: a new table is among them without being named."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import FileField, Model, QuerySet

from config.accounts.models import Pro
from config.audit.models import AuditEvent
from config.counts.keeping import kept_counts
from config.files.stored_file import StoredFile

from .models import Closing

# Of whom an entry tells rather than whose it is.
ACTORS = {"user", "by", "author", "created_by", "uploaded_by", "reviewed_by", "ended_by", "later_by", "undone_by"}


@cache
def owned_models() -> tuple[Any, ...]:
    """Models whose rows belong to a Pro, each before those that it refers to.

    The audit, which outlives the office, and what is kept by triggers are left out, and the Pro with its closing.
    """
    others = {Pro, Closing, AuditEvent, *kept_counts()}
    models = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and m not in others]
    paths = {model: path for model in models if (path := _find_path(model, ()))}
    ordered: list[Any] = []
    while len(ordered) < len(paths):
        left = paths.keys() - set(ordered)
        free = [m for m in paths if m in left and not any(m in _parents(other) for other in left if other is not m)]
        if not free:
            raise TypeError(f"these tables refer to each other in a circle: {sorted(m.__name__ for m in left)}")
        ordered += free
    return tuple(ordered)


def rows_of(model: Any, pro: Pro) -> QuerySet[Any]:
    """The Pro's rows of an owned model."""
    return model._base_manager.filter(**{_find_path(model, ()): pro})


def count_rows(pro: Pro) -> Iterator[tuple[str, int]]:
    """Names in plural and numbers of what the Pro has; of tables that are empty nothing."""
    for model in reversed(owned_models()):
        if not model._meta.auto_created and (count := rows_of(model, pro).count()):
            yield str(model._meta.verbose_name_plural), count


def file_keys(row: Model) -> list[str]:
    """The keys in the storages of the files that a row holds."""
    names = [field.name for field in row._meta.concrete_fields if isinstance(field, FileField)]
    if isinstance(row, StoredFile):
        names += ["key", "thumbnail_key"]
    return [key for name in names if (key := str(getattr(row, name, "") or ""))]


def holds_files(model: Any) -> bool:
    is_file = any(isinstance(field, FileField) for field in model._meta.concrete_fields)
    return is_file or issubclass(model, StoredFile)


def _parents(model: Any) -> set[Any]:
    return {f.related_model for f in model._meta.concrete_fields if f.related_model and f.related_model is not model}


@cache
def _find_path(model: Any, seen: tuple[Any, ...]) -> str:
    """The way from a row to its Pro, such as "contact__pro"; "" for a model whose rows belong to none.

    One that every row has goes before one that may be missing, a short one before a long one.
    """
    found = []
    for field in model._meta.concrete_fields:
        parent = field.related_model
        if parent is Pro:
            found.append((field.null, 0, field.name))
        elif parent and parent is not model and parent not in seen and (path := _find_path(parent, (*seen, model))):
            is_missing = field.null or field.name in ACTORS
            found.append((is_missing, path.count("__") + 1, f"{field.name}__{path}"))
    return min(found)[2] if found else ""
