"""Mails to people about their accounts."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.tasks import task
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from config.web import mail

from .models import User


@task
def send_password_reset(account: str | int) -> None:
    """Send the user of an address the link to a new password, if there is one who may sign in with a password.

    The link is made here, so that it never waits in the queue. Jobs of the former release name the user by id.
    """
    users = User.objects.filter(email=account) if isinstance(account, str) else User.objects.filter(pk=account)
    user = users.filter(is_active=True).first()
    if user is None or not user.has_usable_password():
        return
    key = urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)
    url = settings.SITE_URL + reverse("accounts:password_reset_confirm", args=key)
    context = {"url": url, "hours": settings.PASSWORD_RESET_TIMEOUT // 3600}
    mail.send("password_reset", context, to=user.email, language=user.language, headers=mail.AUTO_GENERATED)


def tell_of_new_password(user: User) -> None:
    """Tell the owner of an account that staff have set its password."""
    send_account_notice.enqueue(user.pk, user.email)


def tell_of_new_address(user: User, *, former: str) -> None:
    """Tell the former address of an account that staff have given it another one."""
    send_account_notice.enqueue(user.pk, former)


@task
def send_account_notice(user_id: int, to: str) -> None:
    """Tell `to` of a new password of the account, or of its new address, if it has another one."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        return
    context = {"email": user.email, "is_moved": user.email != to}
    mail.send("account_notice", context, to=to, language=user.language, headers=mail.AUTO_GENERATED)
