from .bounced_address import BouncedAddress
from .identity import IdentityDocument
from .invitation import Invitation
from .origin import AllowedOrigin
from .pro import Pro
from .second_factor import CodeApp, Passkey, RecoveryCode
from .session import Session
from .signature import Signature
from .tenancy import TenantQuerySet
from .token import SCOPES, ApiToken
from .user import User

__all__ = [
    "SCOPES",
    "AllowedOrigin",
    "ApiToken",
    "BouncedAddress",
    "CodeApp",
    "IdentityDocument",
    "Invitation",
    "Passkey",
    "Pro",
    "RecoveryCode",
    "Session",
    "Signature",
    "TenantQuerySet",
    "User",
]
