"""The inquiries API. A file of routes is imported here, which declares them."""

from .base import api

__all__ = ["api"]
