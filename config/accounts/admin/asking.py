"""Admin pages that ask for the password before they change anything."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from ..proof import ask_password


class PasswordAgainAdmin(admin.ModelAdmin):
    """Rows that give access: their forms, actions and deletion take a password that was typed a short while ago."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return ask_before_change(request) or super().changeform_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return ask_before_change(request) or super().changelist_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return ask_before_change(request) or super().delete_view(request, *args, **kwargs)


def ask_before_change(request: HttpRequest) -> HttpResponse | None:
    """Page that asks for the password of staff who send a form, None when it is not needed."""
    return ask_password(request) if request.method == "POST" else None
