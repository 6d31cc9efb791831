"""The inquiries API. A file of routes is imported here, which declares them, in the order of the reference."""

# ruff: noqa: I001
from .base import api
from . import meta, submission, reading, actions, attachments

__all__ = ["actions", "api", "attachments", "meta", "reading", "submission"]
