"""Close an office, and open it again within the time for it."""

from django.db import transaction

from config.accounts.models import Invitation, Pro, User
from config.accounts.sessions import end_sessions
from config.audit.kinds import Kind
from config.audit.recording import record_event

from .deleting import delete_office
from .models import Closing
from .switches import all_switches


class TooLateError(Exception):
    """The office is being deleted, or is open."""


def close_pro(pro: Pro, *, by: User) -> Closing:
    """Stop everything of an office at once: sessions, sign-ins, tokens, and what the apps name as SWITCHES.

    Invitations are withdrawn. It is deleted after a month. One that is closed already is returned as it is.
    """
    with transaction.atomic():
        Pro.objects.select_for_update(no_key=True).get(pk=pro.pk)
        if closing := Closing.objects.filter(pro=pro).first():
            return closing
        # Before people: who takes one up at this moment is among them then.
        Invitation.objects.for_pro(pro).delete()
        # Who makes a token at this moment holds their own row.
        people = User.objects.select_for_update().filter(pro=pro, is_superuser=False).order_by("pk")
        for user in people:
            end_sessions(user, by=by)
        closing = Closing(pro=pro, by=by)
        closing.stopped = {switch.label: switch.switch_off(pro) for switch in all_switches()}
        closing.save()
        record_event(Kind.OFFICE_CLOSED, pro, pro=pro, by=by)
        delete_office.using(run_after=closing.due_at).enqueue(pro.pk)
    return closing


def reopen_pro(pro: Pro, *, by: User) -> None:
    """Switch on again what the closing has switched off; people sign in anew. Raises TooLateError."""
    with transaction.atomic():
        closing = Closing.objects.select_for_update(of=("self",)).filter(pro=pro).first()
        if closing is None or Closing.objects.due().filter(pk=closing.pk).exists():
            raise TooLateError
        for switch in all_switches():
            switch.switch_on(pro, closing.stopped.get(switch.label, []))
        closing.delete()
        record_event(Kind.OFFICE_REOPENED, pro, pro=pro, by=by)
