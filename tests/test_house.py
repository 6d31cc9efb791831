"""Rules of the house that import-linter and ruff cannot hold; theirs stand in pyproject.toml."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
APPS = ["config", "contact_requests", "contacts", "inquiries"]
HTTP = ("django.http", "django.shortcuts", "django.views")
# A docstring begins with a verb or a noun.
RELATIVE = re.compile(r"(What|Who|Whom|Where|Whether)\b")
# The functions that may import in their body, and why.
IMPORTING = {
    "config/backends.py: _client_options": "boto3 is slow to import, and needed for a bucket only",
    "config/files/thumbnails.py: draw_thumbnail": "Pillow is needed in the process that draws",
    "contacts/channels/letters/charsets.py: _guess": "charset-normalizer is large, and needed for few e-mails",
    "contacts/hours/public_holidays.py: _package": "holidays is large, and needed where an office closes on them only",
}
# The names of functions that more than three files have, and why.
SHARED_NAMES = {
    **dict.fromkeys(("verify_call", "read_call", "send_text", "check_connection"), "each channel has them"),
    **dict.fromkeys(("load", "scale"), "each app's part of the demo has them"),
    "find_names": "each app names its rows in the audit",
    "release": "beside `protect` in each `db_constraints.py`, by which migrations name it",
}
MAX_LINES, MAX_TEST_LINES = 300, 400
# In documents: `contacts/models/contact.py` and `config/files/`, and [links](import.md).
MENTION = re.compile(r"`((?:config|contacts|contact_requests|inquiries|tests|templates|static|docs)/[\w/.]*)`")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[\w-]+)?\)")


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imported_modules(path: Path) -> set[str]:
    """Return the modules that a file imports, at its top and inside functions."""
    nodes = list(ast.walk(parse(path)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


def source_files() -> list[Path]:
    """Return the Python files of the apps, migrations excluded."""
    files = [path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if path.parent.name != "migrations"]
    assert len(files) > 200
    return files


def nodes[N: ast.AST](*types: type[N]) -> Iterator[tuple[str, N]]:
    """Iterate over all nodes of these types, as ("contacts/models/contact.py", node)."""
    for path in source_files():
        for node in ast.walk(parse(path)):
            if isinstance(node, types):
                yield str(path.relative_to(ROOT)), node


def test_the_top_level_has_no_further_package():
    assert sorted(path.parent.name for path in ROOT.glob("*/__init__.py")) == sorted([*APPS, "tests"])


def test_models_know_no_http():
    files = [path for app in APPS for path in (ROOT / app).rglob("models/*.py")]
    assert {"contact.py", "inquiry.py", "token.py", "request.py"} <= {path.name for path in files}
    wrong = [str(path.relative_to(ROOT)) for path in files if any(m.startswith(HTTP) for m in imported_modules(path))]
    assert wrong == []


def test_docstrings_begin_with_a_verb_or_a_noun():
    documented = nodes(ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = [(file, ast.get_docstring(node) or "") for file, node in documented]
    wrong = [f"{file}: {text.splitlines()[0]}" for file, text in docstrings if RELATIVE.match(text)]
    assert not wrong, "\n".join(wrong)


def test_exceptions_end_in_error():
    classes = [(f"{file}: {node.name}", map(ast.unparse, node.bases)) for file, node in nodes(ast.ClassDef)]
    exceptions = [name for name, bases in classes if any(base.endswith(("Error", "Exception")) for base in bases)]
    assert len(exceptions) > 5
    wrong = [name for name in exceptions if not name.endswith("Error")]
    assert not wrong, "\n".join(wrong)


def test_functions_import_nothing_in_their_body():
    functions = nodes(ast.FunctionDef, ast.AsyncFunctionDef)
    importing = {
        f"{file}: {function.name}"
        for file, function in functions
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function))
    }
    assert importing == set(IMPORTING)


def test_the_name_of_a_function_tells_it_from_others():
    files = Counter(
        name
        for path in source_files()
        for name in {node.name for node in parse(path).body if isinstance(node, ast.FunctionDef)}
    )
    assert {name for name, count in files.items() if count > 3} == set(SHARED_NAMES)


def test_files_are_short():
    limits = dict.fromkeys(source_files(), MAX_LINES) | dict.fromkeys((ROOT / "tests").rglob("*.py"), MAX_TEST_LINES)
    lengths = {path: path.read_text().count("\n") for path in limits}
    wrong = [f"{path.relative_to(ROOT)}: {lengths[path]} lines" for path in limits if lengths[path] > limits[path]]
    assert not wrong, "\n".join(wrong)


def test_documents_name_files_that_exist():
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert {"README.md", "architecture.md"} <= {document.name for document in documents}
    targets = [(document, ROOT / name) for document in documents for name in MENTION.findall(document.read_text())]
    targets += [
        (document, document.parent / link) for document in documents for link in LINK.findall(document.read_text())
    ]
    wrong = [f"{document.relative_to(ROOT)}: {target}" for document, target in targets if not target.exists()]
    assert not wrong, "\n".join(wrong)
