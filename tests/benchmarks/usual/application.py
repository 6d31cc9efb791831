"""The usual way under gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

# gunicorn's configuration has named the product's own.
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.usual.settings"
application = get_wsgi_application()
