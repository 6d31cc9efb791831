"""The inquiries API. A file of routes is imported here, which declares them."""

from . import actions, attachments, meta, reading, submission
from .base import api

__all__ = ["actions", "api", "attachments", "meta", "reading", "submission"]
