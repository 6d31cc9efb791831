"""Plugin of pytest that the former release's tests are run with: their database has the tables of this release.

Copied into the former release's folder; nothing else of this release is there.
"""

import sys

import pytest

KEY = "newer"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    databases = sys.modules["tests.databases"]
    own_key = databases.template_key
    # The template of this name was made before; another place than the newest is one in the middle of the former ones.
    databases.template_key = lambda place="newest": KEY if place == "newest" else own_key(place)
