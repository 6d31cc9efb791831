"""Pictures, sounds and the state of media on the pages of a conversation."""

import io

import pytest
from PIL import Image

from contacts.channels.message import Media
from contacts.models import MessageFile, MessageMedium

from ...pages import Page
from ...pictures import photo
from ..messaging import arrive
from .pages import THREAD, letters, messages_path, path_of, polled_path

pytestmark = pytest.mark.django_db
OGG = b"OggS" + bytes(range(200))
SAFE = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


@pytest.fixture
def shown(peer, whatsapp, work_tasks, browser):
    """Receives and fetches a medium; returns its message and the page."""

    def run(*media, **contents):
        peer.media.update(contents)
        message = arrive(whatsapp, "", media=media)
        work_tasks()
        return message, Page(browser.get(path_of(message.contact)))

    return run


@pytest.fixture
def voice(shown):
    return shown(Media("voice", "v", "", "audio/ogg; codecs=opus"), v=(OGG, "audio/ogg"))


def test_picture_is_a_thumbnail_that_leads_to_the_original(shown, browser, other_browser):
    message, page = shown(Media("image", "p", "", "image/jpeg"), p=(photo(), "image/jpeg"))
    file = MessageFile.objects.get()
    link = page.one(".picture")
    image = link.one("img")
    assert (link["href"], image["src"]) == (
        f"{messages_path(message.contact)}/files/{file.pk}",
        f"{messages_path(message.contact)}/files/{file.pk}/thumbnail",
    )
    assert (image["width"], image["height"], image["alt"]) == ("480", "640", file.filename)
    response = browser.get(image["src"])
    content = b"".join(response)
    assert {name: response[name] for name in SAFE} == SAFE
    assert (response.status_code, response["Content-Type"], response["Cache-Control"]) == (
        200,
        "image/webp",
        "private, max-age=3600",
    )
    assert Image.open(io.BytesIO(content)).size == (480, 640)
    assert browser.get(link["href"])["Content-Disposition"].startswith("attachment")
    assert other_browser.get(image["src"]).status_code == 404
    assert browser.get(f"{link['href']}/play").status_code == 404


def test_voice_message_is_played(voice, browser, other_browser):
    message, page = voice
    player = page.one("audio")
    assert (player["preload"], "controls" in player) == ("none", True)
    response = browser.get(player["src"])
    assert (response.status_code, b"".join(response), response["Content-Type"]) == (200, OGG, "audio/ogg")
    assert {name: response[name] for name in SAFE} == SAFE
    assert (response["Accept-Ranges"], "Content-Disposition" in response) == ("bytes", False)
    assert other_browser.get(player["src"]).status_code == 404
    assert browser.get(player["src"].replace("play", "thumbnail")).status_code == 404
    assert "media-src 'self'" in browser.get(path_of(message.contact))["Content-Security-Policy"]


def test_range_of_a_sound_is_served(voice, browser, subtests):
    path, size = voice[1].one("audio")["src"], len(OGG)
    for asked, first, last in (
        ("bytes=0-", 0, size - 1),
        ("bytes=0-1", 0, 1),
        ("bytes=100-99999", 100, size - 1),
        ("bytes=-4", size - 4, size - 1),
        ("bytes=-99999", 0, size - 1),
    ):
        with subtests.test(asked):
            response = browser.get(path, headers={"Range": asked})
            assert (response.status_code, response.content) == (206, OGG[first : last + 1])
            assert response["Content-Range"] == f"bytes {first}-{last}/{size}"
            assert {name: response[name] for name in SAFE} == SAFE
    for asked in (f"bytes={size}-", "bytes=5-4", "bytes=-0"):
        with subtests.test(asked):
            response = browser.get(path, headers={"Range": asked})
            assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{size}")
    for asked in ("bytes=0-1,3-4", "bytes=-", "items=0-1", "bytes=x", f"bytes={'9' * 30}-"):
        with subtests.test(asked):
            assert b"".join(browser.get(path, headers={"Range": asked})) == OGG


def test_anything_else_is_a_download(shown, browser):
    hostile = (b"<script>alert(1)</script>", "text/html")
    message, page = shown(Media("document", "h", "x.html", "text/html"), h=hostile)
    assert (page.has(".picture"), page.has("audio")) == (False, False)
    assert letters(page) == [(False, "WhatsApp Inès x.html 25 bytes May be dangerous")]
    # A picture in name alone has no thumbnail.
    _message, page = shown(Media("image", "i", "", "image/jpeg"), i=hostile)
    assert not page.has(".picture")
    path = f"{messages_path(message.contact)}/files/{MessageFile.objects.first().pk}"
    assert [browser.get(f"{path}/{name}").status_code for name in ("thumbnail", "play")] == [404, 404]


def test_missing_files_are_404_and_an_unavailable_storage_503(voice, browser, attachment_folder):
    path, file = voice[1].one("audio")["src"], attachment_folder / MessageFile.objects.get().key
    file.unlink()
    assert browser.get(path).status_code == 404
    file.mkdir()
    assert browser.get(path).status_code == 503


def test_state_of_a_medium_is_shown_and_polled(browser, peer, whatsapp, work_tasks, retry_failed_jobs):
    message = arrive(whatsapp, "", media=(Media("document", "9", "lease.pdf", "application/pdf"),))
    path, label = path_of(message.contact), "WhatsApp Inès Document “lease.pdf”:"
    page = Page(browser.get(path))
    assert letters(page) == [(False, f"{label} being fetched from WhatsApp")]
    work_tasks()
    assert browser.get(polled_path(page), headers=THREAD).status_code == 200
    page = Page(browser.get(path))
    assert letters(page) == [(False, f"{label} being fetched from WhatsApp (The provider does not have it.)")]
    for _attempt in range(2):
        retry_failed_jobs()
        work_tasks()
    page = Page(browser.get(path))
    assert letters(page) == [(False, f"{label} gone at WhatsApp Fetch again")]
    peer.media["9"] = (b"%PDF", "application/pdf")
    response = browser.post(page.form("form[action$='/fetch']").action)
    assert (response.status_code, response["Location"]) == (302, path)
    work_tasks()
    assert letters(Page(browser.get(path))) == [(False, "WhatsApp Inès lease.pdf 4 bytes")]


def test_refused_medium_is_named_with_the_reason(shown):
    _message, page = shown(Media("video", "b"), b=(b"x" * (25 * 1024 * 1024 + 1), "video/mp4"))
    label = "Video: not kept, open WhatsApp to view it (It is larger than 25 MB.)"
    assert letters(page) == [(False, f"WhatsApp Inès {label} Fetch again")]


def test_medium_of_another_pro_is_not_fetched_again(shown, browser, other_browser):
    message, _page = shown(Media("image", "missing"))
    medium = MessageMedium.objects.get()
    MessageMedium.objects.update(state="gone")
    path = f"{messages_path(message.contact)}/media/{medium.pk}/fetch"
    assert (other_browser.post(path).status_code, browser.get(path).status_code) == (404, 405)
    message.contact.archive(by=None)
    assert browser.post(path).status_code == 404
    medium.refresh_from_db()
    assert medium.state == "gone"
