"""Forms on an office's own site: the frame, the plain form, and what of them is set aside."""

import time

import pytest
from django.test import Client

from config.accounts.models import AllowedOrigin
from contact_requests.models import ContactRequest, OfficePage
from contact_requests.spam import FLOOD, PER_PLACE, make_stamp

from ..factories import PropertyFactory
from ..pages import Page
from .rows import jobs

SITE = "https://www.harbour.example"
TYPED = {"name": "Jane Smith", "email": "jane@example.org", "message": "May I visit it?"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def house(pro):
    return PropertyFactory(pro=pro, slug="house", title="The House", reference="AP-101")


@pytest.fixture
def office(pro, house):
    AllowedOrigin.objects.create(pro=pro, origin=SITE)
    return OfficePage.objects.create(pro=pro, slug="harbour", is_published=False)


@pytest.fixture
def frame(office):
    return f"/embed/{office.form_key}"


def stored():
    return list(ContactRequest.objects.values_list("property__title", "name", "quarantine_reason"))


def stamped(office, age=60):
    return {**TYPED, "stamp": make_stamp(office, time.time() - age), "website": ""}


def from_site(path, origin=SITE, **typed):
    """What a browser sends of a plain form on a page of another site."""
    headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    return Client(enforce_csrf_checks=True).post(path, {**TYPED, "property": "house", **typed}, headers=headers)


def test_the_frame_is_shown_on_sites_of_the_office_alone_and_sets_no_cookie(nobody, frame):
    response = nobody.get(frame, headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"})
    policy = dict(each.strip().partition(" ")[::2] for each in response["Content-Security-Policy"].split(";"))
    assert policy["frame-ancestors"] == f"'self' {SITE}"
    assert (response.status_code, "X-Frame-Options" in response, response.cookies) == (200, False, {})
    assert response["X-Robots-Tag"] == "noindex"


def test_a_visitor_of_the_frame_chooses_a_property(nobody, pro, office, frame):
    PropertyFactory(pro=pro, title="Sold", state="sold")
    PropertyFactory(pro=pro, title="Hidden", is_published=False)
    PropertyFactory(title="Somebody's")
    page = Page(nobody.get(f"{frame}?lang=fr"))
    assert (page.texts("#id_property option"), page.one("html")["lang"]) == (["–", "The House"], "fr")
    response = Client(enforce_csrf_checks=True).post(f"{frame}?lang=fr", {**stamped(office), "property": "house"})
    assert stored() == [("The House", "Jane Smith", "")]
    assert ContactRequest.objects.get().language == "fr"
    assert response["Location"].startswith(f"{frame}?lang=fr&receipt=")
    sent = Page(nobody.get(response["Location"]))
    assert sent.one(".reference").text == ContactRequest.objects.get().reference
    assert "jane@example.org" not in sent.text
    assert sorted(job[0] for job in jobs()) == ["acknowledge", "notify"]


def test_the_frame_may_be_about_one_property(nobody, office, frame, case):
    for name in ("house", "ap 101"):
        with case(name):
            page = Page(nobody.get(frame, {"property": name}))
            assert (page.one("h1").text, page.all("#id_property")) == ("The House", [])
            nobody.post(page.form().action, stamped(office))
            assert stored() == [("The House", "Jane Smith", "")]
    for name in ("nothing", "\0", "x" * 3000):
        with case(name[:9]):
            assert len(Page(nobody.get(frame, {"property": name})).all("#id_property")) == 1


def test_what_is_wrong_in_the_frame_is_said_there(nobody, office, frame):
    other = PropertyFactory(slug="other")
    page = Page(nobody.post(frame, {**stamped(office), "property": other.slug, "email": "x"}), 422)
    assert page.texts(".errorlist") == ["Choose a property.", "Enter a valid email address."]
    assert page.one("#id_message").value == TYPED["message"]
    assert stored() == []


def test_spam_in_the_frame_is_set_aside(nobody, office, frame, case):
    other = PropertyFactory(slug="other")
    spam = {
        "honeypot": {"website": "x"},
        "too_fast": {"stamp": make_stamp(office)},
        "no_stamp": {"stamp": make_stamp(other, time.time() - 60)},
    }
    for reason, changes in spam.items():
        with case(reason):
            nobody.post(frame, {**stamped(office), "property": "house", **changes})
            assert stored() == [("The House", "Jane Smith", reason)]


def test_a_plain_form_needs_no_stamp_and_leads_back_to_its_site(nobody, office, frame, case):
    path, thanks = f"{frame}/send", f"{SITE}/thanks?x=1"
    for label, typed, location in (
        ("back to the site", {"next": thanks}, thanks),
        ("by its reference", {"property": "AP/101", "next": thanks}, thanks),
        ("to another site", {"next": "https://evil.example/"}, None),
        ("to a script", {"next": "javascript:alert(1)"}, None),
        ("past the host", {"next": f"{SITE}@evil.example/"}, None),
        ("backslash", {"next": f"{SITE}\\@evil.example/"}, None),
        ("to nowhere", {"next": "https://[x"}, None),
        ("to the receipt", {}, None),
    ):
        with case(label):
            response = from_site(path, **typed)
            assert (response.status_code, stored()) == (302, [("The House", "Jane Smith", "")])
            assert response["Location"] == location if location else response["Location"].startswith("/r/")
    with case("no origin is told"):
        from_site(path, origin="null")
        assert stored() == [("The House", "Jane Smith", "")]
    with case("in the language of the site"):
        from_site(path, lang="nl")
        assert ContactRequest.objects.get().language == "nl"


def test_a_plain_form_sent_twice_is_one(office, frame):
    assert {from_site(f"{frame}/send")["Location"] for _again in range(2)} == {from_site(f"{frame}/send")["Location"]}
    from_site(f"{frame}/send", message="Something else")
    assert len(stored()) == 2


def test_spam_of_a_plain_form_is_set_aside(office, frame, case, settings):
    path = f"{frame}/send"
    with case("its own hidden field"):
        from_site(path, website="x")
        assert stored() == [("The House", "Jane Smith", "honeypot")]
    with case("a site of somebody else"):
        from_site(path, origin="https://evil.example")
        assert stored() == [("The House", "Jane Smith", "foreign_site")]
    with case("many from one network"):
        for number in range(PER_PLACE.times + 1):
            from_site(path, message=f"Message {number}")
        assert [row[2] for row in stored()].count("too_often") == 1


def test_a_flood_is_refused_with_what_was_typed(office, frame, monkeypatch):
    monkeypatch.setattr("contact_requests.views.site_forms.count_sending", lambda request, is_valid: (60, False))
    response = from_site(f"{frame}/send")
    assert (Page(response, 429).one("#id_message").value, response["Retry-After"]) == (TYPED["message"], "60")
    assert (stored(), FLOOD.times > PER_PLACE.times) == ([], True)


def test_what_is_wrong_in_a_plain_form_is_corrected_here(nobody, office, frame):
    response = from_site(f"{frame}/send", email="", next=f"{SITE}/thanks")
    page = Page(response, 422)
    assert page.texts(".errorlist") == ["Enter an e-mail address or a phone number, so that you can get an answer."]
    assert f"form-action 'self' {SITE};" in response["Content-Security-Policy"]
    form = page.form()
    again = nobody.post(form.action, {**form.fields, "phone": "06 12 34 56 78"})
    assert (again["Location"], stored()) == (f"{SITE}/thanks", [("The House", "Jane Smith", "")])
    unknown = Page(from_site(f"{frame}/send", property="nothing"), 422)
    assert unknown.texts(".field:has(#id_property) .errorlist") == ["Choose a property."]


def test_a_former_key_opens_nothing(nobody, browser, office, frame):
    assert browser.post("/settings/site/key")["Location"] == "/settings/site"
    assert nobody.get(frame).status_code == from_site(f"{frame}/send").status_code == 404
    office.refresh_from_db()
    assert nobody.get(f"/embed/{office.form_key}").status_code == 200


def test_an_office_without_properties_says_so(nobody, office, frame, house):
    house.state = "sold"
    house.save()
    assert Page(nobody.get(frame)).texts(".empty") == ["Nothing is on offer at the moment."]


def test_the_settings_make_the_page_and_show_the_text_to_copy(browser, pro, house, other_browser):
    path = "/settings/site"
    page = Page(browser.get(path))
    assert (page.one("#id_slug")["value"], page.all("#frame-text")) == ("agence-du-port", [])
    assert browser.post(path, {"slug": "harbour", "introduction": "Us.", "is_published": "on"})["Location"] == path
    row = OfficePage.objects.get()
    assert (row.pro, row.slug, row.introduction, row.is_published) == (pro, "harbour", "Us.", True)
    page = Page(browser.get(path, {"property": str(house.pk)}))
    assert f'src="http://testserver/embed/{row.form_key}?property=house"' in page.one("#frame-text").text
    assert f'action="http://testserver/embed/{row.form_key}/send"' in page.one("#form-text").text
    assert str(house.pk) in page.one("#json-text").text
    assert page.one("iframe")["src"] == f"/embed/{row.form_key}?property=house"
    taken = Page(other_browser.post(path, {"slug": "harbour"}), 422)
    assert len(taken.texts(".field:has(#id_slug) .errorlist")) == 1
    assert Page(other_browser.get(path, {"property": str(house.pk)})).texts("#id_property option") == []
