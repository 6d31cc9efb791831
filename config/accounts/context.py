"""Template context of every page."""

from django.conf import settings
from django.http import HttpRequest


def workspace(request: HttpRequest) -> dict[str, object]:
    """`pro`: the Pro of the workspace, None elsewhere; `is_development`: True when the mailbox page exists."""
    return {"pro": getattr(request, "pro", None), "is_development": settings.DEBUG}
