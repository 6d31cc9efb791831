"""/settings/audit: a Pro's events, filtered, page by page, and as a file."""

import csv
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from config.accounts.models import ApiToken
from config.accounts.proof import PROVEN_AT
from config.accounts.views.audit import ROWS
from config.audit.kinds import Kind
from config.audit.models import AuditEvent
from config.audit.recording import record_event
from config.web.hooks import hooks

from ..factories import ContactFactory, UserFactory
from ..pages import Page

pytestmark = pytest.mark.django_db
URL = "/settings/audit"
# A call of `record_event` with a word of its own: kind, word.
CALL = re.compile(r'record_event\(Kind\.([A-Z_]+),[^()]*(?:\([^()]*\)[^()]*)*detail="([a-z_:]+)"')
SOURCES = [
    path for room in ("config", "contacts", "contact_requests", "inquiries") for path in Path(room).rglob("*.py")
]


def lines(client, **query):
    """The lines of the list: what was done, and by whom."""
    found = Page(client.get(URL, query)).all("ol.audit > li")
    texts = [[" ".join(part.text.split()) for part in line.all("p")] for line in found]
    return [(what, who.split(" · ")[0]) for what, who in texts]


@pytest.fixture
def events(pro, user, other_user):
    colleague = UserFactory(pro=pro, email="c@example.com", name="Cas")
    contact = ContactFactory(pro=pro, name="Ana Visser")
    token = ApiToken.objects.issue(pro, "Portal", ["contacts:read"], by=user)[0]
    record_event(Kind.CONTACT_VIEWED, contact, pro=pro, by=token)
    record_event(Kind.EXPORTED, pro=pro, by=colleague, detail="contacts")
    record_event(Kind.ERASED, ContactFactory.build(), pro=pro, by=user)
    record_event(Kind.EXPORTED, pro=other_user.pro, by=other_user, detail="contacts")
    record_event(Kind.SIGN_IN_FAILED, pro=None)
    return {"colleague": colleague, "token": token, "contact": contact}


def test_the_list_names_people_and_rows(browser, events):
    token = events["token"]
    assert [line[1] for line in lines(browser)] == ["Olive Owner", "Cas", str(token), "Olive Owner"]
    assert [line[0].partition(" contact ")[0] for line in lines(browser)] == [
        "Erased ·",
        "Exported contacts",
        "Contact viewed · Ana Visser",
        f"Token made · {token}",
    ]
    link = Page(browser.get(URL)).one("ol.audit > li:nth-child(3) a")
    assert link["href"] == f"/contacts/{events['contact'].pk}"


def test_details_are_in_the_reader_s_language(browser, user, pro, events, admin_client):
    record_event(Kind.SETTINGS_CHANGED, pro, pro=pro, by=user, detail="phone,time_zone,privacy")
    record_event(Kind.ERASURE_PLANNED, events["contact"], pro=pro, by=user, detail="not_needed")
    record_event(Kind.CHANNEL_CHANGED, pro=pro, by=user, detail="mime")
    record_event(Kind.SESSION_ENDED, user, pro=pro, by=user, detail="3")
    record_event(Kind.ADMIN_CHANGED, pro=pro, by=user, detail="a_word_of_a_later_release")
    details = [tag.text for tag in Page(browser.get(URL)).all("ol.audit .tag")]
    assert details == [
        "a_word_of_a_later_release",
        "3",
        "Own mail server (signed MIME)",
        "It is no longer needed",
        "phone, time zone, privacy",
        "contacts",
    ]
    of_staff = Page(admin_client.get("/admin/audit/auditevent/")).texts("#result_list td.field-detail_label")
    assert of_staff[:5] == details[:5]
    user.language = "fr"
    user.save()
    details = [tag.text for tag in Page(browser.get(URL)).all("ol.audit .tag")]
    assert (details[2], details[3]) == ("Serveur de messagerie à vous (MIME signé)", "Ce n’est plus nécessaire")


