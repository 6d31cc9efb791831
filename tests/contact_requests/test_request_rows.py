"""The HTML of the rows of the list of contact requests, whose texts come from strangers."""

import uuid
from datetime import UTC, datetime

from django.template import Context, Template
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import override

from contact_requests.models import ContactRequest, Property

NOW = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
HOSTILE = "<b>Zoé</b> & 'co\" %(name)s"
PERSON, IDS = uuid.UUID(int=9), [uuid.UUID(int=number) for number in (7, 8)]


def row(request, *, is_open="", current=""):
    url = f"/inbox/{PERSON}?from=%2Finbox%2Frequests%3Fq%3Da%2526b%23row-{request.pk}"
    return (
        f'<li id="row-{request.pk}" class="person-row{is_open}">'
        f' <a class="row" href="{url}#request-{request.pk}" hx-get="{url}" hx-target="#item"'
        f' hx-push-url="{url}#request-{request.pk}" hx-indicator="#item" data-row{current}>'
        f' <span class="face" aria-hidden="true">&lt;</span>'
        f' <span class="row-name"><strong>{escape(HOSTILE)}</strong></span> <span class="row-at">'
        '<time datetime="2026-03-02T14:05:00+00:00" title="2 March 2026, 14:05">14:05</time></span>'
        f' <span class="row-words"> <span class="tag tag-read">Read</span>'
        f' <span class="row-about">&lt;villa&gt;</span> &lt;p&gt;{"x" * 86}… </span> </a>'
        f' <label class="row-tick"> <input type="checkbox" name="request" value="{request.pk}">'
        f'<span class="hidden">Choose {escape(HOSTILE)}</span> </label> </li>'
    )


def test_rows_of_requests(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    requests = [
        ContactRequest(
            pk=id,
            contact_id=PERSON,
            property=Property(title="<villa>"),
            name=HOSTILE,
            message=f"<p>{'x' * 200}",
            status="read",
            created_at=NOW,
        )
        for id in IDS
    ]
    tag = "{% load request_rows %}{% request_rows requests back_url open_row %}"
    context = {"requests": requests, "back_url": "/inbox/requests?q=a%26b", "open_row": f"row-{IDS[1]}"}
    with timezone.override(UTC), override("en"):
        rows = Template(tag).render(Context(context))
    shown = row(requests[1], is_open=" is-open", current=' aria-current="true"')
    assert " ".join(rows.split()) == f"{row(requests[0])} {shown}"
