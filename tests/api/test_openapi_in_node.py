"""OpenAPI documents in tools of Node: types for TypeScript compile, and the linter finds nothing."""

from pathlib import Path

import pytest

from .clients import APIS
from .generators import run_node, write_document

pytestmark = [pytest.mark.postgresql, pytest.mark.thorough, pytest.mark.django_db(transaction=True)]


def test_types_for_a_program_in_typescript(tmp_path: Path):
    files = []
    for api in APIS:
        document = write_document(api, tmp_path)
        files.append(str(document.with_suffix(".ts")))
        run_node("openapi-typescript", str(document), "--output", files[-1])
    run_node("tsc", "--noEmit", "--strict", *files)


def test_the_linter_finds_nothing(tmp_path: Path):
    ruleset = Path(__file__).parent / "node" / "spectral.yaml"
    documents = [str(write_document(api, tmp_path)) for api in APIS]
    run_node("spectral", "lint", *documents, "--ruleset", str(ruleset), "--fail-severity", "hint")
