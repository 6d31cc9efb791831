"""Jobs about the rows of an office, which would hold their ids, and in a report of failure perhaps words."""

import json
import re
import uuid
from collections.abc import Iterable
from itertools import batched
from typing import Any

from django.db.models import UUIDField
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from config.accounts.models import Pro, User

from .owned import owned_models, rows_of

BATCH = 500
UUID_TEXT = re.compile(r"(?=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))")


def delete_jobs_of(pro: Pro) -> None:
    """Delete jobs that do not run and name a row of the office by its UUID, or one of its addresses."""
    jobs = DBTaskResult.objects.exclude(status=TaskResultStatus.RUNNING).order_by("pk")
    emails = [email.lower() for email in (pro.email, *User.objects.filter(pro=pro).values_list("email", flat=True))]
    texts = (
        (pk, f"{json.dumps(args)}\n{traceback}".lower())
        for pk, args, traceback in jobs.values_list("pk", "args_kwargs", "traceback").iterator(BATCH)
    )
    found = []
    for some in batched(texts, BATCH):
        owned = _owned({id for _pk, text in some for id in UUID_TEXT.findall(text)}, pro)
        found += [pk for pk, text in some if _names_any(text, owned, emails)]
    for pks in batched(found, BATCH):
        DBTaskResult.objects.filter(pk__in=pks).delete()


def _names_any(text: str, ids: set[str], emails: Iterable[str]) -> bool:
    return not ids.isdisjoint(UUID_TEXT.findall(text)) or any(email in text for email in emails)


def _owned(ids: set[str], pro: Pro) -> set[str]:
    """Those of these ids that rows of the office have."""
    known: set[Any] = set()
    models = [model for model in owned_models() if isinstance(model._meta.pk, UUIDField)] if ids else []
    for model in models:
        known |= set(rows_of(model, pro).filter(pk__in=[uuid.UUID(id) for id in ids]).values_list("pk", flat=True))
    return {str(id) for id in known}
