"""Passwords of a common word with something around it are refused, in three languages."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from config.accounts.models import Pro, User

REFUSED = [
    "Motdepasse2026!",
    "M0tdep@sse1",
    "Mot de passe 1",
    "azertyuiop!!",
    "Bienvenue2026",
    "MARSEILLE-13",
    "Wachtwoord01",
    "welkom2026!!!",
    "!!Geheim!!!!",
    "Zomer2026!!!",
    "P@ssw0rd2026",
    "!!password!!",
    "Vestibule123",
    "desk.example2026",
    "Durand&Fils2026",
    "durand2026!!",
]
ACCEPTED = [
    "moules-frites",
    "correct horse battery staple",
    "motdepasse pour le portail",
    "8492017365",
    "qN4-rT9_xW2z",
    "durand-cycliste",
]


@pytest.fixture
def user(settings):
    settings.SITE_URL = "https://desk.example.org"
    return User(email="zoe@elsewhere.org", name="Zoé", pro=Pro(name="Durand & Fils"))


def test_what_is_guessed_first_is_refused(user, subtests):
    for password in REFUSED:
        with subtests.test(password), pytest.raises(ValidationError) as refusal:
            validate_password(password, user)
        with subtests.test(password):
            assert refusal.value.error_list[-1].code in ("password_decorated", "password_too_common")


def test_others_are_accepted(user, subtests):
    for password in ACCEPTED:
        with subtests.test(password):
            validate_password(password, user)
            validate_password(password)
