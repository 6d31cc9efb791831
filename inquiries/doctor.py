"""Check of UserHub, for `manage.py doctor`."""

from collections.abc import Iterator

from django.conf import settings

from .customers.userhub import UserHubUnavailableError, try_userhub


def check_userhub() -> Iterator[tuple[str, str, str, str]]:
    """Ask UserHub for a user that it cannot know."""
    if not settings.USERHUB_URL:
        yield "userhub", "ok", "none is set; the built-in directory is used", ""
        return
    try:
        try_userhub()
    except UserHubUnavailableError as error:
        yield "userhub", "fail", str(error), "Look at USERHUB_URL and USERHUB_TOKEN, and whether UserHub runs."
    else:
        yield "userhub", "ok", "answers", ""


CHECKS = {"userhub": check_userhub}