def test_every_word_that_is_recorded_has_one_for_its_reader():
    """The programs' own words, as they stand in the calls of `record_event`."""
    modules = hooks("audited", "DETAILS")
    known = {(kind, word) for module in modules for kind, words in module.DETAILS.items() for word in words}
    calls = {(kind.lower(), word) for path in SOURCES for kind, word in CALL.findall(path.read_text())}
    assert calls - known == set()
    assert len(calls) >= 7


def test_names_of_those_who_have_gone_are_not_there(browser, events, pro):
    events["contact"].delete()
    events["colleague"].delete()
    first, second, third, *_more = lines(browser)
    assert first[0].startswith("Erased · contact ")
    assert second[1].startswith("#")
    assert third[0] == f"Contact viewed · contact {events['contact'].pk or third[0].split()[-1]}"
    assert "Ana" not in str(lines(browser))


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ({"kind": "exported"}, ["Exported contacts"]),
        ({"by": "user:{colleague.pk}"}, ["Exported contacts"]),
        ({"by": "token:{token.pk}"}, ["Contact viewed · Ana Visser"]),
        ({"first": "2999-01-01"}, []),
        ({"last": "1999-01-01"}, []),
    ],
)
def test_filters(browser, events, query, kinds):
    query = {name: value.format(**events) for name, value in query.items()}
    assert [line[0] for line in lines(browser, **query)] == kinds


@pytest.mark.parametrize(
    "query",
    [{"kind": "x"}, {"by": "user:1x"}, {"by": "user:999999999999999999999"}, {"first": "x"}, {"last": "9999-12-31"}],
)
def test_invalid_filters_count_as_none(browser, events, query):
    assert len(lines(browser, **query)) == 4


def test_the_first_day_of_all_is_one_where_clocks_are_ahead(browser, events, pro):
    pro.time_zone = "Europe/Paris"
    pro.save()
    assert len(lines(browser, first="0001-01-01")) == 4


def test_a_day_is_the_reader_s(browser, pro):
    today = timezone.localdate()
    for day in (-1, 0):
        AuditEvent.objects.create(pro=pro, kind="exported", created_at=timezone.now() + timedelta(days=day))
    assert len(lines(browser, first=today.isoformat(), last=today.isoformat())) == 1
    assert len(lines(browser, last=today.isoformat())) == 2


def test_pages(browser, pro):
    AuditEvent.objects.bulk_create([AuditEvent(pro=pro, kind="exported", detail=str(n)) for n in range(ROWS + 1)])
    page = Page(browser.get(URL, {"kind": "exported"}))
    assert len(page.all("ol.audit > li")) == ROWS
    older = Page(browser.get(page.one("a[href*=cursor]")["href"]))
    assert len(older.all("ol.audit > li")) == 1
    assert [link.text for link in older.all(f"a[href='{URL}?kind=exported']")] == ["Back to the newest"]
    assert browser.get(URL, {"cursor": "x"}).status_code == 404


def test_the_file_has_escaped_cells_and_no_names_of_contacts(browser, pro, user, events):
    user.name = "=cmd|'/c calc'!A1"
    user.save()
    text = b"".join(browser.get(f"{URL}.csv", {"kind": "erased"})).decode("utf-8-sig")
    heading, row = csv.reader(io.StringIO(text))
    assert heading == ["at", "kind", "by", "row of", "row", "detail", "request"]
    assert row[1:4] == ["erased", "'=cmd|'/c calc'!A1", "contacts.contact"]
    whole = b"".join(browser.get(f"{URL}.csv")).decode("utf-8-sig")
    # The export before it and this one stand there too.
    assert "Ana Visser" not in whole and len(whole.splitlines()) == 1 + 4 + 2


def test_the_password_is_asked_again_for_the_file(browser, events):
    session = browser.session
    session[PROVEN_AT] = 0
    session.save()
    assert Page(browser.get(f"{URL}.csv")).one("input[name=confirm_password]")
    assert AuditEvent.objects.filter(detail="audit").count() == 0


def test_another_pro_reads_its_own(other_browser, events):
    assert [line[0] for line in lines(other_browser)] == ["Exported contacts"]
    assert "Cas" not in other_browser.get(URL).content.decode()
