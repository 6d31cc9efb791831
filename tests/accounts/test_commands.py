"""create_pro, create_token and Django's createsuperuser: day one of an installation without the demo."""

import io
import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.accounts.models import SCOPES, ApiToken, Pro, User
from tests.factories import ProFactory, UserFactory

pytestmark = pytest.mark.django_db


def run(command: str, *args: object, **options: object) -> tuple[str, str]:
    """The standard output and standard error of a command."""
    out, err = io.StringIO(), io.StringIO()
    call_command(command, *map(str, args), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def refuse(command: str, *args: object) -> str:
    """The one line with which a command refuses; nothing was stored."""
    before = Pro.objects.count(), User.objects.count(), ApiToken.objects.count()
    with pytest.raises(CommandError) as caught:
        run(command, *args)
    assert (Pro.objects.count(), User.objects.count(), ApiToken.objects.count()) == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_create_pro_makes_the_pro_and_its_first_user():
    options = ["--country", "be", "--language", "fr", "--plan", "pro", "--time-zone", "Europe/Brussels"]
    out, err = run("create_pro", " Agence Léa ", "--email", "Lea@Example.com", "--password", "moules-frites", *options)
    pro, user = Pro.objects.get(), User.objects.get()
    fields = (pro.name, pro.email, pro.country, pro.language, pro.plan, pro.time_zone, pro.cni_required)
    assert fields == ("Agence Léa", "Lea@Example.com", "BE", "fr", "pro", "Europe/Brussels", False)
    assert (user.pro, user.email, user.language, user.is_staff) == (pro, "lea@example.com", "fr", False)
    assert out == f"Made Pro {pro.pk}, Agence Léa. Sign in at http://testserver/sign-in as lea@example.com\n"
    assert err == ""
    assert user.check_password("moules-frites")


def test_create_pro_generates_a_password_and_shows_it_once():
    out, _ = run("create_pro", "Agence", "--email", "lea@example.com")
    shown = re.search(r"^with the password (\S{22}) \(", out, re.M)
    assert shown and User.objects.get().check_password(shown[1])


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        (["", "--email", "lea@example.com"], "name: This field cannot be blank."),
        (["x" * 201, "--email", "lea@example.com"], "name: Ensure this value has at most 200 characters (it has 201)."),
        (["Agence", "--email", "lea"], "email: Enter a valid email address."),
        (["Agence", "--email", "l@example.com", "--country", "BEL"], "country: Use the two capital letters"),
        (["Agence", "--email", "l@example.com", "--language", "de"], "language: Value 'de' is not a valid choice."),
        (["Agence", "--email", "l@example.com", "--plan", "gold"], "plan: Value 'gold' is not a valid choice."),
        (["Agence", "--email", "l@example.com", "--time-zone", "Mars/X"], "time-zone: Unknown time zone."),
        (["Agence", "--email", "l@example.com", "--password", "short"], "This password is too short."),
        (["Agence", "--email", "l@example.com", "--password", "password123"], "This password is too common."),
        (["Ag\udcffnce", "--email", "l@example.com"], "Error: argument name: is not UTF-8"),
    ],
)
def test_create_pro_refuses_a_bad_value_by_name(args, problem):
    assert refuse("create_pro", *args).startswith(problem)


def test_create_pro_refuses_an_address_that_somebody_signs_in_with():
    UserFactory(email="lea@example.com")
    assert refuse("create_pro", "Agence", "--email", "LEA@example.com") == "email: This address is already in use."


def test_create_token_prints_the_secret_alone(pro):
    out, err = run("create_token", pro.pk, "--name", "Website")
    secret = out.removesuffix("\n")
    token = ApiToken.objects.authenticate(secret)
    assert token and (token.pro, token.name, token.scopes) == (pro, "Website", SCOPES)
    assert (token.expires_at, token.actor_id, token.created_by) == (None, None, None)
    assert secret not in err and err.startswith("Token Website of Agence du Port, good until it is revoked, for ")


def test_create_token_takes_scopes_expiry_and_actor(pro):
    scopes = ["--scope", "contacts:read", "inquiries:write", "--scope", "contacts:read"]
    out, _ = run("create_token", pro.pk, "--name", "Sync", *scopes, "--expires-in-days", "30", "--actor-id", "789")
    token = ApiToken.objects.authenticate(out.strip())
    assert token and (token.scopes, token.actor_id) == (["contacts:read", "inquiries:write"], 789)
    assert abs(token.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)


@pytest.mark.parametrize("name", ["port@example.com", "PORT@example.com", "owner@example.com", "Owner@Example.com"])
def test_create_token_finds_the_pro_by_its_own_or_its_users_e_mail(user, name):
    out, _ = run("create_token", name, "--name", "Website")
    assert ApiToken.objects.authenticate(out.strip()).pro == user.pro


@pytest.mark.parametrize("name", ["0", "9" * 18, "9" * 40, "²", "nobody@example.com", ""])
def test_create_token_refuses_an_unknown_pro(pro, name):
    assert refuse("create_token", name, "--name", "Website") == f"There is no Pro {name}."


def test_create_token_refuses_an_ambiguous_pro(pro):
    second = ProFactory(email="port@example.com")
    problem = refuse("create_token", "port@example.com", "--name", "Website")
    assert problem.endswith(f"use its id ({pro.pk}, {second.pk}).")


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        (["--name", ""], "name: This field cannot be blank."),
        (["--name", "x" * 101], "name: Ensure this value has at most 100 characters (it has 101)."),
        (["--name", "x", "--scope", "contacts"], "scopes: Choose one or more of: contact_requests:read"),
        (["--name", "x", "--expires-in-days", "0"], "Error: argument --expires-in-days: '0' is not a whole number"),
        (["--name", "x", "--expires-in-days", "36501"], "Error: argument --expires-in-days: '36501' is not"),
        (["--name", "x", "--actor-id", "many"], "Error: argument --actor-id: invalid int value: 'many'"),
        (["--name", "x", "--actor-id", str(2**63)], "actor-id: Ensure this value is less than or equal to"),
    ],
)
def test_create_token_refuses_a_bad_value_by_name(pro, args, problem):
    assert refuse("create_token", pro.pk, *args).startswith(problem)


def test_createsuperuser_makes_staff(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a long enough password")
    out, _ = run("createsuperuser", "--noinput", "--email", "Boss@Example.com")
    user = User.objects.get()
    assert (user.email, user.is_staff, user.is_superuser, user.pro) == ("boss@example.com", True, True, None)
    assert user.check_password("a long enough password")
    assert out == "Superuser created successfully.\n"
    assert "already" in refuse("createsuperuser", "--noinput", "--email", "boss@example.com")
