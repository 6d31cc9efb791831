"""Names of this app's rows in the audit, and what the words of its events mean."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.audit.kinds import Kind

from .audit_list import RowName
from .models import AllowedOrigin, ApiToken, IdentityDocument, Invitation, Pro, User

ROLES = {str(value): label for value, label in User.Role.choices}
DETAILS = {
    Kind.SIGNED_IN: {
        "code_app": _("with a code of the app"),
        "passkey": _("with a passkey"),
        "recovery_code": _("with a recovery code"),
    },
    Kind.SIGN_IN_FAILED: {
        "password_again": _("the password was asked again"),
        "second_factor": _("the second factor"),
        "passkey": _("with a passkey"),
    },
    Kind.SECOND_FACTOR_CHANGED: {
        "code_app_added": _("authenticator app added"),
        "code_app_removed": _("authenticator app taken away"),
        "passkey_added": _("passkey added"),
        "passkey_removed": _("passkey taken away"),
        "codes_made": _("recovery codes made"),
        "reset": _("reset"),
    },
    Kind.PASSWORD_CHANGED: {"own": _("by its owner"), "link": _("by a link"), "staff": _("by staff")},
    Kind.SETTINGS_CHANGED: {
        "mail_again": _("mails to this address again"),
        "second_factor_required": _("second factor required"),
        "second_factor_optional": _("second factor no longer required"),
        "origins": AllowedOrigin._meta.verbose_name_plural,
        "signature": _("signature"),
        "away": _("absence"),
        "back": _("absence ended"),
    },
    Kind.INVITED: {**ROLES, "again": _("sent again")},
    Kind.JOINED: ROLES,
    Kind.ROLE_CHANGED: ROLES,
    Kind.TAKEN_OUT: {"handed_over": _("what they had went to a colleague")},
    Kind.EXPORTED: {
        "audit": pgettext_lazy("exported", "the audit"),
        "office": pgettext_lazy("exported", "everything of the office"),
    },
    Kind.ADMIN_CHANGED: {
        "added": pgettext_lazy("audit", "added"),
        "changed": pgettext_lazy("audit", "changed"),
        "deleted": pgettext_lazy("audit", "deleted"),
    },
}


def find_names(label: str, pro: Pro, ids: list[str]) -> dict[str, RowName]:
    """People, invitations, tokens, identity documents and the Pro; see `audit_list.NameFinder`."""
    rows: list = []
    if label == "accounts.user":
        rows = list(User.objects.filter(pro=pro, pk__in=ids))
    elif label == "accounts.apitoken":
        rows = list(ApiToken.objects.for_pro(pro).filter(pk__in=ids))
    elif label == "accounts.invitation":
        rows = list(Invitation.objects.for_pro(pro).filter(pk__in=ids))
    elif label == "accounts.identitydocument":
        return {str(row.pk): RowName(row.filename) for row in IdentityDocument.objects.for_pro(pro).filter(pk__in=ids)}
    elif label == "accounts.pro":
        rows = [pro] if str(pro.pk) in ids else []
    return {str(row.pk): RowName(str(row)) for row in rows}
