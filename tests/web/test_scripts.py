"""Our own JavaScript: it holds only what HTML and htmx cannot do, and stays small."""

import gzip

from django.conf import settings

# On every page, beside those that a page adds.
EVERYWHERE = {"app.js", "notices.js"}


def test_that_of_a_page_is_under_5_kb_compressed():
    scripts = {path.name: path for path in (settings.BASE_DIR / "static" / "js").glob("*.js")}
    assert scripts.keys() >= EVERYWHERE
    sizes = {name: len(gzip.compress(path.read_bytes())) for name, path in scripts.items()}
    everywhere = sum(sizes[name] for name in EVERYWHERE)
    pages = {name: everywhere + size for name, size in sizes.items() if name not in EVERYWHERE}
    assert [name for name, size in pages.items() if size >= 5 * 1024] == []
