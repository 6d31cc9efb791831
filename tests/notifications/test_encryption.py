"""Encryption of pushes and their signature, against the example of RFC 8291 and a reader that follows it."""

import json

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command

from config.environment import read_vapid_keys
from config.notifications import vapid
from config.notifications.encryption import encrypt

from .push_service import CURVE, decode, decrypt, encode, point, read_vapid

# Appendix A.
PRIVATE, SECRET = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", "BTBZMqHH6r4Tts7J_aSIgg"
PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def browser_key():
    return ec.derive_private_key(int.from_bytes(decode(PRIVATE)), CURVE)


def test_the_reader_of_the_tests_reads_the_example():
    assert encode(point(browser_key().public_key())) == PUBLIC
    assert decrypt(decode(BODY), browser_key(), decode(SECRET)) == b"When I grow up, I want to be a watermelon"


def test_a_browser_reads_what_is_encrypted_for_it_and_another_does_not():
    texts = [encrypt(b'{"count": 1}', decode(PUBLIC), decode(SECRET)) for _ in range(2)]
    assert [decrypt(text, browser_key(), decode(SECRET)) for text in texts] == [b'{"count": 1}'] * 2
    assert texts[0] != texts[1]
    with pytest.raises(InvalidTag):
        decrypt(texts[0], ec.generate_private_key(CURVE), decode(SECRET))


@pytest.fixture
def keys(settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a" * 50, []
    settings.VAPID_PRIVATE_KEY = []
    return settings


def test_a_call_is_signed_for_its_push_service(keys):
    header = vapid.sign_call("https://push.example.org/send/abc?d=1", vapid.find_key(vapid.public_key()))
    assert read_vapid(header, "https://push.example.org") == vapid.public_key()


def test_former_keys_are_known_until_they_are_taken_away(keys):
    derived = vapid.public_key()
    keys.VAPID_PRIVATE_KEY = [PRIVATE]
    assert (vapid.public_key(), vapid.find_key(derived) is not None) == (PUBLIC, True)
    keys.SECRET_KEY, keys.SECRET_KEY_FALLBACKS = "b" * 50, ["a" * 50]
    assert vapid.find_key(derived) is not None
    keys.SECRET_KEY_FALLBACKS = []
    assert vapid.find_key(derived) is None


def test_a_new_key_is_one_that_the_setting_takes(capsys, monkeypatch):
    call_command("make_vapid_key")
    key = capsys.readouterr().out.strip()
    monkeypatch.setenv("VAPID_PRIVATE_KEY", f"{key},{PRIVATE}")
    assert read_vapid_keys() == [key, PRIVATE]
    assert vapid.make_key(int.from_bytes(vapid.from_base64url(PRIVATE))).public == PUBLIC


def test_an_unusable_key_stops_the_start_and_is_not_repeated(capsys, monkeypatch):
    monkeypatch.setenv("VAPID_PRIVATE_KEY", "a-secret-that-is-no-key")
    with pytest.raises(SystemExit):
        read_vapid_keys()
    assert "a-secret" not in json.dumps(capsys.readouterr())
