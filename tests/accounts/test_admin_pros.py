"""Pros in the staff admin."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.accounts.models import Pro

from ..admin_site import page, staff_client
from ..pages import Page


def pro_form(pro: Pro, **changes: Any) -> dict[str, Any]:
    names = ["name", "email", "phone", "country", "language", "time_zone", "plan"]
    return {name: getattr(pro, name) for name in names} | changes


def test_staff_change_a_pro(staff_browser, pro):
    data = pro_form(pro, name="Agence du Lac", plan="pro", cni_required="on")
    assert staff_browser.post(page(pro, "change"), data)["Location"] == page(Pro, "changelist")
    pro.refresh_from_db()
    assert (pro.name, pro.plan, pro.cni_required, pro.email) == ("Agence du Lac", "pro", True, "port@example.com")


def test_a_save_writes_only_what_was_changed(staff_browser, pro):
    with CaptureQueriesContext(connection) as captured:
        staff_browser.post(page(pro, "change"), pro_form(pro, name="Agence du Lac"))
    (update,) = [row["sql"] for row in captured if row["sql"].startswith('UPDATE "accounts_pro"')]
    assert "Agence du Lac" in update and "cni_verified_at" not in update


def test_bound_staff_change_their_pros_card_but_not_its_plan_or_gate(gated):
    data = pro_form(gated, name="Agence du Lac", plan="enterprise", cni_verified_at="2026-01-01")
    response = staff_client("all", pro=gated).post(page(gated, "change"), data)
    assert response["Location"] == page(Pro, "changelist")
    gated.refresh_from_db()
    assert (gated.name, gated.plan, gated.cni_required, gated.cni_verified_at) == ("Agence du Lac", "free", True, None)


def test_bound_staff_neither_add_nor_delete_a_pro(pro):
    client = staff_client("all", pro=pro)
    for response in (
        client.post(page(Pro, "add"), pro_form(pro, name="Another")),
        client.post(page(pro, "delete"), {"post": "yes"}),
    ):
        assert Page(response, 403).one("h1").text == "That is not open to you"
    assert list(Pro.objects.all()) == [pro]
