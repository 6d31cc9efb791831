"""Invitations to an office: mailed by an owner, sent again, withdrawn, taken up by a link that works once.

The link is made when its mail is sent, and nothing of it is stored: it names the invitation and the number of its mail,
signed. So it ends with the row, and with the next mail.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.tasks import task
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.audit.kinds import Kind
from config.audit.recording import record_event

from .automatic_mails import send_account_mail
from .mails import tell_of_joining
from .models import Invitation, Pro, User
from .models.invitation import LASTS
from .owners import hold_office, hold_people

SALT = "invitation"
# Beyond these days an invitation that nobody took up is deleted.
KEPT = timedelta(days=30)
OFFICE_CLOSED = _("This office is closed: nobody of it may sign in.")
COLLEAGUE_ALREADY = _("This person is one of your colleagues already.")
INVITED_ALREADY = _("This address is invited already. Send the invitation again, or withdraw it first.")
HAS_ACCOUNT = _(
    "This address has an account outside of your office, and nobody belongs to two. Use another address of theirs."
)


class InvitationError(Exception):
    """The link is too old, used, withdrawn, not the last one sent; or its address has an account by now."""


def check_address(pro: Pro, email: str) -> None:
    """Raise ValidationError for an address that cannot be invited: of a colleague, invited, or of another account.

    Nobody is invited to a closed office.
    """
    people = User.objects.filter(pro=pro)
    if people.exists() and not people.filter(is_active=True).exists():
        raise ValidationError(OFFICE_CLOSED, code="closed")
    user = User.objects.filter(email=email).first()
    if user and user.pro_id == pro.pk and user.is_active:
        raise ValidationError(COLLEAGUE_ALREADY, code="colleague")
    if user and not _may_return(user, pro):
        raise ValidationError(HAS_ACCOUNT, code="account")
    if Invitation.objects.for_pro(pro).filter(email=email).exists():
        raise ValidationError(INVITED_ALREADY, code="invited")


def invite(pro: Pro, email: str, *, role: str, language: str, by: User) -> Invitation:
    """Invite an address, and have the link mailed to it. Raises ValidationError, see `check_address`.

    The Pro is held, so that no office is invited to while it is closed, nor by somebody who is taken out of it.
    """
    email = email.strip().lower()
    with transaction.atomic():
        hold_office(pro.pk, by)
        check_address(pro, email)
        invitation = Invitation(pro=pro, email=email, role=role, language=language, invited_by=by)
        invitation.full_clean()
        invitation.save()
        record_event(Kind.INVITED, invitation, pro=pro, by=by, detail=role)
        _mail(invitation)
    return invitation


def send_again(invitation: Invitation, *, by: User) -> None:
    """Mail another link, for as many days; the former one ends. Raises DoesNotExist if it is gone, ValidationError."""
    with transaction.atomic():
        hold_office(invitation.pro_id, by)
        invitation = Invitation.objects.select_for_update(of=("self",)).select_related("pro").get(pk=invitation.pk)
        record_event(Kind.INVITED, invitation, pro=invitation.pro_id, by=by, detail="again")
        _mail(invitation)


def withdraw(invitation: Invitation, *, by: User | None) -> None:
    """Delete an invitation: its link ends."""
    with transaction.atomic():
        if Invitation.objects.filter(pk=invitation.pk).delete()[0]:
            record_event(Kind.INVITATION_WITHDRAWN, invitation, pro=invitation.pro_id, by=by)


def withdraw_invitations_of(users: Iterable[User], *, by: User | None) -> None:
    """Withdraw what users have sent who may invite nobody any more."""
    for invitation in Invitation.objects.filter(invited_by__in=users).order_by("pk"):
        withdraw(invitation, by=by)


def find_invitation(key: str) -> Invitation:
    """The invitation of a link. Raises InvitationError."""
    try:
        id, mails = signing.loads(key, salt=SALT)
    except signing.BadSignature as error:
        raise InvitationError from error
    invitation = Invitation.objects.select_related("pro", "invited_by").filter(pk=id, mails=mails).first()
    if invitation is None or invitation.has_ended:
        raise InvitationError
    user = User.objects.filter(email=invitation.email).first()
    if user and not _may_return(user, invitation.pro):
        raise InvitationError
    return invitation


def take_up(key: str, *, name: str, password: str) -> User:
    """Make the account of an invitation, or open again the one that its address had in the office.

    The link ends. Raises InvitationError.
    """
    with transaction.atomic():
        hold_people([find_invitation(key).pro_id])
        # As it is now: of two at once the second finds none, and neither does who comes after the closing.
        invitation = find_invitation(key)
        inviter = invitation.invited_by
        if not Invitation.objects.filter(pk=invitation.pk).delete()[0]:
            # Withdrawn at this moment.
            raise InvitationError
        user = User.objects.select_for_update().filter(email=invitation.email).first()
        user = user or User(email=invitation.email, pro=invitation.pro)
        user.name, user.role, user.language = name, invitation.role, invitation.language
        user.is_active = True
        user.set_password(password)
        try:
            with transaction.atomic():
                user.save()
        except IntegrityError as error:
            # Somebody else has the address since.
            raise InvitationError from error
        record_event(Kind.JOINED, user, pro=invitation.pro_id, by=user, detail=user.role)
        if inviter:
            tell_of_joining(user, inviter=inviter)
    return user


def make_invitation_key(invitation: Invitation) -> str:
    """The key of the link of the last mail."""
    return signing.dumps([invitation.pk, invitation.mails], salt=SALT)


@task(queue_name="mail")
def send_invitation(id: int, mails: int) -> None:
    """Send the link, unless a later mail has gone out or the invitation is gone."""
    invitation = Invitation.objects.select_related("pro", "invited_by").filter(pk=id, mails=mails).first()
    if invitation is None or invitation.has_ended:
        return
    # Made here, so that it never waits in the queue.
    url = settings.SITE_URL + reverse("accounts:invitation", args=[make_invitation_key(invitation)])
    context = {"url": url, "days": LASTS.days, "name": invitation.pro.name, "by": str(invitation.invited_by or "")}
    send_account_mail(invitation.pro, "invitation", context, to=invitation.email, language=invitation.language)


def prune_invitations() -> None:
    """Delete invitations that ended long ago: they name people who never came."""
    Invitation.objects.filter(mailed_at__lt=timezone.now() - LASTS - KEPT).delete()


def _may_return(user: User, pro: Pro) -> bool:
    """True for the account of somebody who was taken out of this office."""
    return user.pro_id == pro.pk and not (user.is_active or user.is_staff or user.is_superuser)


def _mail(invitation: Invitation) -> None:
    invitation.mails += 1
    invitation.mailed_at = timezone.now()
    invitation.save(update_fields=["mails", "mailed_at"])
    send_invitation.enqueue(invitation.pk, invitation.mails)
