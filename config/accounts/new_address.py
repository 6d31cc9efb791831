"""A user's new sign-in address: asked for, confirmed by a link that is mailed to it, then changed.

The link is of use to its user alone, who is signed in: whoever gets it by a slip of the pen can do nothing with it.
"""

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.tasks import task
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from config.audit.kinds import Kind
from config.audit.recording import record_event

from .automatic_mails import send_account_mail
from .mails import tell_of_own_new_address
from .models import User
from .sessions import end_sessions

SALT = "new address"
HOURS = 24


class AddressLinkError(Exception):
    """The link is another user's, too old, used, or made before a new password; or its address has been taken."""


def ask_new_address(user: User, email: str) -> None:
    """Have a link mailed to `email`, in lower case.

    Nothing is looked up here: the answer is the same for an address that another account has.
    """
    send_address_link.enqueue(user.pk, email, _state_of(user, settings.SECRET_KEY))


def read_address_key(user: User, key: str) -> str:
    """The address that the key of a link confirms for this user. Raises AddressLinkError."""
    try:
        user_id, email, state = signing.loads(key, salt=SALT, max_age=HOURS * 3600)
    except signing.BadSignature as error:
        raise AddressLinkError from error
    states = [_state_of(user, secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    if user_id != user.pk or not any(constant_time_compare(state, each) for each in states):
        raise AddressLinkError
    return email


def change_address(user: User, key: str, *, session_key: str | None) -> User:
    """Change the user's address to the one of the key, and end all sessions but this one. Raises AddressLinkError.

    Returns the user as it is now. Links to a new password that were mailed to the former address end.
    """
    with transaction.atomic():
        changed = User.objects.select_for_update().get(pk=user.pk)
        former, changed.email = changed.email, read_address_key(changed, key)
        changed.address_changes += 1
        try:
            with transaction.atomic():
                changed.save(update_fields=["email", "address_changes"])
        except IntegrityError as error:
            raise AddressLinkError from error
        record_event(Kind.ADDRESS_CHANGED, changed, pro=changed.pro_id, by=changed)
        end_sessions(changed, but=session_key, by=changed)
        tell_of_own_new_address(changed, former=former)
    return changed


@task(queue_name="mail")
def send_address_link(user_id: int, email: str, state: str) -> None:
    """Send the link to a new address; the owner of an account that has it is told that somebody tried."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    if owner := User.objects.filter(email=email).first():
        send_account_mail(owner, "address_taken", {}, to=email)
        return
    # Made here, so that it never waits in the queue.
    key = signing.dumps([user.pk, email, state], salt=SALT)
    url = settings.SITE_URL + reverse("accounts:address_confirm", args=[key])
    context = {"url": url, "hours": HOURS, "former": user.email}
    send_account_mail(user, "new_address", context, to=email)


def _state_of(user: User, secret: str) -> str:
    """A text that another address, another password or a used link changes."""
    text = f"{user.pk} {user.address_changes} {user.email} {user.password}"
    return salted_hmac(SALT, text, secret=secret, algorithm="sha256").hexdigest()
