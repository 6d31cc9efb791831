"""What every page of the workspace knows."""

from django.conf import settings
from django.http import HttpRequest


def workspace(request: HttpRequest) -> dict[str, object]:
    """`pro`: whose workspace this is, None outside of it; `is_development`: whether the mailbox page exists."""
    return {"pro": getattr(request, "pro", None), "is_development": settings.DEBUG}
