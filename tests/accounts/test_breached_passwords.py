"""Passwords known from break-ins are refused where the operator has put a list of them on the machine."""

import hashlib

import pytest
from django.core.exceptions import ValidationError
from django.test import override_settings

from config.accounts.breached import BreachedPasswordValidator, is_listed
from config.environment import is_password_list
from tests.factories import PASSWORD

LISTED = [f"listed {number}" for number in range(50)]
OTHERS = [f"unknown {number}" for number in range(50)]
NAME = "config.accounts.breached.BreachedPasswordValidator"
SAID = "This password is known from break-ins into other sites. Choose another one."


@pytest.fixture
def write(tmp_path):
    """Function that writes a list as the downloader does; returns its path."""

    def write_list(passwords, end="\r\n"):
        path = tmp_path / "breached.txt"
        hashes = sorted(
            hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper() for password in passwords
        )
        path.write_bytes("".join(f"{digest}:{place * 997}{end}" for place, digest in enumerate(hashes, 1)).encode())
        return path

    return write_list


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_a_list_of_any_length_is_searched(write, end, count):
    path = write(LISTED[:count], end)
    assert [password for password in LISTED + OTHERS if is_listed(path, password)] == LISTED[:count]


def test_a_file_that_is_no_list_is_refused_at_the_start(write, tmp_path):
    (tmp_path / "words.txt").write_text("password\n")
    assert [is_password_list(str(path)) for path in ("", write(LISTED), tmp_path / "words.txt")] == [True, True, False]
    for path in ("nothing.txt", "."):
        with pytest.raises(ValueError):
            is_password_list(str(tmp_path / path))


@pytest.mark.django_db
def test_a_listed_one_is_refused_and_without_a_list_none(write, browser, user):
    listed, form = "summer in the garden", {"old_password": PASSWORD}
    form |= dict.fromkeys(("new_password1", "new_password2"), listed)
    validators = [{"NAME": NAME, "OPTIONS": {"path": str(write([listed]))}}]
    with override_settings(AUTH_PASSWORD_VALIDATORS=validators):
        refused = browser.post("/settings/password", form)
    assert (refused.status_code, SAID in refused.text) == (200, True)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    BreachedPasswordValidator().validate(listed)
    with pytest.raises(ValidationError):
        BreachedPasswordValidator(validators[0]["OPTIONS"]["path"]).validate(listed)
