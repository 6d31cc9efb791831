import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from .rows import Rows

SECRET = "canaryword"


@pytest.fixture(scope="module")
def rows(module_rows: None) -> Rows:
    """Rows of the Pro whose rows every address names."""
    return Rows(SECRET, 4_700_002)


@pytest.fixture(scope="module")
def own(module_rows: None) -> Rows:
    """Rows of another Pro, who has as many."""
    return Rows("ownword", 4_700_001)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of refusals are not logged."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def stored_files(rows: Rows, own: Rows, media: Path, attachment_folder: Path) -> None:
    rows.store_files()
    own.store_files()
