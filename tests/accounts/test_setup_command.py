"""`manage.py setup`: the first day of an installation, asked for or by flags."""

import getpass
import io
import re
import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.accounts.management.commands.setup import missing_settings
from config.accounts.models import Pro, User
from config.web.readiness import static_state
from contact_requests.models import Property

pytestmark = pytest.mark.django_db
MANIFEST = "whitenoise.storage.CompressedManifestStaticFilesStorage"
FLAGS = {
    "name": "Agence du Port",
    "email": "Olive@Example.com",
    "password": "moules-frites",
    "country": "be",
    "language": "fr",
    "time_zone": "Europe/Brussels",
    "staff_email": "root@example.com",
    "staff_password": "waterzooi-gent",
    "property": "Maison du lac à Gand",
    "mail_to": "olive@example.com",
}


def run(**options: object) -> list[str]:
    """The lines that it prints."""
    out = io.StringIO()
    call_command("setup", no_input=True, stdout=out, **options)
    return out.getvalue().splitlines()


@pytest.fixture
def terminal(monkeypatch):
    """A function that sets what is typed; the questions are gathered in the list that it returns."""

    def typing(*answers: str) -> list[str]:
        asked, left = [], list(answers)

        def answer(question: str) -> str:
            asked.append(question)
            return left.pop(0)

        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", answer)
        monkeypatch.setattr(getpass, "getpass", answer)
        return asked

    return typing


def test_flags_make_everything_and_a_second_run_nothing(mailoutbox, settings):
    settings.DEBUG = True
    lines = run(**FLAGS)
    pro, owner = Pro.objects.get(), User.objects.get(email="olive@example.com")
    assert (pro.name, pro.country, pro.language, pro.time_zone) == ("Agence du Port", "BE", "fr", "Europe/Brussels")
    assert (owner.pro, owner.is_staff, owner.check_password("moules-frites")) == (pro, False, True)
    staff = User.objects.get(email="root@example.com")
    assert (staff.pro, staff.is_superuser, staff.check_password("waterzooi-gent")) == (None, True, True)
    house = Property.objects.get()
    assert (house.pro, house.title, house.slug, house.is_published) == (
        pro,
        FLAGS["property"],
        "maison-du-lac-a-gand",
        True,
    )
    assert [(mail.subject, mail.to) for mail in mailoutbox] == [("Vestibule can send mail", ["olive@example.com"])]
    assert lines == [
        "Made Agence du Port; olive@example.com signs in",
        "root@example.com signs in to http://testserver/admin/",
        "Its page is http://testserver/properties/maison-du-lac-a-gand",
        "A test mail to olive@example.com is sent; see whether it arrives.",
        "",
        "Still missing:",
        "- DEBUG is on: pages of errors tell visitors everything, and mails are kept as files. Unset it.",
        "",
        "Start web server and worker, and sign in at http://testserver/sign-in",
    ]
    again = run(**{**FLAGS, "mail_to": None})
    assert again[:2] == ["There is a Pro: Agence du Port", "There is staff: root@example.com"]
    assert (Pro.objects.count(), User.objects.count(), Property.objects.count()) == (1, 2, 1)


def test_it_asks_for_what_no_flag_says(terminal, mailoutbox):
    asked = terminal("Agence", "olive@example.com", "", "", "", "moules-frites", "", "Maison", "")
    out = io.StringIO()
    call_command("setup", stdout=out)
    default = Pro()
    assert asked == [
        "Business name of the first Pro (empty: none yet): ",
        "E-mail of its owner: ",
        f"Country [{default.country}]: ",
        f"Language [{default.language}]: ",
        f"Time zone [{default.time_zone}]: ",
        "The owner's password (empty: one is made up): ",
        "E-mail of who runs the installation (empty: nobody yet): ",
        "Title of a first property (empty: none yet): ",
        "Address for a test mail (empty: none): ",
    ]
    assert User.objects.get().check_password("moules-frites") and Property.objects.get().slug == "maison"
    assert not mailoutbox and "moules-frites" not in out.getvalue()


def test_nothing_said_makes_nothing(mailoutbox):
    assert run()[0] == "No Pro is made; --name and --email make one."
    assert not (Pro.objects.exists() or User.objects.exists() or Property.objects.exists() or mailoutbox)


def test_a_password_is_made_up_and_shown_once():
    lines = run(name="Agence", email="olive@example.com")
    text = r"The password of olive@example\.com is (\S{22}) \(it is not shown again, and ends after a week\)"
    shown = re.fullmatch(text, lines[0])
    assert shown and User.objects.get().check_password(shown[1])


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"email": "olive"}, "email: Enter a valid email address."),
        ({"country": "BEL"}, "country: Use the two capital letters"),
        ({"password": "123"}, "This password is too short"),
        ({"staff_email": "olive@example.com"}, "email: "),
        ({"property": "x" * 300}, "title: Ensure this value has at most 200 characters (it has 300)."),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(wrong, problem):
    with pytest.raises(CommandError) as refused:
        run(**{**FLAGS, **wrong})
    assert problem in str(refused.value) and "\n" not in str(refused.value)


def test_a_mail_server_that_is_down_is_told(settings):
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 1},
        }
    }
    (line,) = [line for line in run(mail_to="olive@example.com") if "test mail" in line]
    assert line.startswith("The test mail to olive@example.com could not be sent: ") and line.endswith(
        "Look at EMAIL_URL."
    )


def test_a_slug_of_another_property_is_numbered():
    run(**FLAGS)
    Pro.objects.update(name="Former")
    other = Pro.objects.create(name="Other", email="other@example.com")
    other_pk = Pro.objects.order_by("pk").first().pk
    Property.objects.update(pro=other)
    run(property=FLAGS["property"])
    assert Property.objects.get(pro=other_pk).slug == "maison-du-lac-a-gand-2"


@pytest.mark.thorough
def test_what_production_lacks(settings, tmp_path):
    manifest = {"BACKEND": MANIFEST, "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": manifest}
    static_state.cache_clear()
    settings.DEBUG, settings.SITE_URL, settings.TRUSTED_PROXIES = False, "http://desk.example.com", []
    assert [line.split(":")[0].split(" is ")[0] for line in missing_settings()] == [
        "SITE_URL does not begin with https",
        "TRUSTED_PROXIES",
        *(["DATABASE_URL"] if connection.vendor == "sqlite" else []),
        "The static files are not gathered",
    ]
    settings.SITE_URL, settings.TRUSTED_PROXIES = "https://desk.example.com", ["10.0.0.0/8"]
    call_command("collectstatic", verbosity=0, interactive=False)
    static_state.cache_clear()
    assert list(missing_settings())[int(connection.vendor == "sqlite") :] == []
    static_state.cache_clear()
