"""The second factor of a user: added, used, taken away, reset; recovery codes; required of an office.

Who has an authenticator app or a passkey has a second factor, and recovery codes beside it. `User.second_factor_at`
says so on the row that every request reads.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from config.audit.kinds import Kind
from config.audit.recording import record_event

from .mails import send_factor_required, tell_of_factor
from .models import CodeApp, Passkey, Pro, RecoveryCode, User
from .one_time_codes import clean_app_code, find_step, hash_recovery_code, make_recovery_codes, make_salt
from .sessions import end_sessions

# Of each kind, for one user.
MAX_FACTORS = 20


class FactorError(Exception):
    """The code is wrong, the passkey is on record already, or there are too many."""


def add_code_app(user: User, name: str, secret: str, code: str, *, session_key: str | None) -> list[str]:
    """Add an app that has just shown this code; returns recovery codes where it is the first factor, else [].

    All sessions but this one end with the first factor. Raises FactorError.
    """
    step = find_step(secret, clean_app_code(code))
    if not step or any(app.secret == secret for app in user.codeapps.all()):
        raise FactorError
    return _add_factor(user, CodeApp(user=user, name=name, secret=secret, last_step=step), session_key)


def add_passkey(user: User, passkey: Passkey, *, session_key: str | None) -> list[str]:
    """Add a passkey that was verified; as `add_code_app`."""
    return _add_factor(user, passkey, session_key)


def _add_factor(user: User, factor: CodeApp | Passkey, session_key: str | None) -> list[str]:
    with transaction.atomic():
        _lock(user)
        if type(factor).objects.filter(user=user).count() >= MAX_FACTORS:
            raise FactorError
        try:
            with transaction.atomic():
                factor.save()
        except IntegrityError as error:
            raise FactorError from error
        _note_change(user, f"{_word(factor)}_added", name=factor.name, by=user)
        if user.second_factor_at is not None:
            return []
        user.second_factor_at = timezone.now()
        user.save(update_fields=["second_factor_at"])
        end_sessions(user, but=session_key, by=user)
        return _replace_codes(user)


def remove_factor(user: User, factor: CodeApp | Passkey, *, session_key: str | None) -> None:
    """Take away one of the user's factors, and end all sessions but this one; recovery codes go with the last."""
    with transaction.atomic():
        _lock(user)
        if not type(factor).objects.filter(user=user, pk=factor.pk).delete()[0]:
            return
        _note_change(user, f"{_word(factor)}_removed", name=factor.name, by=user)
        if not user.codeapps.exists() and not user.passkeys.exists():
            _clear(user)
        end_sessions(user, but=session_key, by=user)


def reset_second_factor(user: User, *, by: User | None) -> bool:
    """Take everything away and end the user's sessions, for somebody who has lost it; returns whether there was one."""
    with transaction.atomic():
        _lock(user)
        if user.second_factor_at is None:
            return False
        user.codeapps.all().delete()
        user.passkeys.all().delete()
        _clear(user)
        _note_change(user, "reset", by=by)
        end_sessions(user, by=by)
        return True


def make_codes(user: User) -> list[str]:
    """Recovery codes in place of the former ones; they are stored as hashes alone. [] for who has no factor."""
    with transaction.atomic():
        _lock(user)
        if user.second_factor_at is None:
            return []
        _note_change(user, "codes_made", by=user)
        return _replace_codes(user)


def use_code(user: User, text: str) -> str:
    """Use a code of an app or a recovery code, once; returns "code_app", "recovery_code", or "" for a wrong one."""
    if code := clean_app_code(text):
        return "code_app" if _use_app_code(user, code) else ""
    return "recovery_code" if _use_recovery_code(user, text) else ""


def _use_app_code(user: User, code: str) -> bool:
    for app in user.codeapps.all():
        step = find_step(app.secret, code, after=app.last_step) if app.secret else 0
        # Of two at once, one finds it unused.
        unused = CodeApp.objects.filter(pk=app.pk, last_step__lt=step)
        if step and unused.update(last_step=step, used_at=timezone.now()):
            return True
    return False


def _use_recovery_code(user: User, text: str) -> bool:
    codes = list(user.recovery_codes.all())
    digests = {salt: hash_recovery_code(text, salt) for salt in {code.salt for code in codes}}
    for code in codes:
        digest = digests[code.salt]
        if digest and constant_time_compare(digest, code.digest):
            with transaction.atomic():
                is_used = bool(RecoveryCode.objects.filter(pk=code.pk).delete()[0])
                if is_used:
                    tell_of_factor(user, "code_used", left=user.recovery_codes.count())
            return is_used
    return False


def require_second_factor(pro: Pro, starts_at: datetime | None, *, by: User) -> None:
    """Require a second factor of everybody in the office from this time on, None for no longer; `by` has to have one.

    Whoever has none is told by mail. A session that goes on until then ends by itself, see `WorkspaceMiddleware`.
    Raises FactorError.
    """
    fields = {"second_factor_required": starts_at is not None, "second_factor_required_from": starts_at}
    with transaction.atomic():
        _lock(by)
        if starts_at and by.second_factor_at is None:
            raise FactorError
        if not Pro.objects.filter(pk=pro.pk).exclude(**fields).update(**fields):
            return
        detail = "second_factor_required" if starts_at else "second_factor_optional"
        record_event(Kind.SETTINGS_CHANGED, pro, pro=pro, by=by, detail=detail)
        if starts_at:
            for id in User.objects.filter(pro=pro, is_active=True, second_factor_at=None).values_list("pk", flat=True):
                send_factor_required.enqueue(id, starts_at.isoformat())


def _lock(user: User) -> None:
    """Lock the user's row, and read anew whether they have a second factor."""
    locked = User.objects.select_for_update(no_key=True).values_list("second_factor_at", flat=True)
    user.second_factor_at = locked.get(pk=user.pk)


def _clear(user: User) -> None:
    user.recovery_codes.all().delete()
    user.second_factor_at = None
    user.save(update_fields=["second_factor_at"])


def _replace_codes(user: User) -> list[str]:
    codes, salt = make_recovery_codes(), make_salt()
    user.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, salt=salt, digest=hash_recovery_code(code, salt)) for code in codes
    )
    return codes


def _word(factor: CodeApp | Passkey) -> str:
    return "code_app" if isinstance(factor, CodeApp) else "passkey"


def _note_change(user: User, change: str, *, by: User | None, name: str = "") -> None:
    """Record a change and tell the user by mail; `by` is None for the people who run the site."""
    record_event(Kind.SECOND_FACTOR_CHANGED, user, pro=user.pro_id, by=by, detail=change)
    tell_of_factor(user, change, name=name, by=by)
