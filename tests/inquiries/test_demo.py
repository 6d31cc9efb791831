"""The demo's inquiries look as if the product had made them."""

import io
import random
from datetime import timedelta
from itertools import pairwise

import phonenumbers
import pytest
from django.core import mail
from django.core.management import call_command
from django.db.models import F
from django.test import override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.accounts import demo as accounts
from config.accounts.models import Pro
from inquiries import demo
from inquiries.demo.people import DIRECTORY, profile
from inquiries.models import DirectoryUser, FilterOption, Inquiry, InquiryHistory, Offer, PipelineStep
from inquiries.offers.lifecycle import expire_offers

pytestmark = pytest.mark.thorough

FIRST = "Agence du Vieux-Port"


@pytest.fixture(scope="module")
def loaded(module_rows):
    with override_settings(DEBUG=True):
        return accounts.load()


@pytest.fixture
def pros(loaded, settings, db):
    settings.DEBUG = True
    return loaded


def grown(pros, total):
    """The inquiries added in bulk."""
    before = set(Inquiry.objects.values_list("pk", flat=True))
    steps = []
    demo.scale(pros[0], {"inquiries": total}, lambda label, count: steps.append((label, count)) or steps.append)
    assert (steps[0], sum(steps[1:])) == (("inquiries", total), total)
    return Inquiry.objects.exclude(pk__in=before)


@pytest.fixture
def allowed_moves(pros):
    """The steps that an inquiry may move to, by step."""
    return {step: set(PipelineStep.objects.allowed_from(step)) for step in PipelineStep.objects.all()}


def walk(inquiry, allowed_moves):
    """Check its history against the pipeline and its columns; returns the rows."""
    rows = list(inquiry.history.all())
    steps = {step.key: step for step in allowed_moves if step.inquiry_type_id == inquiry.inquiry_type_id}
    first = rows[0]
    assert (first.from_status, first.to_status, first.note) == (None, "submitted", "Inquiry created")
    assert (first.created_at, first.changed_by) == (inquiry.created_at, inquiry.created_by)
    for before, after in pairwise(rows):
        assert (after.from_status, after.from_label) == (before.to_status, before.to_label)
        allowed = allowed_moves[steps[before.to_status]]
        is_close = steps[after.to_status].is_terminal and not steps[before.to_status].is_terminal
        assert steps[after.to_status] in allowed or is_close
        assert before.created_at < after.created_at < timezone.now()
    step = steps[rows[-1].to_status]
    assert (inquiry.step, rows[-1].to_label) == (step, step.label)
    usual = {"closed", "cancelled"} if step.is_terminal else {"open"} if step.is_initial else {"in_progress"}
    assert inquiry.status in usual
    assert inquiry.responded_at == (rows[1].created_at if len(rows) > 1 else None)
    assert inquiry.search_text == inquiry.make_search_text()
    return rows


def test_every_pro_has_inquiries_of_every_type(pros):
    counts = {pro.name: Inquiry.objects.for_pro(pro).count() for pro in pros}
    assert counts == {FIRST: 18, "Immo Lievens": 6, "Corrib Lettings": 4, "Maison Lenoir": 2}
    first = Inquiry.objects.for_pro(pros[0])
    inquiry_types = {"question", "callback_request", "offer_request"}
    for pro in pros[:3]:
        assert set(Inquiry.objects.for_pro(pro).values_list("inquiry_type__slug", flat=True)) == inquiry_types
    assert set(first.values_list("status", flat=True)) == set(Inquiry.Status.values)
    assert set(first.values_list("priority", flat=True)) == set(Inquiry.Priority.values)
    assert first.filter(inquiry_type__slug="offer_request").values("step").distinct().count() == 8
    assert first.filter(case_id__isnull=False).count() == 3
    assert first.filter(profile_at=None).get().user_id == 899
    assert first.get(created_by=789).user_id == 803
    assert {inquiry.language for inquiry in first} == {"fr", "nl", "en"}


def test_each_inquiry_is_on_the_last_step_of_its_history(allowed_moves):
    for inquiry in Inquiry.objects.prefetch_related("history"):
        inquiry.full_clean()
        rows = walk(inquiry, allowed_moves)
        assert all(row.by_name for row in rows[1:])
        assert inquiry.updated_at == rows[-1].created_at
        assert inquiry.contact is None or inquiry.contact.pro_id == inquiry.pro_id


def test_a_profile_is_that_of_the_directory(pros):
    assert DirectoryUser.objects.count() == len(DIRECTORY) >= 15
    for user in DirectoryUser.objects.all():
        user.full_clean()
        assert phonenumbers.is_valid_number(phonenumbers.parse(user.phone)), user
    for inquiry in Inquiry.objects.exclude(profile_at=None):
        user = DirectoryUser.objects.get(userhub_id=inquiry.user_id)
        assert (inquiry.person, inquiry.business) == profile(user)
        assert (inquiry.contact.email, inquiry.contact.created_at <= inquiry.created_at) == (user.email, True)


def test_the_status_of_each_offer_matches_its_times(pros):
    expire_offers()
    assert set(Offer.objects.values_list("status", flat=True)) == set(Offer.Status.values)
    for offer in Offer.objects.select_related("inquiry__pro"):
        offer.full_clean(exclude={"inquiry", "made_by"})
        times = [offer.created_at, offer.sent_at, offer.viewed_at, offer.answered_at]
        passed = [time for time in times if time]
        assert passed == sorted(passed) and passed[-1] < timezone.now()
        assert offer.current_status == offer.status
        assert (offer.sent_at is None) == offer.is_draft
        assert (offer.answered_at is not None) == (offer.status in ("accepted", "declined"))


def test_nothing_is_sent_for_what_is_past(pros, work_tasks):
    assert DBTaskResult.objects.count() == 0
    work_tasks()
    assert mail.outbox == []
    assert Offer.objects.exclude(status="draft").filter(mailed_at=None).count() == 0


def test_called_again_it_changes_nothing(pros):
    def everything():
        models = (Inquiry, InquiryHistory, Offer, DirectoryUser, FilterOption)
        return [list(model.objects.order_by("pk").values()) for model in models]

    before = everything()
    accounts.load()
    assert everything() == before


def test_each_bulk_inquiry_is_on_the_last_step_of_its_history(pros, allowed_moves):
    rows = grown(pros, 120)
    assert rows.count() == 120
    assert set(rows.values_list("pro__name", flat=True)) == {FIRST}
    for inquiry in rows.prefetch_related("history"):
        inquiry.full_clean()
        walk(inquiry, allowed_moves)
    oldest = rows.order_by("created_at").first().created_at
    assert timezone.now() - timedelta(days=731) < oldest < timezone.now() - timedelta(days=365)
    assert set(rows.values_list("status", flat=True)) == set(Inquiry.Status.values)
    assert rows.filter(contact__pro=F("pro")).exists()
    assert DBTaskResult.objects.count() == 0


def test_the_command_shows_its_progress(pros):
    err = io.StringIO()
    call_command("demo", inquiries=30, stdout=io.StringIO(), stderr=err)
    assert err.getvalue() == f"inquiries  [{'#' * 30}]        30 of 30\n"


def test_a_pro_that_is_not_of_the_demo_is_left_alone(pros):
    pro = Pro.objects.create(name="x", email="x@example.com")
    demo.load([pro], random.Random(1))
    assert list(Inquiry.objects.for_pro(pro)) == []
