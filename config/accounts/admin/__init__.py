from .identity import IdentityDocumentAdmin
from .libraries import GroupAdmin
from .people import ProAdmin, UserAdmin
from .tenancy import InstallationAdmin, TenantAdmin, bound_pro
from .tokens import ApiTokenAdmin

__all__ = [
    "ApiTokenAdmin",
    "GroupAdmin",
    "IdentityDocumentAdmin",
    "InstallationAdmin",
    "ProAdmin",
    "TenantAdmin",
    "UserAdmin",
    "bound_pro",
]
