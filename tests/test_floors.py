"""Imports point down only. Source: the house, "Floors"."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOP = ["config", "contacts", "contact_requests", "inquiries"]
# Room -> the rooms it may import from besides itself; what stands in none of them is the fourth floor.
GROUND = ["config.api", "config.files", "config.jobs", "config.web"]
ROOMS = {
    "config.api": [],
    "config.files": [],
    "config.jobs": [],
    "config.web": [],
    "config.accounts": GROUND,
    "contacts": [*GROUND, "config.accounts"],
    "contact_requests": [*GROUND, "config.accounts", "contacts"],
    "inquiries": [*GROUND, "config.accounts", "contacts"],
}
# Only these know all rooms.
ROOF = [
    "config",
    "config.backends",
    "config.environment",
    "config.urls",
    "config.settings",
    "config.wsgi",
    "config.gunicorn",
]


def modules() -> Iterator[tuple[str, Path]]:
    for top in TOP:
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


MODULES = dict(modules())


def imports(module: str, path: Path) -> Iterator[tuple[str, str]]:
    """(module, name) of every import, wherever in the file it stands; name is "" for a plain `import module`."""
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((source, alias.name) for alias in node.names)


def room(module: str) -> str | None:
    """The room that `module` belongs to; "config" is the fourth floor, None is somebody else's package."""
    if found := next((r for r in ROOMS if module == r or module.startswith(f"{r}.")), None):
        return found
    return "config" if module.split(".")[0] == "config" else None


def targets(module: str, path: Path) -> set[str]:
    """The rooms a file imports from, its own left out. `from config import urls` counts as `config.urls`."""
    found = set()
    for source, name in imports(module, path):
        whole = f"{source}.{name}" if f"{source}.{name}" in MODULES or source == "config" else source
        found.add(room(whole))
    return found - {None, room(module)}


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_imports_from_the_floors_below_alone(name):
    wrong = {
        module: sorted(targets(module, path) - set(ROOMS[name]))
        for module, path in MODULES.items()
        if room(module) == name and targets(module, path) - set(ROOMS[name])
    }
    assert wrong == {}


def test_nothing_stands_between_the_rooms():
    assert sorted(module for module in MODULES if room(module) == "config") == sorted(ROOF)


def test_there_is_no_further_package_at_the_top():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages <= {*TOP, "tests"}


def is_models(module):
    return "models" in module.split(".")


def test_models_know_no_http():
    wrong = {
        module: source
        for module, path in MODULES.items()
        if is_models(module)
        for source, name in imports(module, path)
        if f"{source}.{name}".startswith(("django.http.", "django.shortcuts.", "django.views."))
    }
    assert wrong == {}


def test_models_know_neither_views_nor_the_ways_of_json():
    wrong = {
        module: source
        for module, path in MODULES.items()
        if is_models(module)
        for source, _name in imports(module, path)
        if room(source) and set(source.split(".")) & {"views", "api", "dialect", "schemas", "forms", "urls"}
    }
    assert wrong == {}


def test_json_never_imports_pages():
    wrong = {
        module: source
        for module, path in MODULES.items()
        if module.split(".")[-1] in ("api", "dialect", "schemas") or ".api." in module
        for source, name in imports(module, path)
        if room(source) and "views" in (*source.split("."), name)
    }
    assert wrong == {}


def is_private(name):
    return name.startswith("_") and not name.endswith("__")


def test_nobody_takes_another_apps_private_names():
    wrong = [
        f"{module}: from {source} import {name}"
        for module, path in MODULES.items()
        for source, name in imports(module, path)
        if room(source) is not None and room(source) != room(module)
        if any(is_private(part) for part in (*source.split("."), name))
    ]
    assert wrong == []


def test_the_walk_sees_what_there_is():
    """The tests above would pass on an empty list too."""
    path = MODULES["contact_requests.models.request"]
    assert ("contacts.models", "Contact") in imports("contact_requests.models.request", path)
    assert ("contact_requests.tasks", "notify") in imports("contact_requests.models.request", path)
    assert targets("contact_requests.models.request", path) == {"config.accounts", "config.web", "contacts"}
    path = MODULES["inquiries.models.inquiry"]
    assert targets("inquiries.models.inquiry", path) == {"config.accounts", "config.web", "contacts"}
    assert room("contact_requests.api") == "contact_requests"
    assert room("contacts.models") == "contacts"
    assert room("config.urls") == "config"
    assert room("django.db") is None
