"""Settings of the usual way, as Django's own template of a project has them, over the product's models."""

from config.settings import *  # noqa: F403 - the same database and models
from config.settings import INSTALLED_APPS as APPS

DEBUG = False
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "tests.benchmarks.usual.urls"
INSTALLED_APPS = [*APPS, "rest_framework"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tests.benchmarks.usual.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["tests.benchmarks.usual.authentication.HasPro"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}
