"""The admin of libraries' models, with the product's base classes and bounds."""

from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.tasks import TaskResultStatus
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_tasks_db.models import DBTaskResult

from config.web.admin import EVERYWHERE

from .tenancy import InstallationAdmin, bound_pro

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(InstallationAdmin, DjangoGroupAdmin):
    """Groups of permissions. Only superusers edit them, as a group gives its permissions to its members."""

    is_small = True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


class AccessAdmin(InstallationAdmin):
    """Sign-ins and failed ones, newest first. A look through all their dates is left out."""

    date_hierarchy = None
    ordering = ["-pk"]
    search_fields = ["ip_address__exact", "username__exact"]


class JobAdmin(InstallationAdmin):
    """Background jobs: staff read them, and start failed ones again."""

    actions = ["start_again"]

    def has_start_permission(self, request: HttpRequest) -> bool:
        # Separate from the change permission, as nobody edits a job.
        return bound_pro(request) is None and request.user.has_perm("django_tasks_database.change_dbtaskresult")

    @admin.action(permissions=["start"], description=_("Start again"), location=EVERYWHERE)
    def start_again(self, request: HttpRequest, queryset: QuerySet[DBTaskResult]) -> None:
        """Put failed jobs back into the queue, as if never tried; others stay as they are."""
        started = 0
        for job in queryset.failed():  # type: ignore[attr-defined]
            untried = {"status": TaskResultStatus.READY, "worker_ids": [], "run_after": timezone.now()}
            # The worker may have put it back in the meantime.
            if type(job).objects.failed().filter(pk=job.pk).update(**untried):
                self.log_fields(request, job, "status")
                started += 1
        text = ngettext("%(count)s job is started again.", "%(count)s jobs are started again.", started)
        message = text % {"count": started} if started else _("None of these jobs has failed.")
        self.message_user(request, message, messages.SUCCESS if started else messages.WARNING)


BASES = {AccessAttempt: AccessAdmin, AccessFailureLog: AccessAdmin, AccessLog: AccessAdmin}
for model, base in {**BASES, DBTaskResult: JobAdmin}.items():
    library_admin = type(admin.site.get_model_admin(model))
    admin.site.unregister(model)
    admin.site.register(model, type(library_admin.__name__, (base, library_admin), {}))
