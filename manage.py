#!/usr/bin/env python
"""Vestibule's command line."""

import os
import sys

from django.core.management import execute_from_command_line

# What they write is the source of the program, which others may read.
OF_THE_SOURCE = {"makemessages", "compilemessages", "makemigrations"}

if __name__ == "__main__":
    if not OF_THE_SOURCE.intersection(sys.argv[1:2]):
        # The database, mails and uploads are for nobody else on the machine.
        os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    execute_from_command_line(sys.argv)
