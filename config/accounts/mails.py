"""Mails to people about their accounts."""

import zoneinfo
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.tasks import task
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from .automatic_mails import send_account_mail
from .models import Pro, User

# What a mail says of a second factor, by the word that the audit has for it.
FACTOR_CHANGES = {
    "code_app_added": _("An authenticator app was added to your account."),
    "code_app_removed": _("An authenticator app was taken away from your account."),
    "passkey_added": _("A passkey was added to your account."),
    "passkey_removed": _("A passkey was taken away from your account."),
    "codes_made": _("New recovery codes were made for your account. Earlier ones are void."),
    "code_used": _("Somebody signed in to your account with a recovery code."),
    "reset": _("The second factor of your account was reset. You sign in with your password alone."),
}


@task(queue_name="mail")
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
    send_account_mail(user, "password_reset", context, to=user.email)


def tell_of_new_password(user: User) -> None:
    """Tell the owner of an account that staff have set its password."""
    send_account_notice.enqueue(user.pk, user.email)


def tell_of_new_address(user: User, *, former: str, by: User) -> None:
    """Tell the former address of an account that staff have given it another one."""
    send_account_notice.enqueue(user.pk, former, str(by), timezone.now().isoformat())


def tell_of_own_new_address(user: User, *, former: str) -> None:
    """Tell the former address of an account that its user has changed it."""
    send_account_notice.enqueue(user.pk, former, str(user), timezone.now().isoformat(), is_own=True)


def tell_of_joining(user: User, *, inviter: User) -> None:
    """Tell whoever invited somebody that they have joined the office."""
    send_joining.enqueue(inviter.pk, user.pk)


@task(queue_name="mail")
def send_joining(inviter_id: int, user_id: int) -> None:
    """Send it, unless one of them has left since."""
    inviter = User.objects.select_related("pro").filter(pk=inviter_id, is_active=True).first()
    user = User.objects.select_related("pro").filter(pk=user_id, is_active=True).first()
    if inviter and user and user.pro and inviter.pro_id == user.pro_id:
        context = {"person": str(user), "email": user.email, "name": user.pro.name, "is_owner": user.is_owner}
        send_account_mail(inviter, "joined", context, to=inviter.email)


def tell_of_taking_out(user: User, *, by: User) -> None:
    """Tell somebody that they were taken out of their office."""
    send_taking_out.enqueue(user.pk, str(by), timezone.now().isoformat())


@task(queue_name="mail")
def send_taking_out(user_id: int, by: str, at: str) -> None:
    """Send it, by whom and when (ISO 8601), unless they are back."""
    user = User.objects.select_related("pro").filter(pk=user_id, is_active=False, pro__isnull=False).first()
    if user and user.pro:
        _send_notice(user, "taken_out", {"name": user.pro.name, "by": by}, at, to=user.email)


def tell_of_new_business_address(pro: Pro, *, former: str, by: User) -> None:
    """Tell the former address of a Pro that notifications now go to another one."""
    send_business_notice.enqueue(pro.pk, former, str(by), timezone.now().isoformat())


@task(queue_name="mail")
def send_account_notice(user_id: int, to: str, by: str = "", at: str = "", *, is_own: bool = False) -> None:
    """Tell `to` of a new password of the account, or of its new address, if it has another one.

    Jobs of the former release do not know by whom and when (ISO 8601).
    """
    user = User.objects.select_related("pro").filter(pk=user_id).first()
    if user is None:
        return
    context = {"email": user.email, "is_moved": user.email != to, "by": by, "is_own": is_own}
    _send_notice(user, "account_notice", context, at, to=to)


def tell_of_factor(user: User, change: str, *, name: str = "", by: User | None = None, left: int = 0) -> None:
    """Tell a user that their second factor changed, in one of the ways of FACTOR_CHANGES, or was used up.

    `name` is the factor's, `by` who did it if it was somebody else, `left` how many recovery codes there are still.
    """
    who = str(by) if by and by.pk != user.pk else ""
    send_factor_notice.enqueue(user.pk, user.email, change, name, who, timezone.now().isoformat(), left)


@task(queue_name="mail")
def send_factor_notice(user_id: int, to: str, change: str, name: str, by: str, at: str, left: int) -> None:
    """Send what `tell_of_factor` says; `at` in ISO 8601."""
    if user := User.objects.select_related("pro").filter(pk=user_id).first():
        context = {"change": FACTOR_CHANGES[change], "name": name, "email": user.email, "by": by}
        context["left"] = left if change == "code_used" else None
        _send_notice(user, "factor_notice", context, at, to=to)


@task(queue_name="mail")
def send_factor_required(user_id: int, starts_at: str) -> None:
    """Tell a user who has no second factor that their office requires one from this time on (ISO 8601)."""
    user = User.objects.select_related("pro").filter(pk=user_id, is_active=True).first()
    if user is None or user.pro is None or user.has_to_set_up_from != datetime.fromisoformat(starts_at):
        return
    with timezone.override(zoneinfo.ZoneInfo(user.pro.time_zone)):
        from_ = None if user.has_to_set_up else timezone.localtime(user.has_to_set_up_from)
        context = {"name": user.pro.name, "from": from_, "url": settings.SITE_URL + reverse("accounts:second_factor")}
        send_account_mail(user, "factor_required", context, to=user.email)


@task(queue_name="mail")
def send_business_notice(pro_id: int, to: str, by: str, at: str) -> None:
    """Tell `to` that it is no longer the address of the Pro, by whom and when (ISO 8601)."""
    if pro := Pro.objects.filter(pk=pro_id).first():
        context = {"name": pro.name, "email": pro.email, "by": by}
        _send_notice(pro, "business_notice", context, at, to=to)


def _send_notice(of: User | Pro, template: str, context: dict[str, Any], at: str, *, to: str) -> None:
    pro = of if isinstance(of, Pro) else of.pro
    with timezone.override(zoneinfo.ZoneInfo(pro.time_zone if pro else settings.TIME_ZONE)):
        context["at"] = datetime.fromisoformat(at) if at else None
        send_account_mail(of, template, context, to=to)
