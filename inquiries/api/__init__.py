"""The inquiries API. A file of routes is imported here, which declares them."""

from . import actions, meta, reading, submission
from .base import api

__all__ = ["actions", "api", "meta", "reading", "submission"]
