"""Browsers that show pushes to a user."""

import hashlib
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, User
from config.audit.kinds import Kind
from config.audit.recording import record_event

from .encryption import PUBLIC_BYTES, SECRET_BYTES
from .models import PushDevice
from .preferences import has_saved, read_preferences, save_preferences
from .pushing import push_test
from .vapid import CURVE, find_key, from_base64url

MAX_DEVICES, MAX_ENDPOINT = 20, 1000


def add_device(
    user: User, pro: Pro, *, endpoint: str, public_key: str, secret: str, key: str, agent: str
) -> PushDevice:
    """Have pushes shown to a user by a browser, which shows them to nobody else of the office from now on.

    Raises ValidationError for what no browser's subscription has.
    """
    _check(endpoint, public_key, secret, key)
    hashed = hash_endpoint(endpoint)
    values = {"public_key": public_key, "secret": secret, "vapid_key": key, "agent": agent[:300], "endpoint": endpoint}
    with transaction.atomic():
        # Of two clicks the second finds the device of the first.
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
        others = PushDevice.objects.for_pro(pro).filter(user=user).exclude(endpoint_hash=hashed)
        if others.count() >= MAX_DEVICES:
            raise ValidationError(_("Remove a device first: there are %(n)s.") % {"n": MAX_DEVICES})
        if not has_saved(user):
            save_preferences(read_preferences(user, pro))
        PushDevice.objects.for_pro(pro).filter(endpoint_hash=hashed).delete()
        device = PushDevice.objects.create(pro=pro, user=user, endpoint_hash=hashed, **values)
        record_event(Kind.SETTINGS_CHANGED, user, pro=pro, by=user, detail="push_device_added")
    return device


def remove_device(device: PushDevice, *, by: User) -> None:
    """Send no pushes there any more."""
    with transaction.atomic():
        device.delete()
        record_event(Kind.SETTINGS_CHANGED, by, pro=device.pro_id, by=by, detail="push_device_removed")


def ask_test(device: PushDevice) -> None:
    """Send a test to a device, by the way of every push."""
    with transaction.atomic():
        PushDevice.objects.filter(pk=device.pk).update(test_asked_at=timezone.now())
        push_test.enqueue(str(device.pk))


def hash_endpoint(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()


def _check(endpoint: str, public_key: str, secret: str, key: str) -> None:
    try:
        parts = urlsplit(endpoint)
        # A network of one's own has seldom certificates.
        schemes = ("https", "http") if settings.OUTGOING_PRIVATE_NETWORKS else ("https",)
        is_printable = endpoint.isascii() and endpoint.isprintable() and " " not in endpoint
        is_usable = is_printable and len(endpoint) <= MAX_ENDPOINT and parts.scheme in schemes and bool(parts.hostname)
        is_usable = is_usable and "@" not in parts.netloc and parts.port != 0 and find_key(key) is not None
        point, auth = from_base64url(public_key), from_base64url(secret)
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
        is_usable = is_usable and (len(point), len(auth)) == (PUBLIC_BYTES, SECRET_BYTES)
    except ValueError:
        is_usable = False
    if not is_usable:
        raise ValidationError(_("The browser gave no usable subscription. Reload the page and try again."))
