"""Pushes in a real browser: why there are none is said in words, a subscription is sent, and the worker's part.

Chromium without a window has no push service and allows no notifications: these two are played here. What a push
service takes and how it is read, tests/notifications tries with one of its own.
"""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import expect

from config.notifications.models import PushDevice
from config.notifications.vapid import public_key

from ..notifications.push_service import CURVE, encode, point

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/settings/notifications"
ENDPOINT = "https://push.example.org/send/phone"
# A browser whose push service answers, or fails.
PLAYED = """([endpoint, publicKey, secret, fails]) => {
  const plain = (text) => atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const toBytes = (text) => Uint8Array.from(plain(text), (each) => each.charCodeAt(0)).buffer;
  Object.defineProperty(Notification, "permission", { get: () => "default" });
  Notification.requestPermission = async () => "granted";

  PushManager.prototype.getSubscription = async () => JSON.parse(localStorage.played ?? "null") && make();
  const make = () => ({
    endpoint, options: { applicationServerKey: null }, unsubscribe: async () => true,
    getKey: (name) => toBytes(name === "auth" ? secret : publicKey),
  });
  PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => {
    if (fails) throw new DOMException("push service not available", "AbortError");
    if (!userVisibleOnly || applicationServerKey.length !== 65) throw new Error("not as browsers want it");
    localStorage.played = "true";
    return make();
  };
}"""
# The worker's script with what it calls, and what became of it.
WORKER = """async ([script, text, language]) => {
  const handlers = {}, done = [], waits = [];
  const self = {
    navigator: { languages: [language] },
    addEventListener: (name, handler) => { handlers[name] = handler; },
    registration: { showNotification: async (title, options) => done.push([title, options]) },
    clients: { openWindow: async (path) => done.push(["open", path]) },
    fetch: async (path, options) => done.push([options.method, path]),
  };
  new Function(...Object.keys(self), script)(...Object.values(self));
  const event = { waitUntil: (promise) => waits.push(promise) };
  handlers.push({ ...event, data: { json: () => JSON.parse(text) } });
  await Promise.all(waits);
  const { data } = done[0][1];
  handlers.notificationclick({ ...event, notification: { data, close: () => done.push(["close"]) } });
  await Promise.all(waits);
  return done;
}"""


@pytest.fixture
def play(enter):
    """Open the page in a browser with a push service that is played."""

    def open_page(*, fails=False):
        page = enter(PATH, service_workers="allow")
        key = encode(point(ec.generate_private_key(CURVE).public_key()))
        values = [ENDPOINT, key, encode(b"sixteen secrets."), fails]
        page.add_init_script(f"({PLAYED})({json.dumps(values)})")
        page.reload()
        return page

    return open_page


def test_the_page_says_that_the_browser_does_not_allow_them(enter):
    page = enter(PATH, service_workers="allow")
    expect(page.locator("#push [role=status] p:visible")).to_contain_text("does not allow notifications")
    assert page.get_by_role("button", name="Show pushes on this device").is_hidden()


def test_a_device_subscribes_is_listed_as_this_one_and_removed(play):
    page = play()
    page.get_by_role("button", name="Show pushes on this device").click()
    expect(page.locator("[data-here]")).to_be_visible()
    device = PushDevice.objects.get()
    assert (device.endpoint, device.vapid_key) == (ENDPOINT, public_key())
    expect(page.locator("#push [role=status] p:visible")).to_have_text("This device shows pushes.")
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("[data-device]")).to_have_count(0)
    assert PushDevice.objects.count() == 0


def test_a_push_service_that_fails_is_told_in_its_words(play):
    page = play(fails=True)
    page.get_by_role("button", name="Show pushes on this device").click()
    expect(page.locator("#push [role=status] p:visible")).to_contain_text("AbortError: push service not available")


def test_a_test_that_no_worker_sends_says_that_it_is_on_its_way(play):
    page = play()
    page.get_by_role("button", name="Show pushes on this device").click()
    page.get_by_role("button", name="Send a test").click()
    expect(page.locator("#push-test [role=status]")).to_contain_text("on its way")
    PushDevice.objects.update(tried_at="2030-01-01T00:00Z", status=403, problem="refused")
    expect(page.locator("#push-test [role=status]")).to_contain_text("The push service refused it. (status 403)")


@pytest.mark.parametrize(
    ("language", "push", "body"),
    [
        ("en-GB", {"type": "message", "count": 1, "id": "5d1c"}, "A new message"),
        ("en-GB", {"type": "several", "count": 3, "id": "5d1c"}, "3 things are new"),
        ("en-GB", {"type": "reminder", "count": 1, "id": "5d1c", "language": "nl"}, "Een herinnering is aan de beurt"),
        ("nl-BE", {"type": "message", "count": 2, "id": "5d1c", "language": "en"}, "2 things are new"),
        ("fr-FR", {"type": "message", "count": 1, "id": "5d1c", "language": "xx"}, "Un nouveau message"),
        ("de-DE", {"type": "unheard of", "count": 1, "id": "5d1c"}, "Something is new"),
    ],
)
def test_the_worker_words_a_push_and_a_click_is_seen(enter, language, push, body):
    page = enter(PATH)
    script = page.request.get(page.url.replace(PATH, "/service-worker.js")).text()
    blank = page.context.new_page()
    title, options = (done := blank.evaluate(WORKER, [script, json.dumps(push), language]))[0]
    assert (title, options["body"], options["data"]) == ("Vestibule", body, {"type": push["type"], "id": "5d1c"})
    assert done[1:] == [["close"], ["POST", "/notifications/5d1c/seen"], ["open", "/notifications/5d1c"]]


def test_chromium_reads_the_manifest(enter):
    page = enter(PATH, service_workers="allow")
    session = page.context.new_cdp_session(page)
    answer = session.send("Page.getAppManifest")
    assert (answer["errors"], json.loads(answer["data"])["display"]) == ([], "standalone")
    assert session.send("Page.getInstallabilityErrors") == {"installabilityErrors": []}
