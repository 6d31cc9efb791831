"""Passkeys (WebAuthn): what a browser is asked for, and its answers, verified.

A challenge is signed rather than stored: for what, for whom, when it was made. The passkey that answers keeps that
moment, so that a challenge counts once. A browser is told no name of the site: it takes that of the page, which has to
be one of the site's own, behind a proxy and on localhost too.
"""

import json
import struct
import time
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from django.conf import settings
from django.core import signing
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    CollectedClientData,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from .models import Passkey, User
from .models.second_factor import MAX_CREDENTIAL_ID

MAX_AGE = 3600  # seconds for which a page with a challenge may stand open
SALT = "challenge of a passkey"
# What a challenge is for: a new passkey, the second step, and a sign-in without a password.
NEW, SECOND_STEP, ALONE = "new", "second step", "alone"
# ES256, EdDSA and RS256 (COSE): every device has one of them.
ALGORITHMS = [PublicKeyCredentialParameters(type=PublicKeyCredentialType.PUBLIC_KEY, alg=alg) for alg in (-7, -8, -257)]
PREFERRED, REQUIRED = UserVerificationRequirement.PREFERRED, UserVerificationRequirement.REQUIRED
# Errors of fido2 and cryptography about what no browser answers.
UNREADABLE = (
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError),
    *(struct.error, RecursionError, NotImplementedError, UnsupportedAlgorithm),
)


class PasskeyError(Exception):
    """The answer is none to a challenge of ours, or by no passkey that may give it; `user` is whose it is, if known."""

    text = _("The passkey was not accepted. Please try again.")
    user: User | None = None


class TooLateError(PasskeyError):
    """The page stood open for too long."""

    text = _("This page stood open for too long. Please try again.")


def ask_new_passkey(user: User) -> str:
    """Options, as JSON, for a browser that is to make a passkey for the user."""
    entity = PublicKeyCredentialUserEntity(id=_handle(user), name=user.email, display_name=user.name or user.email)
    options, _ignored = _server().register_begin(
        entity,
        _descriptors(user),
        ResidentKeyRequirement.PREFERRED,
        PREFERRED,
        challenge=_make_challenge(NEW, user),
    )
    return json.dumps({**dict(options)["publicKey"], "rp": {"name": "Vestibule"}})


def ask_passkey(user: User | None = None) -> str:
    """Options, as JSON, for a browser that is to use a passkey: the user's after their password, else anybody's."""
    allowed, verification = (_descriptors(user), PREFERRED) if user else (None, REQUIRED)
    purpose = SECOND_STEP if user else ALONE
    options, _ignored = _server().authenticate_begin(allowed, verification, _make_challenge(purpose, user))
    asked = dict(options)["publicKey"]
    return json.dumps({name: value for name, value in asked.items() if name != "rpId"})


def read_new_passkey(request: HttpRequest, user: User, name: str, text: str) -> Passkey:
    """Verify the answer to `ask_new_passkey`, JSON; returns the passkey, not yet saved. Raises PasskeyError."""
    try:
        answer = RegistrationResponse.from_dict(json.loads(text))
        client = answer.response.client_data
        made_at = _open_challenge(client, NEW, user)
        data = _server(_host_of(request, client)).register_complete(_state_of(client, PREFERRED), answer)
        credential: Any = data.credential_data
        is_known_kind = credential.public_key[3] in [each.alg for each in ALGORITHMS]
    except UNREADABLE as error:
        raise PasskeyError from error
    id = websafe_encode(credential.credential_id)
    if id != answer.id or len(id) > MAX_CREDENTIAL_ID or not is_known_kind:
        raise PasskeyError
    return Passkey(
        user=user,
        name=name,
        credential_id=id,
        credential=websafe_encode(credential),
        sign_count=data.counter,
        last_challenge=made_at,
    )


