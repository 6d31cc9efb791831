"""What the libraries put into the admin, with the manners and the bounds of the house."""

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
    """Sets of permissions. Superusers alone edit them: who edits a group gives permissions to its members."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


class StartingAdmin(InstallationAdmin):
    """Background jobs, which staff read, and start again when they have finally failed."""

    actions = ["start_again"]

    def has_start_permission(self, request: HttpRequest) -> bool:
        # Its own: nobody changes a job by hand, whatever their permissions.
        return bound_pro(request) is None and request.user.has_perm("django_tasks_database.change_dbtaskresult")

    @admin.action(permissions=["start"], description=_("Start again"), location=EVERYWHERE)
    def start_again(self, request: HttpRequest, queryset: QuerySet[DBTaskResult]) -> None:
        """As if it had never been tried; one that did not fail stays as it is."""
        started = 0
        for job in queryset.failed():  # type: ignore[attr-defined]
            again = {"status": TaskResultStatus.READY, "worker_ids": [], "run_after": timezone.now()}
            # The worker may have put it back meanwhile.
            if type(job).objects.failed().filter(pk=job.pk).update(**again):
                self.log_fields(request, job, "status")
                started += 1
        text = ngettext("%(count)s job is started again.", "%(count)s jobs are started again.", started)
        said = text % {"count": started} if started else _("None of these jobs has failed.")
        self.message_user(request, said, messages.SUCCESS if started else messages.WARNING)


MANNERS = {AccessAttempt: InstallationAdmin, AccessFailureLog: InstallationAdmin, AccessLog: InstallationAdmin}
for model, manners in {**MANNERS, DBTaskResult: StartingAdmin}.items():
    theirs = type(admin.site.get_model_admin(model))
    admin.site.unregister(model)
    admin.site.register(model, type(theirs.__name__, (manners, theirs), {}))
