"""Claims of `deploy/` about Vestibule are true: variables, folders, commands, sizes."""

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DEPLOY = ROOT / "deploy"
# Read by compose and Caddy alone.
OF_COMPOSE = {"SITE_HOST", "DATABASE_PASSWORD"}


def names(text):
    """The variables that are set in lines of the form NAME=value."""
    return set(re.findall(r"^([A-Z_]+)=", text, re.M))


@pytest.fixture(scope="module")
def variables():
    return set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M)) | {"ENV_FILE"}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def test_every_variable_is_one_of_vestibule(variables, compose):
    of_services = {
        name for service in ("web", "worker", "migrate") for name in compose["services"][service]["environment"]
    }
    of_image = set(re.findall(r"\b([A-Z_]+)=", (DEPLOY / "Dockerfile").read_text())) - {"PATH"}
    of_image -= {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "REQUIREMENTS", "PYTHON_IMAGE"}
    assert names((DEPLOY / "debian/env").read_text()) <= variables
    assert names((DEPLOY / "compose.env.example").read_text()) <= variables | OF_COMPOSE
    assert of_services <= variables and of_image <= variables


def test_the_image_has_every_folder_that_the_application_is_made_of():
    image, ignored = (DEPLOY / "Dockerfile").read_text(), (ROOT / ".dockerignore").read_text().splitlines()
    copied = set(re.findall(r"^COPY (\w+) \1$", image, re.M))
    apps = {name.partition(".")[0] for name in settings.INSTALLED_APPS if (ROOT / name.partition(".")[0]).is_dir()}
    assert copied == apps | {"templates", "static", "locale"}
    assert {f"!{name}" for name in copied} | {"!manage.py", "!requirements.txt", "!requirements-s3.txt"} <= set(ignored)
    lists = re.findall(r"for part in (.+); do", (DEPLOY / "debian/install").read_text())
    assert [set(words.split()) for words in lists] == [copied]


def test_units_and_services_run_the_two_programs(compose):
    units = {path.stem: path.read_text() for path in (DEPLOY / "debian").glob("*.service")}
    commands = {
        name: re.search(r"^ExecStart=/opt/vestibule/current/\.venv/bin/(.+)$", text, re.M)[1]
        for name, text in units.items()
    }
    assert commands == {
        "vestibule-web": "gunicorn -c python:config.gunicorn",
        "vestibule-worker": "python manage.py worker",
        "vestibule-backup": "python manage.py backup /var/backups/vestibule --thin",
    }
    assert all(
        "User=vestibule" in text and "Environment=ENV_FILE=/etc/vestibule/env" in text for text in units.values()
    )
    assert compose["services"]["worker"]["command"] == commands["vestibule-worker"]
    assert compose["services"]["migrate"]["command"] == "python manage.py migrate --noinput"
    for name in ("web", "worker", "migrate"):
        service = compose["services"][name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])


def test_the_proxies_let_through_what_the_application_takes():
    largest = max(settings.BODY_LIMITS.values()) // 1024 // 1024
    assert f"client_max_body_size {largest}m;" in (DEPLOY / "debian/nginx.conf").read_text()
    assert f"max_size {largest}MB" in (DEPLOY / "Caddyfile").read_text()