def use_passkey(request: HttpRequest, text: str, user: User | None = None) -> User:
    """Verify the answer to `ask_passkey`, JSON, and use it up; returns whose passkey it is. Raises PasskeyError.

    Without a user the device has to have made sure who holds it: by a finger, a face, or its PIN.
    """
    try:
        answer = AuthenticationResponse.from_dict(json.loads(text))
        passkey = Passkey.objects.select_related("user__pro").filter(credential_id=answer.id).first()
    except UNREADABLE as error:
        raise PasskeyError from error
    if passkey is None or (user and passkey.user_id != user.pk) or not passkey.user.is_active:
        raise PasskeyError
    try:
        _verify_and_use(request, passkey, answer, user)
    except PasskeyError as error:
        error.user = passkey.user
        raise
    return passkey.user


def _verify_and_use(request: HttpRequest, passkey: Passkey, answer: AuthenticationResponse, user: User | None) -> None:
    client, handle = answer.response.client_data, answer.response.user_handle
    # Devices that hold no name of the user, such as older keys, answer only after a password.
    if handle != _handle(passkey.user) and (handle or user is None):
        raise PasskeyError
    try:
        made_at = _open_challenge(client, SECOND_STEP if user else ALONE, user)
        credential = AttestedCredentialData(websafe_decode(passkey.credential))
        state = _state_of(client, PREFERRED if user else REQUIRED)
        _server(_host_of(request, client)).authenticate_complete(state, [credential], answer)
    except UNREADABLE as error:
        raise PasskeyError from error
    if not _note_use(passkey, made_at, answer.response.authenticator_data.counter):
        raise PasskeyError


def _note_use(passkey: Passkey, made_at: int, count: int) -> bool:
    """Note the answered challenge and the counter of signatures; False where either is no later than the last.

    A counter that does not go up is that of a copy. Many devices have none, and always say 0.
    """
    later = Q(sign_count__lt=count) if count else Q(sign_count=0)
    unused = Passkey.objects.filter(later, pk=passkey.pk, last_challenge__lt=made_at)
    return bool(unused.update(last_challenge=made_at, sign_count=count, used_at=timezone.now()))


@lru_cache(maxsize=32)
def _server(host: str = "localhost") -> Fido2Server:
    """Fido2's server for passkeys of this host; what is asked for names none. Making one takes as long as a page."""
    server = Fido2Server(PublicKeyCredentialRpEntity(id=host, name="Vestibule"), verify_origin=lambda origin: True)
    server.allowed_algorithms = ALGORITHMS
    return server


def _host_of(request: HttpRequest, client: CollectedClientData) -> str:
    """Name of the host on whose page the browser was asked, which is one of ours."""
    own = (settings.SITE_URL, f"{request.scheme}://{request.get_host()}")
    if client.origin not in own or client.cross_origin:
        raise PasskeyError
    return urlsplit(client.origin).hostname or ""


def _state_of(client: CollectedClientData, verification: UserVerificationRequirement) -> dict[str, Any]:
    """State that fido2 would have kept between question and answer; `_open_challenge` verifies the challenge."""
    return {"challenge": websafe_encode(client.challenge), "user_verification": verification}


def _make_challenge(purpose: str, user: User | None) -> bytes:
    made_for = [purpose, user.pk if user else None, time.time_ns()]
    return signing.dumps(made_for, salt=SALT).encode()


def _open_challenge(client: CollectedClientData, purpose: str, user: User | None) -> int:
    """When the challenge was made, in nanoseconds; it is refused where it is none of ours for this."""
    try:
        *made_for, made_at = signing.loads(client.challenge.decode(), salt=SALT, max_age=MAX_AGE)
    except signing.SignatureExpired as error:
        raise TooLateError from error
    except signing.BadSignature as error:
        raise PasskeyError from error
    if made_for != [purpose, user.pk if user else None]:
        raise PasskeyError
    return made_at


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    ids = user.passkeys.values_list("credential_id", flat=True)
    type = PublicKeyCredentialType.PUBLIC_KEY
    return [PublicKeyCredentialDescriptor(type=type, id=websafe_decode(id)) for id in ids]


def _handle(user: User) -> bytes:
    """The name under which a device keeps a passkey of this user."""
    return str(user.pk).encode()
