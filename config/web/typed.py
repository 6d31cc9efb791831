"""Forms that could not be served: the typed text is kept, to be sent again with one click."""

import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext_lazy as _

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
# Larger than every form of ours; it is sent back, and with the next request once more.
MAX_KEPT = 1024 * 1024  # bytes
# Signed by `config.accounts.resending`: the user whose page the form was on.
WRITER = "typed_by"
# Names of files that app.js could not hand on from a form that htmx sent.
FILE_NAMES = "typed_file"
TOKENS = {"csrfmiddlewaretoken", WRITER, FILE_NAMES}
# Typed again by hand, so that they stand in no page.
SECRETS = re.compile(r"(password\d?|secret|token)$")
# Hidden inputs, choices, and marks of buttons and boxes.
UNTYPED_NAMES = re.compile(r"(^|-)(id|seen|next|back|was\w*|kind|topic|about|listed|settles|channel|remind|then)$")
UNTYPED_VALUES = {"", "on", "1", "true"}
LABELS = {
    "name": _("Name"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "subject": _("Subject"),
    "title": _("Title"),
    "text": _("Message"),
    "message": _("Message"),
    "body": _("Note"),
    "note": _("Note"),
}


class TypedForm(NamedTuple):
    """A form as it was sent to `path`, without files and secrets.

    `writer` is the value of its field WRITER, and `back` the page that it was on. `is_cut` is true of one that was too
    large to be carried: it has no fields.
    """

    writer: str
    path: str
    back: str
    fields: list[list[str]]
    files: list[str]
    has_secrets: bool
    is_cut: bool = False

    @property
    def is_typed(self) -> bool:
        """False for a mere button, which is as well pressed again."""
        return bool(self.shown or self.files or self.has_secrets or self.is_cut)

    @property
    def shown(self) -> list[tuple[Any, str]]:
        """(label or "", value) of the fields that somebody filled in."""
        return [
            (LABELS.get(name.rpartition("-")[2], ""), value) for name, value in self.fields if _is_shown(name, value)
        ]


def read_typed_form(request: HttpRequest) -> TypedForm | None:
    """Read the form that was sent; None for another request and an unreadable one."""
    if request.method != "POST" or request.content_type not in FORM_TYPES:
        return None
    try:
        names = [name for name in request.POST if name not in TOKENS]
    except (BadRequest, MultiPartParserError, SuspiciousOperation, OSError):
        return None
    kept = [name for name in names if not SECRETS.search(name)]
    fields = [[name, value] for name in kept for value in request.POST.getlist(name)]
    is_cut = sum(len(name) + len(value.encode(errors="replace")) for name, value in fields) > MAX_KEPT
    files = [file.name or "" for _name, files in request.FILES.lists() for file in files]
    return TypedForm(
        writer=request.POST.get(WRITER, ""),
        path=request.get_full_path(),
        back=page_before(request),
        fields=[] if is_cut else fields,
        files=[*files, *request.POST.getlist(FILE_NAMES)],
        has_secrets=len(kept) < len(names),
        is_cut=is_cut,
    )


def read_carried_form(request: HttpRequest) -> TypedForm | None:
    """Read the form that was sent; None too for one that is too large to be sent again from another page."""
    typed = read_typed_form(request)
    return None if typed and typed.is_cut else typed


def page_before(request: HttpRequest) -> str:
    """Address of the page of ours that the request came from, "" without one."""
    page = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    is_ours = page.netloc == request.get_host() and page.path.startswith("/") and not page.path.startswith("//")
    return (f"{page.path}?{page.query}" if page.query else page.path) if is_ours else ""


def is_from_our_page(request: HttpRequest) -> bool:
    """True when the browser says that a page of ours sent the form, which another site cannot forge."""
    origin = request.headers.get("Origin")
    return origin == f"{request.scheme}://{request.get_host()}" if origin else bool(page_before(request))


def _is_shown(name: str, value: str) -> bool:
    return not UNTYPED_NAMES.search(name) and value.strip() not in UNTYPED_VALUES and not _is_uuid(value)


def _is_uuid(value: str) -> bool:
    try:
        return bool(UUID(value))
    except ValueError:
        return False
