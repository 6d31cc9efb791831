"""Load the application in the server that e-mails are read in, once."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from . import mail_calls  # noqa: E402 needs the settings

__all__ = ["mail_calls"]
