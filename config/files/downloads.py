"""Downloads of uploaded files, and what pages show or play of them."""

import re
from http import HTTPStatus

from django.core.files.base import ContentFile, File
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from .storage import sign_download
from .stored_file import StoredFile

ONE_RANGE = re.compile(r"bytes=(?=\d|-\d)(\d{0,18})-(\d{0,18})")


def _protect[R: HttpResponseBase](response: R, cache: str) -> R:
    """Forbid the browser to sniff or run it."""
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = cache
    return response


def download(file: File, *, filename: str, content_type: str) -> FileResponse:
    """Serve `file` as an attachment that no browser displays, sniffs or runs, and no cache stores."""
    response = FileResponse(file, as_attachment=True, filename=filename, content_type=content_type)
    return _protect(response, "private, no-store")


def download_stored(row: StoredFile, *, content_type: str) -> HttpResponseBase:
    """Serve the file of a row as `download` does, or lead the browser to the bucket for it.

    Raises FileNotFoundError and StorageUnavailableError.
    """
    if address := sign_download(row.key, filename=row.filename, content_type=content_type):
        return HttpResponseRedirect(address, headers={"Cache-Control": "private, no-store"})
    return download(row.open(), filename=row.filename, content_type=content_type)


def download_bytes(content: bytes, *, filename: str) -> FileResponse:
    """Serve `content`, which may be anything a stranger sent, as `download` does."""
    return download(ContentFile(content), filename=filename, content_type="application/octet-stream")


def serve_inline(request: HttpRequest, file: File, *, size: int, content_type: str) -> HttpResponseBase:
    """Serve a picture or a sound for a page; the caller has chosen `content_type` from a list.

    One range of bytes is served where it is asked for (RFC 9110, 14.2): some players do not play without.
    """
    cache = "private, max-age=3600"
    if requested := ONE_RANGE.fullmatch(request.headers.get("Range", "")):
        return _protect(_serve_range(file, requested, size, content_type), cache)
    response = FileResponse(file, content_type=content_type)
    # It names the key in the storage.
    del response.headers["Content-Disposition"]
    response.headers["Accept-Ranges"] = "bytes"
    return _protect(response, cache)


def _serve_range(file: File, requested: re.Match[str], size: int, content_type: str) -> HttpResponse:
    first, last = requested.groups()
    # Without a first byte it is that many of the last ones.
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last), size - 1) if first and last else size - 1
    with file:
        if start > end:
            headers = {"Content-Range": f"bytes */{size}"}
            return HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
        file.seek(start)
        headers = {"Content-Range": f"bytes {start}-{end}/{size}", "Accept-Ranges": "bytes"}
        content = file.read(end - start + 1)
    return HttpResponse(content, status=HTTPStatus.PARTIAL_CONTENT, content_type=content_type, headers=headers)
