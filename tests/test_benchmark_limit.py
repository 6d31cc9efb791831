"""The limit and the usual way of `make bench` do the same work as the product: tried on few rows, without measuring."""

import io
import json
import re
import time

import pytest

from contact_requests.models import ContactRequest, ContactRequestEvent, Property
from contact_requests.spam import make_stamp
from contacts.models import Contact, ContactEvent, ContactIdentity, WaitingItem
from inquiries.models import Inquiry, InquiryHistory

from .benchmarks.addresses import LISTS
from .benchmarks.contents import form_content, inquiry_content
from .benchmarks.inprocess import program
from .benchmarks.limit import database, writes
from .benchmarks.limit.application import application
from .benchmarks.recording import record_form, record_status, record_submission
from .benchmarks.serving import database_address
from .benchmarks.setting import Setting
from .benchmarks.tables import fill
from .benchmarks.words import Shape

pytestmark = pytest.mark.thorough

SHAPE = Shape(rows=400, pros=5)
# The limit writes them as they were recorded.
FLEETING = re.compile(r'"(createdAt|updatedAt|readAt)":"[^"]*"')


@pytest.fixture
def setting(transactional_db, monkeypatch, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    fill(SHAPE)
    monkeypatch.setenv("LIMIT_DATABASE", database_address())
    yield Setting(SHAPE, is_small=True)
    database.database().close()
    database.database.cache_clear()
    writes.recipe.cache_clear()


@pytest.fixture
def recorded(setting, tmp_path, monkeypatch):
    """The rows of each write as the limit reads them."""
    prop = Property.objects.filter(pro=setting.largest).order_by("slug")[0]
    recordings = {
        "submission": record_submission(setting),
        "form": record_form(prop),
        "status": record_status(setting.largest, program(setting.token(setting.largest))),
    }
    assert {name: one.unknown for name, one in recordings.items()} == {name: set() for name in recordings}
    path = tmp_path / "rows.json"
    path.write_text(json.dumps({name: one.rows for name, one in recordings.items()}, default=str))
    monkeypatch.setenv("LIMIT_ROWS", str(path))
    return setting


def ask_limit(method, url, token="", content=b""):
    path, _, query = url.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "CONTENT_LENGTH": str(len(content)),
        "wsgi.input": io.BytesIO(content),
    }
    started = []
    body = b"".join(application(environ, lambda status, headers: started.extend((status, dict(headers)))))
    return started[0], started[1], body


def count_rows():
    models = (Contact, ContactIdentity, ContactEvent, ContactRequest, ContactRequestEvent, WaitingItem)
    return {model.__name__: model.objects.count() for model in (*models, Inquiry, InquiryHistory)}


def difference(before):
    after = count_rows()
    return {name: after[name] - count for name, count in before.items() if after[name] != count}


def test_the_lists_of_the_limit_are_those_of_the_product_to_the_byte(setting):
    for pro in (setting.largest, setting.tenth, setting.usual):
        token = setting.token(pro)
        for address in LISTS:
            if address.is_json:
                own = program(token).get(address.url)
                assert ask_limit("GET", address.url, token)[2] == own.body, address
    assert ask_limit("GET", "/api/v1/contacts", "vst_00000000_nothing")[0] == "401 Unauthorized"


def test_an_inquiry_leaves_the_same_rows(recorded):
    token = recorded.token(recorded.largest)
    before = count_rows()
    program(token).send("POST", "/api/inquiries", inquiry_content(), CONTENT_TYPE="application/json")
    own, before = difference(before), count_rows()
    status, _headers, body = ask_limit("POST", "/api/inquiries", token, inquiry_content())
    assert (status, difference(before)) == ("201 Created", own)
    inquiry = Inquiry.objects.get(pk=json.loads(body)["data"]["inquiry_id"])
    assert list(inquiry.history.values_list("to_status", flat=True)) == ["submitted"]
    assert WaitingItem.objects.filter(kind="inquiry", key=str(inquiry.pk)).count() == 1


def test_a_form_leaves_the_same_rows(recorded):
    prop = Property.objects.filter(pro=recorded.largest).order_by("slug")[0]
    url, kind = prop.get_absolute_url(), "application/x-www-form-urlencoded"
    before = count_rows()
    content = form_content("own@example.net", make_stamp(prop, time.time() - 60))
    assert program("").send("POST", url, content, CONTENT_TYPE=kind).status == 302
    own, before = difference(before), count_rows()
    assert ask_limit("POST", url, content=form_content("limit@example.net", ""))[0] == "302 Found"
    assert difference(before) == own
    request = ContactRequest.objects.get(email="limit@example.net")
    assert list(request.contact.identities.values_list("external_id", flat=True)) == ["limit@example.net"]
    assert WaitingItem.objects.get(kind="request", key=str(request.pk)).contact == request.contact


def test_a_status_is_changed_in_the_same_way(recorded):
    token = recorded.token(recorded.largest)
    own, limit = ContactRequest.objects.for_pro(recorded.largest).filter(status="new").newest_first()[:2]
    urls = [f"/pro/contact-requests/{request.pk}" for request in (own, limit)]
    before, content = count_rows(), b'{"status": "read"}'
    answer = program(token).send("PUT", urls[0], content, CONTENT_TYPE="application/json")
    made, before = difference(before), count_rows()
    body = ask_limit("PUT", urls[1], token, content)[2]
    assert difference(before) == made == {"ContactRequestEvent": 1}
    limit.refresh_from_db()
    assert (limit.status, limit.events.get().to_status) == ("read", "read")
    fields = [json.loads(FLEETING.sub('"":""', text.decode())) for text in (answer.body, body)]
    assert fields[0].keys() == fields[1].keys()
