"""Answers of passkeys that are refused: used before, damaged, of another site, device or challenge."""

import json
import random

import pytest
from django.core import signing
from django.test import RequestFactory
from fido2.utils import websafe_decode, websafe_encode

from config.accounts.models import Passkey
from config.accounts.passkeys import PasskeyError, ask_new_passkey, ask_passkey, read_new_passkey, use_passkey

from .authenticator import Authenticator
from .factors import give_passkey

pytestmark = pytest.mark.django_db


def test_an_earlier_challenge_is_void_once_a_later_one_is_answered(user, rf):
    device = give_passkey(user, counts=False)
    earlier, later = ask_passkey(), ask_passkey()
    assert use_passkey(rf.get("/"), device.use(later)) == user
    with pytest.raises(PasskeyError):
        use_passkey(rf.get("/"), device.use(earlier))


def test_a_copy_shows_by_its_counter(user, rf, case):
    """A copy of the device made at 5 says 6, as it does itself: the second one that does is refused."""
    for counts, said, is_let_in in ((True, 5, False), (True, 4, False), (True, 6, True), (True, 0, False)):
        with case(f"{said} after 5"):
            device = give_passkey(user, counts=counts)
            Passkey.objects.update(sign_count=5)
            device.count = said - 1
            if said == 0:
                device.count, device.counts = 0, False
            if is_let_in:
                assert use_passkey(rf.get("/"), device.use(ask_passkey())) == user
            else:
                with pytest.raises(PasskeyError):
                    use_passkey(rf.get("/"), device.use(ask_passkey()))
            assert Passkey.objects.get().sign_count == (6 if is_let_in else 5)


def test_devices_without_a_counter_are_used_again_and_again(user, rf):
    device = give_passkey(user, counts=False)
    assert [use_passkey(rf.get("/"), device.use(ask_passkey())) for _ in range(3)] == [user] * 3


def test_answers_that_are_refused(user, other_user, device, rf, case, monkeypatch):
    """Each is whole and rightly signed, but for one thing."""

    def by_site(origin):
        device.origin = origin
        return device.use(ask_passkey())

    answers = {
        "another site": lambda: by_site("https://evil.example"),
        "the site by another port": lambda: by_site("http://testserver:81"),
        "below the site": lambda: by_site("http://evil.testserver"),
        "in a frame": lambda: device.use(ask_passkey(), crossOrigin=True),
        "to make one": lambda: device.use(ask_passkey(), type="webauthn.create"),
        "a challenge for a new one": lambda: device.use(ask_new_passkey(user)),
        "a challenge after a password": lambda: device.use(ask_passkey(user)),
        "a challenge of nobody's": lambda: device.use(json.dumps({"challenge": websafe_encode(b"x" * 32)})),
        "signed for something else": lambda: device.use(
            json.dumps({"challenge": websafe_encode(signing.dumps(["alone", None, 1], salt="x").encode())})
        ),
        "no UTF-8": lambda: device.use(json.dumps({"challenge": websafe_encode(b"\xff" * 32)})),
        "another key": lambda: Authenticator.use(_twin(device), ask_passkey()),
        "nobody's passkey": lambda: Authenticator().use(ask_passkey()),
    }
    assert use_passkey(rf.get("/"), device.use(ask_passkey())) == user
    for label, make in answers.items():
        with case(label):
            device.origin = "http://testserver"
            with pytest.raises(PasskeyError) as refused:
                use_passkey(rf.get("/"), make())
            assert refused.value.user == (None if label == "nobody's passkey" else user)
    device.origin = "http://testserver"
    with pytest.raises(PasskeyError):
        use_passkey(rf.get("/"), device.use(ask_passkey(user)), other_user)
    user.is_active = False
    user.save()
    with pytest.raises(PasskeyError):
        use_passkey(rf.get("/"), device.use(ask_passkey()))


def _twin(device):
    """A device that claims this one's passkey, with a key of its own."""
    twin = Authenticator()
    twin.id, twin.handle, twin.count = device.id, device.handle, device.count
    return twin


@pytest.mark.parametrize(
    "site, host, is_secure, origin, is_let_in",
    [
        ("https://desk.example.com", "desk.example.com", True, "https://desk.example.com", True),
        # The proxy asks by another name, or does not say that it was asked by HTTPS.
        ("https://desk.example.com", "10.0.0.7:8000", False, "https://desk.example.com", True),
        ("https://desk.example.com", "other.example.com", True, "https://other.example.com", True),
        ("http://127.0.0.1:8000", "localhost:8000", False, "http://localhost:8000", True),
        ("https://desk.example.com", "desk.example.com", True, "https://desk.example.com:8443", False),
        ("https://desk.example.com", "desk.example.com", True, "https://example.com", False),
        ("https://desk.example.com", "desk.example.com", True, "https://other.example.com", False),
    ],
)
def test_the_site_is_known_by_its_own_addresses(user, settings, site, host, is_secure, origin, is_let_in):
    settings.SITE_URL, settings.ALLOWED_HOSTS = site, ["desk.example.com", "10.0.0.7", "other.example.com", "localhost"]
    request, device = RequestFactory().get("/", secure=is_secure, headers={"Host": host}), Authenticator(origin=origin)
    given = device.make(ask_new_passkey(user))
    if not is_let_in:
        with pytest.raises(PasskeyError):
            read_new_passkey(request, user, "x", given)
        return
    read_new_passkey(request, user, "x", given).save()
    assert use_passkey(request, device.use(ask_passkey())) == user
    device.origin = "http://localhost:9"
    with pytest.raises(PasskeyError):
        use_passkey(request, device.use(ask_passkey()))


def _damage(text, part, chance):
    """An answer with a few other bytes in this part of it, now and then cut in half."""
    answer = json.loads(text)
    bytes_ = bytearray(websafe_decode(answer["response"][part]))
    for _ in range(chance.randint(1, 3)):
        bytes_[chance.randrange(len(bytes_))] = chance.randrange(256)
    answer["response"][part] = websafe_encode(bytes(bytes_[: chance.choice([None, len(bytes_) // 2])]))
    return json.dumps(answer)


def test_what_is_no_answer_is_refused(user, device, rf, case):
    new, used = Authenticator().make(ask_new_passkey(user)), device.use(ask_passkey())
    chance = random.Random(7)
    deep = json.loads(new)
    deep["response"]["attestationObject"] = websafe_encode(b"\x81" * 14_000)
    texts = ["", "null", "[]", "7", "{}", "[" * 10_000, '{"id": 1}', "\x00", "9" * 5_000, json.dumps(deep)]
    texts += [
        json.dumps({**json.loads(used), **{name: value}})
        for name in ("rawId", "response")
        for value in (None, 7, [], {}, "é", "\ud800")
    ]
    for text in texts:
        with case(text[:40]):
            for read in (lambda t: use_passkey(rf.get("/"), t), lambda t: read_new_passkey(rf.get("/"), user, "x", t)):
                with pytest.raises(PasskeyError):
                    read(text)
    for text, parts in (
        (new, ("clientDataJSON", "attestationObject")),
        (used, ("clientDataJSON", "authenticatorData", "signature")),
    ):
        for _ in range(300):
            part = chance.choice(parts)
            given = _damage(text, part, chance)
            if text is used and given != used:
                with pytest.raises(PasskeyError):
                    use_passkey(rf.get("/"), given)
            elif text is new:
                # Without an attestation a changed key is only another key.
                try:
                    read_new_passkey(rf.get("/"), user, "x", given)
                except PasskeyError:
                    continue
    assert Passkey.objects.get().used_at is None
