"""Rules of the house that import-linter and ruff cannot hold; theirs stand in pyproject.toml."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
APPS = ["config", "contact_requests", "contacts", "inquiries"]
HTTP = ("django.http", "django.shortcuts", "django.views")


def imported_modules(path: Path) -> set[str]:
    """The modules that a file imports, wherever in it the import stands."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


def test_the_top_level_has_no_further_package():
    assert sorted(path.parent.name for path in ROOT.glob("*/__init__.py")) == sorted([*APPS, "tests"])


def test_models_know_no_http():
    files = [path for app in APPS for path in (ROOT / app).rglob("models/*.py")]
    assert {"contact.py", "inquiry.py", "token.py", "request.py"} <= {path.name for path in files}
    wrong = [str(path.relative_to(ROOT)) for path in files if any(m.startswith(HTTP) for m in imported_modules(path))]
    assert wrong == []
