"""Load the application in the server of limited processes, once, so that a process of it starts in milliseconds."""

import os
from importlib import import_module

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

# Modules whose functions are run there, and what they import only then. Named here, as this floor does not import those
# above.
for name in (
    "config.files.thumbnails",
    "config.files.drawing",
    "contacts.channels.mail_calls",
    "charset_normalizer",
    "contacts.importing.reading",
):
    import_module(name)
