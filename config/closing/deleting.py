"""Delete a closed office with everything of it, when the time to reopen it is over.

Some rows at a time: a job that is killed half-way is begun again by the worker, and goes on with what is left.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet
from django.tasks import task
from django.utils import timezone

from config.accounts.models import Pro, User
from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.counts.keeping import fold_counts, kept_counts
from config.files.models import LooseFile
from config.files.storage import delete_loose_file
from config.jobs.worker import unfinished_jobs
from config.saving import insert_many
from config.web.hooks import hooks

from .deleted_list import note_deletion
from .left_jobs import delete_jobs_of
from .models import Closing
from .owned import file_keys, holds_files, owned_models, rows_of

# Rows of one transaction.
BATCH = 500
# A closing so long past its time is looked after.
LATE = timedelta(hours=1)
logger = logging.getLogger("vestibule.closing")


@task
def delete_office(pro_id: int) -> None:
    """Delete an office that is closed, when its time has come; one that was reopened stays."""
    if closing := Closing.objects.due().select_related("pro").filter(pro=pro_id).first():
        delete_pro(closing.pro)
    elif closing := Closing.objects.filter(pro=pro_id).first():
        # It was reopened, and closed again later, or two clocks differ by seconds.
        delete_office.using(run_after=closing.due_at).enqueue(pro_id)


def resume_deletions() -> None:
    """Begin deletions anew that are past their time and have no job any more. Housekeeping calls it once a minute."""
    late = Closing.objects.filter(due_at__lt=timezone.now() - LATE)
    if ids := set(late.values_list("pro_id", flat=True)):
        with_job = {job.args_kwargs["args"][0] for job in unfinished_jobs(delete_office.module_path)}
        for id in sorted(ids - with_job):
            delete_office.enqueue(id)


def delete_pro(pro: Pro) -> None:
    """Delete an office whose closing is due, with the rows of all tables and their files. Raises as the storage does.

    An app deletes by `delete_first(pro)` of a module `closing` what has to go before, and by `tidy()` of it what the
    database keeps of deleted rows. What is left is the audit, which holds ids alone.
    """
    note_deletion(pro)
    # They are superusers of the installation, whose own office may be the one that goes.
    User.objects.filter(pro=pro, is_superuser=True).update(pro=None)
    delete_jobs_of(pro)
    _delete_sign_ins(pro)
    for module in hooks("closing", "delete_first"):
        module.delete_first(pro)
    for model in owned_models():
        _delete_rows(model, pro)
    _delete_itself(pro)
    for module in hooks("closing", "tidy"):
        module.tidy()
    logger.info("office %s is deleted", pro.pk)


def _delete_sign_ins(pro: Pro) -> None:
    """Delete what is kept of sign-ins under the addresses of its people."""
    emails = list(User.objects.filter(pro=pro).values_list("email", flat=True))
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        model.objects.filter(username__in=emails).delete()


def _delete_rows(model: Any, pro: Pro) -> None:
    rows = rows_of(model, pro)
    for field in model._meta.concrete_fields:
        if field.related_model is model:
            rows.exclude(**{field.name: None}).update(**{field.name: None})
    # In any order: by their keys, all rows of others would be read on the way, each time.
    while batch := list(rows.order_by()[:BATCH]):
        keys = [key for row in batch for key in file_keys(row)] if holds_files(model) else []
        with transaction.atomic():
            insert_many([LooseFile(key=key) for key in keys])
            delete_log_of(model, [row.pk for row in batch])
            _delete_raw(model._base_manager.filter(pk__in=[row.pk for row in batch]))
        for key in keys:
            delete_loose_file(key)


def _delete_raw(rows: QuerySet[Any]) -> None:
    """Delete rows whose referring ones have gone: a cascade would look for them in vain."""
    rows._raw_delete(rows.db)


def delete_log_of(model: Any, ids: Iterable[Any]) -> None:
    """Delete what the admin's log has of rows: it names them."""
    kind = ContentType.objects.get_for_model(model)
    LogEntry.objects.filter(content_type=kind, object_id__in=[str(id) for id in ids]).delete()


def _delete_itself(pro: Pro) -> None:
    fold_counts()
    with transaction.atomic():
        record_event(Kind.OFFICE_DELETED, pro, pro=pro)
        for model in kept_counts():
            _delete_raw(model._base_manager.filter(pro=pro))
        closing = Closing.objects.filter(pro=pro)
        delete_log_of(Closing, closing.values_list("pk", flat=True))
        delete_log_of(Pro, [pro.pk])
        closing.delete()
        _delete_raw(Pro.objects.filter(pk=pro.pk))
