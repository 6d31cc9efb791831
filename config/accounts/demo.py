"""The demo: realistic Pros to try the product with, the same on every machine.

An app adds its own rows with a module `demo` beside its models. Every name in it is optional:

- `load(pros: list[Pro], rng: Random) -> None` gives each demo Pro this app's rows, unless it has some;
- `describe(pro: Pro) -> dict` adds to a Pro's entry in the description;
- `userhub_ids() -> list[int]` are the ids of people whom UserHub, or the built-in directory, knows now;
- `SCALES: set[str]` names the counts it supports ("contacts", "requests", "inquiries"), and
  `scale(pro: Pro, counts: dict[str, int], progress: Progress) -> None` adds that many rows in bulk.

The apps are called in the order in which they are installed, so each finds the rows of those below it.
"""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from config.web.hooks import hooks

from .models import SCOPES, ApiToken, Pro, User

# progress("contacts", 5000) starts a bar, and returns a function to call with the number of rows just done.
Progress = Callable[[str, int], Callable[[int], None]]

SEED = "vestibule"
PASSWORD = "vestibule-demo"  # noqa: S105 - public by design
TOKEN_NAME = "Demo"  # noqa: S105
TOKEN_DAYS = 30


class Person(NamedTuple):
    email: str
    name: str
    userhub_id: int | None = None
    role: str = User.Role.OWNER


class Account(NamedTuple):
    """A Pro and its users; the description shows the first of them."""

    pro: dict[str, Any]
    people: list[Person]


ACCOUNTS = [
    Account(
        {
            "name": "Agence du Vieux-Port",
            "email": "agence@example.com",
            "phone": "+33491555012",
            "country": "FR",
            "language": "fr",
            "time_zone": "Europe/Paris",
            "plan": Pro.Plan.PRO,
        },
        [
            Person("claire@example.com", "Claire Fabre", 789),
            Person("mehdi@example.com", "Mehdi Benali", 790, User.Role.MEMBER),
        ],
    ),
    Account(
        {
            "name": "Immo Lievens",
            "email": "kantoor@example.net",
            "phone": "+3292550123",
            "country": "BE",
            "language": "nl",
            "time_zone": "Europe/Brussels",
            "plan": Pro.Plan.ENTERPRISE,
        },
        [Person("jan@example.net", "Jan Lievens", 791)],
    ),
    Account(
        {
            "name": "Corrib Lettings",
            "email": "office@example.org",
            "phone": "+35391555012",
            "country": "IE",
            "language": "en",
            "time_zone": "Europe/Dublin",
        },
        [Person("aoife@example.org", "Aoife Kelly", 792)],
    ),
    Account(
        {
            "name": "Maison Lenoir",
            "email": "maison.lenoir@example.com",
            "phone": "+3281555012",
            "country": "BE",
            "language": "fr",
            "time_zone": "Europe/Brussels",
            "cni_required": True,
        },
        [Person("sophie@example.com", "Sophie Lenoir")],
    ),
]
STAFF = Person("staff@example.com", "Sam Staff")


@cache
def _password() -> str:
    # Hashed once for all users, as hashing is slow by design.
    return make_password(PASSWORD)


def load() -> list[Pro]:
    """Create the missing rows of the demo, in one transaction, and return its Pros. Called again it changes nothing.

    Raises IntegrityError when other rows are in its way; then nothing is created.
    """
    with transaction.atomic():
        pros = [_load_account(account) for account in ACCOUNTS]
        _load_person(STAFF, is_staff=True, is_superuser=True)
        for module in demo_modules("load"):
            module.load(pros, random.Random(f"{SEED}:{module.__name__}"))
    return pros


def _load_account(account: Account) -> Pro:
    user = User.objects.filter(email=account.people[0].email, pro__isnull=False).select_related("pro").first()
    pro = user.pro if user else Pro.objects.filter(email=account.pro["email"]).order_by("pk").first()
    pro = pro or Pro.objects.create(**account.pro)
    for person in account.people:
        _load_person(person, pro=pro, language=account.pro["language"])
    return pro


def _load_person(person: Person, **fields: Any) -> None:
    if not User.objects.filter(email=person.email).exists():
        User.objects.create(**person._asdict(), password=_password(), **fields)


def describe() -> dict[str, Any]:
    """Describe the demo: who can sign in, with a new token for each Pro, and whom UserHub knows.

    {"pros": [{"id", "name", "email", "password", "token", "cni_gate", …}], "staff": {"email", "password"} or None,
    "userhub_ids": [int…]}. `email` is the one to sign in with; the apps' `describe` add to a Pro's entry.
    """
    emails = [account.people[0].email for account in ACCOUNTS]
    users = User.objects.select_related("pro").filter(email__in=emails, pro__isnull=False)
    people = sorted(users, key=lambda user: emails.index(user.email))
    has_staff = User.objects.filter(email=STAFF.email, is_staff=True).exists()
    return {
        "pros": [_describe_pro(user) for user in people],
        "staff": {"email": STAFF.email, "password": PASSWORD} if has_staff else None,
        "userhub_ids": sorted(id for module in demo_modules("userhub_ids") for id in module.userhub_ids()),
    }


def _describe_pro(user: User) -> dict[str, Any]:
    pro = user.pro
    assert pro is not None  # noqa: S101 - for the type checker: it was asked for
    entry = {
        "id": pro.pk,
        "name": pro.name,
        "email": user.email,
        "password": PASSWORD,
        "token": _replace_token(pro, user),
        "cni_gate": pro.is_gated,
    }
    for module in demo_modules("describe"):
        entry |= module.describe(pro)
    return entry


def _replace_token(pro: Pro, user: User) -> str:
    """Issue a token with every scope and return its secret text; expired demo tokens are deleted."""
    now = timezone.now()
    ApiToken.objects.for_pro(pro).filter(name=TOKEN_NAME, expires_at__lte=now).delete()
    expires_at = now + timedelta(days=TOKEN_DAYS)
    return ApiToken.objects.issue(pro, TOKEN_NAME, SCOPES, expires_at=expires_at, by=user)[1]


def scale(pro: Pro, counts: dict[str, int], progress: Progress) -> set[str]:
    """Add `counts` rows to a Pro, in bulk; returns the counts that no installed app supports."""
    counts = {name: count for name, count in counts.items() if count}
    unsupported = set(counts)
    for module in demo_modules("scale"):
        if supported := module.SCALES & set(counts):
            module.scale(pro, {name: counts[name] for name in supported}, progress)
            unsupported -= supported
    return unsupported


def demo_modules(name: str) -> Iterator[ModuleType]:
    """The `demo` modules of the other apps that have `name`."""
    return (module for module in hooks("demo", name) if module.__name__ != __name__)
