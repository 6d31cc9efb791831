"""The audit is append-only, whoever writes; old events go by one door."""

# ruff: noqa: S608 - nothing of it is typed by anybody
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from config.audit import db_constraints
from config.audit.kinds import Kind
from config.audit.models import AuditEvent, AuditThinning
from config.audit.recording import record_event
from config.audit.thinning import check_audit, thin_audit

from ..factories import ProFactory

pytestmark = pytest.mark.django_db
TABLE, DOOR = db_constraints.TABLES
COLUMNS = "pro_id, kind, about_kind, about_id, detail, request_id, once, created_at"
CHANGES = [
    f"UPDATE {TABLE} SET detail = 'rewritten'",
    f"UPDATE {TABLE} SET created_at = created_at",
    f"DELETE FROM {TABLE}",
    f"DELETE FROM {TABLE} WHERE kind = 'exported'",
]
ON_SQLITE = [
    f"UPDATE OR REPLACE {TABLE} SET detail = 'rewritten'",
    f"UPDATE OR IGNORE {TABLE} SET detail = 'rewritten'",
    f"REPLACE INTO {TABLE} (id, {COLUMNS}) SELECT id, {COLUMNS} FROM {TABLE}",
]
ON_POSTGRESQL = [
    f"TRUNCATE {TABLE} CASCADE",
    f"""INSERT INTO {TABLE} (id, {COLUMNS}) SELECT id, {COLUMNS} FROM {TABLE}
        ON CONFLICT (id) DO UPDATE SET detail = 'rewritten'""",
]
OF_THE_DOOR = [f"UPDATE {DOOR} SET before = before", f"DELETE FROM {DOOR}"]


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def assert_refused(sql):
    with pytest.raises(IntegrityError, match=r"The audit is append-only\."), transaction.atomic():
        run(sql)


def assert_append_only():
    before = list(AuditEvent.objects.values())
    assert before
    connection.check_constraints()  # PostgreSQL empties no table while there is something to check yet.
    for sql in CHANGES + (ON_SQLITE if connection.vendor == "sqlite" else ON_POSTGRESQL):
        assert_refused(sql)
    assert list(AuditEvent.objects.values()) == before
    assert check_audit() == []


@pytest.fixture
def event(pro, user):
    record_event(Kind.EXPORTED, pro=pro, by=user, detail="csv")
    return AuditEvent.objects.get()


def test_the_database_refuses_any_change(event):
    assert_append_only()


def test_on_sqlite_nothing_replaces_a_view(event, pro, user):
    AuditEvent.objects.create(pro=pro, kind="contact_viewed", once="x")
    before = list(AuditEvent.objects.values())
    values = "pro_id, kind, '', '', 'rewritten', '', once, created_at"
    sql = f"INTO {TABLE} ({COLUMNS}) SELECT {values} FROM {TABLE} WHERE once = 'x'"
    run(f"INSERT OR REPLACE {sql}" if connection.vendor == "sqlite" else f"INSERT {sql} ON CONFLICT DO NOTHING")
    assert list(AuditEvent.objects.values()) == before


def test_each_migrate_renews_the_triggers(event):
    db_constraints.release(connection)
    call_command("migrate", verbosity=0)
    assert_append_only()


def test_the_event_outlives_pro_and_user(event, pro, user):
    ids = pro.pk, user.pk
    user.delete()
    pro.delete()
    kept = AuditEvent.objects.select_related("pro").get()
    assert (kept.pro_id, kept.by_user_id, kept.pro) == (*ids, None)


def make_event(pro, **ago):
    return AuditEvent.objects.create(pro=pro, kind="exported", created_at=timezone.now() - timedelta(**ago))


def test_housekeeping_deletes_by_the_door_and_the_door_stays(pro, settings):
    settings.AUDIT_KEPT_DAYS = 100
    _past, late, young = make_event(pro, days=102), make_event(pro, days=99), make_event(pro, days=1)
    for sql in CHANGES[2:]:
        assert_refused(sql)
    thin_audit()
    thin_audit()
    assert set(AuditEvent.objects.all()) == {late, young}
    door = AuditThinning.objects.get()
    assert abs(door.before - (timezone.now() - timedelta(days=100))) < timedelta(minutes=1)
    for sql in OF_THE_DOOR:
        assert_refused(sql)
    assert_append_only()


def test_the_door_is_for_old_events(pro):
    make_event(pro, days=29)
    with pytest.raises(IntegrityError, match="kept for 30 days at least"), transaction.atomic():
        AuditThinning.objects.create(before=timezone.now() - timedelta(days=29))
    assert AuditEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_flush_empties_it(pro):
    make_event(pro, days=1)
    call_command("flush", interactive=False, verbosity=0)
    assert AuditEvent.objects.count() == 0
    make_event(ProFactory(), days=1)
    assert_refused(CHANGES[2])
