"""Requests that pages of other sites send (Fetch Metadata), and who may show what is served here."""

import pytest

from contact_requests.models import ContactRequest
from contact_requests.pictures import add_picture
from tests.factories import ContactFactory, PropertyFactory, make_token
from tests.pages import Page
from tests.pictures import picture

pytestmark = pytest.mark.django_db


def sent_by(site, mode="no-cors", dest="empty"):
    return {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}


LINK, FRAME = sent_by("cross-site", "navigate", "document"), sent_by("cross-site", "navigate", "iframe")
IMAGE, SCRIPT = sent_by("cross-site", "no-cors", "image"), sent_by("cross-site", "cors")
FOREIGN = {"form": LINK, "frame": FRAME, "image": IMAGE, "script": SCRIPT}
OURS = [sent_by("same-origin"), sent_by("none", "navigate", "document"), sent_by("same-site"), {}]
EXPORT = "/contacts/export.csv"
PAGES = ["/inbox", "/contacts", EXPORT, "/docs/api/contact-requests.json", "/settings/tokens", "/sign-in"]


@pytest.fixture
def house(pro):
    return PropertyFactory(pro=pro, slug="house")


def is_refused(response):
    return Page(response, 403).one("h1").text == "That came from another site"


def test_another_sites_pages_get_nothing_with_somebodys_session(browser, case):
    for path in PAGES:
        with case(path):
            assert is_refused(browser.get(path, headers=FRAME))
            assert is_refused(browser.get(path, headers=IMAGE)) and is_refused(browser.get(path, headers=SCRIPT))
            assert is_refused(browser.post(path, headers=LINK))


def test_links_and_our_own_pages_go_on(browser, case):
    for path in PAGES:
        for headers in (LINK, *OURS):
            with case(path, **headers):
                assert browser.get(path, headers=headers).status_code == 200


def test_a_form_of_another_site_does_nothing(browser, pro):
    contact = ContactFactory(pro=pro)
    for headers in FOREIGN.values():
        assert is_refused(browser.post(f"/contacts/{contact.pk}/archive", headers=headers))
    contact.refresh_from_db()
    assert contact.deleted_at is None
    assert browser.post(f"/contacts/{contact.pk}/archive", headers=sent_by("same-origin")).status_code == 302


def test_json_by_session_is_refused_in_its_dialect(browser, nobody, pro):
    path = "/pro/contact-requests"
    for headers in (FRAME, IMAGE, SCRIPT):
        response = browser.get(path, headers=headers)
        message = "A page of another site may not ask this with somebody's session."
        assert (response.status_code, response.json()) == (403, {"error": {"code": "FORBIDDEN", "message": message}})
    bearer = {"Authorization": f"Bearer {make_token(pro)}"}
    for headers in (LINK, *OURS):
        assert browser.get(path, headers=headers).status_code == 200
    assert nobody.get(path, headers={**SCRIPT, **bearer}).json()["data"] == []


def test_public_forms_webhooks_and_pictures_are_open(nobody, house):
    add_picture(house, picture(), filename="front.jpg", description="The front")
    form = {"name": "Zoé", "email": "zoe@example.org", "message": "Is it free?"}
    assert nobody.post("/properties/house", form, headers=LINK).status_code == 302
    assert ContactRequest.objects.get().name == "Zoé"
    assert nobody.post("/channels/telegram/x", headers=SCRIPT).status_code in (401, 403, 404)
    path = f"/properties/house/pictures/{house.pictures.get().pk}"
    answer = nobody.get(path, headers=IMAGE)
    assert (answer.status_code, answer["Cross-Origin-Resource-Policy"]) == (200, "cross-origin")
