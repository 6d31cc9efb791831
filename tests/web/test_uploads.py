"""Forms that upload by htmx have a place for what the web server says of too large a request."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)


def test_every_upload_by_htmx_has_a_place_for_its_error():
    forms = [form for path in TEMPLATES.rglob("*.html") for form in FORM.findall(path.read_text())]
    uploads = [form for form in forms if "hx-encoding" in form]
    assert len(uploads) > 1
    assert [form[:200] for form in uploads if 'class="upload-wrong' not in form] == []
