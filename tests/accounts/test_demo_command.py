"""The demo command in an empty database: its output, its options, and rows that stand in its way."""

import json
import random
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from config.accounts import demo
from config.accounts.models import Pro, User
from contact_requests.models import ContactRequest, Property
from contacts.models import Contact
from tests.factories import PropertyFactory, UserFactory

from .demo_command import counts, loaded, run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def development(settings, shipped):
    """The test runner switches DEBUG off."""
    settings.DEBUG = True


def test_json_has_the_documented_shape():
    out, err = run(json=True)
    description = json.loads(out)
    assert err == ""
    assert set(description) == {"pros", "staff", "userhub_ids"}
    keys = {"id", "name", "email", "password", "token", "cni_gate", "properties"}
    assert [set(pro) for pro in description["pros"]] == [keys] * 4
    assert [pro["cni_gate"] for pro in description["pros"]] == [False, False, False, True]
    assert all(set(house) == {"id", "slug"} for pro in description["pros"] for house in pro["properties"])
    assert [len(pro["properties"]) for pro in description["pros"]] == [4, 3, 3, 2]
    assert description["staff"] == {"email": "staff@example.com", "password": "vestibule-demo"}
    assert description["userhub_ids"] == [123, 456, 789]


def test_existing_loads_nothing():
    assert loaded(existing=True) == {"pros": [], "staff": None, "userhub_ids": []}
    assert sum(counts().values()) == 0


@pytest.mark.thorough
def test_the_text_says_who_can_sign_in():
    lines = run()[0].splitlines()
    assert lines[:2] == ["Agence du Vieux-Port", "  sign in  claire@example.com / vestibule-demo"]
    assert lines[3] == "  page     http://testserver/properties/t3-vue-vieux-port-marseille"
    assert "Maison Lenoir (behind the identity check)" in lines
    assert lines[-1] == "  sign in  staff@example.com / vestibule-demo"


@pytest.mark.thorough
def test_without_debug_it_warns_of_the_passwords(settings):
    settings.DEBUG = False
    out, err = run(json=True)
    assert err == "Warning: the demo's passwords are public. Delete it before real use.\n"
    assert len(json.loads(out)["pros"]) == 4


@pytest.mark.thorough
def test_it_is_the_same_everywhere(monkeypatch):
    # The history of inquiries cannot be deleted, so inquiries are not loaded twice.
    monkeypatch.setattr("inquiries.demo.load", lambda pros, rng: None)
    loaded()
    rows = list(ContactRequest.objects.order_by("-created_at").values_list("name", "status", "message"))
    for model in (ContactRequest, Contact, Property, User, Pro):
        model.objects.all().delete()
    loaded()
    assert list(ContactRequest.objects.order_by("-created_at").values_list("name", "status", "message")) == rows


@pytest.mark.thorough
def test_own_users_and_pros_are_left_alone():
    mine = UserFactory(email="me@example.com")
    description = loaded()
    mine.refresh_from_db()
    assert (mine.userhub_id, mine.pro_id in {pro["id"] for pro in description["pros"]}) == (None, False)
    assert Property.objects.for_pro(mine.pro).count() == 0


@pytest.mark.thorough
def test_conflicting_rows_are_named_and_left_alone():
    PropertyFactory(slug="canal-flat-galway")
    before = counts()
    with pytest.raises(CommandError, match=r"rows of your own stand in its way .*slug"):
        run()
    assert counts() == before


def test_a_count_that_no_app_supports_is_reported(monkeypatch):
    monkeypatch.setattr("inquiries.demo.SCALES", set())
    _, err = run(json=True, inquiries=5)
    assert err == "No installed app takes --inquiries: none were made.\n"


@pytest.mark.parametrize("bad", ["-1", "many", "1.5", "99999999"])
def test_a_count_is_a_whole_number(bad):
    with pytest.raises(CommandError, match=r"argument --contacts: .* is not a whole number from 0 to 10000000"):
        call_command("demo", "--contacts", bad)


def test_another_app_adds_its_own_module(monkeypatch):
    calls = []
    module = SimpleNamespace(
        __name__="inquiries.demo",
        load=lambda pros, rng: calls.append((len(pros), rng.random())),
        describe=lambda pro: {"inquiries": pro.pk},
        userhub_ids=lambda: [2, 1],
        SCALES={"inquiries"},
        scale=lambda pro, counts, progress: calls.append((pro.name, counts)),
    )
    monkeypatch.setattr(demo, "demo_modules", lambda name: iter([module]))
    out, err = run(json=True, inquiries=7)
    assert calls == [
        (4, random.Random("vestibule:inquiries.demo").random()),
        ("Agence du Vieux-Port", {"inquiries": 7}),
    ]
    description = json.loads(out)
    assert [entry["inquiries"] == entry["id"] for entry in description["pros"]] == [True] * 4
    assert description["userhub_ids"] == [1, 2]
    assert err == ""


def test_apps_are_called_from_the_lowest_floor_up():
    names = [module.__name__ for module in demo.demo_modules("scale")]
    assert names == ["contacts.demo", "contact_requests.demo", "inquiries.demo"]
