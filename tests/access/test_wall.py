"""The second wall: with every `for_pro` taken away, PostgreSQL still shows a Pro its own rows alone."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.db.models import BigIntegerField, Value
from django.db.models.functions import Cast
from django.db.models.lookups import GreaterThan

from config.accounts.models import AllowedOrigin, Pro, User
from config.wall.naming import name_pro
from config.wall.policies import (
    APPEND_ONLY,
    GO_WITH_OFFICE,
    NEVER_CHANGED,
    POLICY,
    build_wall,
    grant_rights,
    take_down_wall,
    walled_tables,
)
from config.web.compiled import Compiled
from contact_requests.models import Property

from ..factories import make_token
from .conftest import SECRET
from .expectations import WITHOUT_GATE
from .json_routes import ROUTES
from .matrix import fill, outcome, sign_in, text_of, undone, with_token
from .rows import Rows, tenant_models
from .test_json import call
from .workspace import WORKSPACE

pytestmark = pytest.mark.skipif("connection.vendor != 'postgresql'")

# Tokens are read to know the Pro, so there is no wall before them, nor before the names of programs in the audit.
OPEN = ("settings/tokens", "settings/audit")
PAGES = {a: page for a, page in {**WORKSPACE, **WITHOUT_GATE}.items() if not a.startswith(OPEN)}
ROLE = "vestibule_web"
# Tables without a wall, by why they have none.
UNWALLED = {
    "read to know the Pro": {
        "accounts_pro",
        "accounts_user",
        "accounts_user_groups",
        "accounts_user_user_permissions",
        "accounts_session",
        "accounts_apitoken",
        "django_admin_log",
    },
    "of all Pros alike": {
        "auth_group",
        "auth_group_permissions",
        "auth_permission",
        "django_content_type",
        "inquiries_allowedmove",
        "inquiries_filteroption",
        "inquiries_inquirytype",
        "inquiries_pipelinestep",
    },
    "of people who are no Pro's: UserHub's directory, and addresses that are signed in to": {
        "inquiries_directoryuser",
        "axes_accessattempt",
        "axes_accessattemptexpiration",
        "axes_accessfailurelog",
        "axes_accesslog",
        "web_ratecount",
    },
    "found by a hash that holds the Pro": {"api_idempotencykey"},
    "read by the worker and staff alone": {"django_tasks_database_dbtaskresult"},
    "without a word of anybody": {
        "audit_auditthinning",
        "contacts_markkey",
        "inquiries_historydeletion",
        "inquiries_historydeparture",
        "inquiries_historyhead",
        "jobs_workerlease",
        "web_loosefile",
        "web_metriccount",
    },
    "empty: Django's own, in place of which is accounts_session": {"django_session"},
}
DOORS = {"Pro", "User", "Session", "ApiToken", "LogEntry"}


def all_rows(rows: Any, pro: Pro, **_: Any) -> Any:
    """In place of `for_pro`; SQL that is kept for any Pro still has a place for it."""
    return rows.filter(GreaterThan(Cast(Value(pro.pk), BigIntegerField()), 0))


def forget_statements() -> None:
    """Have SQL that was written with one `for_pro` written anew with another."""
    for each in gc.get_objects():
        if isinstance(each, Compiled):
            each._statements.clear()


@pytest.fixture
def wall(rows: Rows, own: Rows, settings, monkeypatch) -> Iterator[None]:
    """The wall, and no `for_pro` that leaves a row out."""
    settings.DATABASE_WALL = True
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    build_wall(connection)
    name_pro(None)
    for model in tenant_models():
        for kind in type(model._default_manager.all()).__mro__:
            if "for_pro" in vars(kind):
                monkeypatch.setattr(kind, "for_pro", all_rows)
    forget_statements()
    yield
    forget_statements()
    name_pro(None)
    take_down_wall(connection)


def test_every_table_of_a_pro_is_walled():
    tables = {model._meta.db_table for model in tenant_models() if model.__name__ not in DOORS}
    assert tables <= set(walled_tables())


def test_a_table_without_a_wall_has_a_reason():
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    assert tables - set(walled_tables()) == set().union(*UNWALLED.values())


def test_migrate_builds_the_wall_and_takes_it_down(rows, settings):
    built = []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for settings.DATABASE_WALL in (True, True, False):
            emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)
            cursor.execute("SELECT tablename FROM pg_policies WHERE policyname = %s", [POLICY])
            built.append({table for (table,) in cursor.fetchall()})
    assert built == [set(walled_tables()), set(walled_tables()), set()]


@pytest.mark.thorough
def test_no_row_of_another_pro_is_shown_or_changed_without_for_pro(rows, own, wall):
    wrong, before = [], rows.stored()
    browser, program = sign_in(own[User]), with_token(make_token(own[Pro]))
    for address, page in PAGES.items():
        for method in page.answers.keys() & {"GET", "POST"}:
            with undone():
                response = browser.generic(method, fill(address, page.ids, rows))
                if SECRET in text_of(response) or response.status_code >= 500:
                    wrong.append(f"{method} {address}: {outcome(response)}")
                name_pro(None)
                if rows.stored() != before:
                    wrong.append(f"{method} {address} changes another Pro's rows")
    for (method, address), route in ROUTES.items():
        with undone():
            response = call(program, method, address, route, rows)
            if SECRET in text_of(response) or response.status_code >= 500:
                wrong.append(f"{method} {address}: {response.status_code}")
    assert wrong == [], "\n".join(wrong)


def test_a_preflight_finds_its_origin_whoever_was_named_before(own, wall, nobody):
    AllowedOrigin.objects.create(pro=own[Pro], origin="https://shop.example.org")
    Property.objects.filter(pk=own[Property].pk).update(is_published=True)
    asks = {"Origin": "https://shop.example.org", "Access-Control-Request-Method": "POST"}
    for address in ("/pro/contact-requests", f"/properties/{own[Property].slug}"):
        name_pro(0)
        response = nobody.options(address, headers=asks)
        allowed = response.headers.get("Access-Control-Allow-Origin")
        assert (address, response.content, allowed) == (address, b"", asks["Origin"])


def test_the_role_of_web_server_and_worker_changes_rows_alone(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [ROLE])
        if not cursor.fetchall():
            pytest.skip(f"This server has no role {ROLE}.")
        grant_rights(connection, ROLE)
        for table in connection.introspection.django_table_names(only_existing=True):
            rights = {
                right
                for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
                if has_right(cursor, table, right)
            }
            expected = {"SELECT", "INSERT", "UPDATE", "DELETE"}
            expected -= {"UPDATE"} if table in NEVER_CHANGED else set()
            expected -= {"UPDATE", "DELETE"} if table in APPEND_ONLY.keys() - GO_WITH_OFFICE else set()
            expected -= {"UPDATE"} if table in GO_WITH_OFFICE else set()
            assert (table, rights) == (table, expected)
        cursor.execute("SELECT has_schema_privilege(%s, 'public', 'CREATE')", [ROLE])
        assert cursor.fetchone() == (False,)


def has_right(cursor: Any, table: str, right: str) -> bool:
    cursor.execute("SELECT has_table_privilege(%s, %s, %s)", [ROLE, table, right])
    return bool(cursor.fetchone()[0])


def test_a_connection_that_names_no_pro_sees_and_writes_nothing(rows, own, wall):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('vestibule.pro', '', false)")
        for table in walled_tables():
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
            assert (table, cursor.fetchone()) == (table, (0,))
