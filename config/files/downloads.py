"""Downloads of uploaded files."""

from django.core.files.base import ContentFile, File
from django.http import FileResponse


def download(file: File, *, filename: str, content_type: str) -> FileResponse:
    """Serve `file` as an attachment that no browser displays, sniffs or runs, and no cache stores."""
    response = FileResponse(file, as_attachment=True, filename=filename, content_type=content_type)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def download_bytes(content: bytes, *, filename: str) -> FileResponse:
    """Serve `content`, which may be anything a stranger sent, as `download` does."""
    return download(ContentFile(content), filename=filename, content_type="application/octet-stream")
