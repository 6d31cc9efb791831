"""Encrypt stored secrets anew with the present SECRET_KEY, after a change of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.db import models, transaction
from django.db.models import F, Value
from django.db.models.functions import Cast

from .secret_field import SecretField, is_present, rotate

# Rows that are locked together; a request for one of them waits for the others.
BATCH = 100


@dataclass
class Rotation:
    """How many values of one field were encrypted anew, had the present key already, or open with no key."""

    field: str
    rotated: int = 0
    present: int = 0
    unreadable: int = 0


def secret_fields() -> Iterator[SecretField]:
    """Every encrypted field of every model."""
    for model in apps.get_models():
        yield from (field for field in model._meta.concrete_fields if isinstance(field, SecretField))


def rotate_field(field: SecretField) -> Rotation:
    """Encrypt the values of one field anew, a batch in a transaction: what was done stays done when this is killed."""
    rotation = Rotation(f"{field.model._meta.label}.{field.name}")
    rows = field.model._base_manager.exclude(**{field.attname: ""}).order_by("pk")
    for keys in batched(rows.values_list("pk", flat=True).iterator(BATCH), BATCH):
        with transaction.atomic():
            _rotate_rows(field, field.model._base_manager.filter(pk__in=keys), rotation)
    return rotation


def _rotate_rows(field: SecretField, rows: models.QuerySet[models.Model], rotation: Rotation) -> None:
    # Read as it is stored, and locked: a value that somebody saves meanwhile is not overwritten.
    stored = Cast(F(field.attname), models.TextField())
    locked = rows.select_for_update(of=("self",)).order_by("pk")
    for key, value in locked.annotate(stored=stored).values_list("pk", "stored"):
        if is_present(value):
            rotation.present += 1
            continue
        try:
            anew = rotate(value)
        except InvalidToken:
            rotation.unreadable += 1
            continue
        rows.filter(pk=key).update(**{field.attname: Value(anew, models.TextField())})
        rotation.rotated += 1
