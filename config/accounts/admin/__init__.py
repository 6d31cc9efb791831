from .audit import AuditEventAdmin
from .bounced_addresses import BouncedAddressAdmin
from .identity import IdentityDocumentAdmin
from .invitations import InvitationAdmin
from .libraries import GroupAdmin
from .people import ProAdmin, UserAdmin
from .signatures import SignatureAdmin
from .tenancy import InstallationAdmin, TenantAdmin, bound_pro
from .tokens import ApiTokenAdmin

__all__ = [
    "ApiTokenAdmin",
    "AuditEventAdmin",
    "BouncedAddressAdmin",
    "GroupAdmin",
    "IdentityDocumentAdmin",
    "InstallationAdmin",
    "InvitationAdmin",
    "ProAdmin",
    "SignatureAdmin",
    "TenantAdmin",
    "UserAdmin",
    "bound_pro",
]
