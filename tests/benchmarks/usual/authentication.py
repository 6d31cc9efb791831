"""Bearer tokens of the product for the usual way."""

import hashlib
from typing import Any

from rest_framework import authentication, exceptions, permissions

from config.accounts.models import ApiToken


class BearerAuthentication(authentication.TokenAuthentication):
    """As the framework's, with its one query joined."""

    keyword = "Bearer"
    model = ApiToken

    def authenticate_credentials(self, key: str) -> tuple[Any, Any]:
        try:
            token = ApiToken.objects.select_related("pro").get(prefix=key[:12])
        except ApiToken.DoesNotExist:
            raise exceptions.AuthenticationFailed("Invalid token.") from None
        if token.hash != hashlib.sha256(key.encode()).hexdigest() or not token.is_usable:
            raise exceptions.AuthenticationFailed("Invalid token.")
        return token.pro, token


class HasPro(permissions.BasePermission):
    def has_permission(self, request: Any, view: Any) -> bool:
        return request.auth is not None
