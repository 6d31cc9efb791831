"""The first people of an installation: a Pro with its owner, and staff."""

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from .models import Pro, User


def create_pro(pro: Pro, password: str, *, is_made_up: bool = False) -> User:
    """Save `pro` with a first user who signs in with the same e-mail. Raises ValidationError; then nothing is saved.

    A password that is made up ends after a week.
    """
    with transaction.atomic():
        pro.full_clean()
        pro.save()
        return _save(User(email=pro.email, pro=pro, language=pro.language), password, is_made_up)


def create_staff(email: str, password: str, *, is_made_up: bool = False) -> User:
    """Save a superuser of the admin. Raises ValidationError."""
    return _save(User(email=email, is_staff=True, is_superuser=True), password, is_made_up)


def _save(user: User, password: str, is_made_up: bool) -> User:
    user.has_first_password = is_made_up
    validate_password(password, user)
    user.set_password(password)
    user.full_clean()
    user.save()
    return user
