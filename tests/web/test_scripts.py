"""Our own JavaScript: it holds only what HTML and htmx cannot do, and stays small."""

import gzip

from django.conf import settings


def test_all_of_it_is_under_4_kb_compressed():
    scripts = sorted((settings.BASE_DIR / "static" / "js").glob("*.js"))
    assert [script.name for script in scripts] == ["app.js", "board.js", "pipeline-admin.js"]
    assert sum(len(gzip.compress(script.read_bytes())) for script in scripts) < 4096
