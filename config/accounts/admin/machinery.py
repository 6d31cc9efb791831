"""What the libraries put into the admin, with the manners and the bounds of the house."""

from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django_tasks_db.models import DBTaskResult

from .tenancy import InstallationAdmin

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


for model in (AccessAttempt, AccessFailureLog, AccessLog, DBTaskResult):
    theirs = type(admin.site.get_model_admin(model))
    admin.site.unregister(model)
    admin.site.register(model, type(theirs.__name__, (InstallationAdmin, theirs), {}))
