"""The whole story of a colleague, in two browsers: invited, at work, taken out."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from config.accounts.absences import set_absence
from config.accounts.inviting import invite, make_invitation_key
from config.accounts.models import BouncedAddress
from tests.contacts.messaging import arrive, connect
from tests.factories import UserFactory, make_token

from .barriers import hindrances
from .conftest import PHONE, WIDE, with_and_without_javascript

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "moulin de la galette"


@with_and_without_javascript
def test_a_colleague_is_invited_works_and_is_taken_out(enter, open_page, pro, work_tasks, size, has_javascript):
    ana = arrive(connect(pro, "whatsapp"), who="Ana").contact
    options = {**size, "java_script_enabled": has_javascript}
    owner = enter("/settings/team", **options)
    owner.get_by_label("E-mail").fill("ines@example.org")
    owner.get_by_role("button", name="Invite", exact=True).click()
    expect(owner.locator(".message")).to_have_text("An invitation is on its way to ines@example.org.")
    work_tasks()
    colleague = open_page(re.search(r"http://testserver(\S+)", mail.outbox.pop().body)[1], **options)
    expect(colleague.locator("h1")).to_have_text("Join Agence du Port")
    colleague.get_by_label("Your name").fill("Inès Moreau")
    for field in colleague.locator("[type=password]").all():
        field.fill(PASSWORD)
    colleague.get_by_role("button", name="Join").click()
    expect(colleague).to_have_url(re.compile("/inbox"))
    if has_javascript:
        colleague.clock.install()
    colleague.goto(f"/inbox/{ana.pk}")
    if size == PHONE:
        colleague.get_by_role("button", name="More", exact=True).click()
        colleague.get_by_role("button", name="Give to me").click()
    else:
        colleague.locator(f"form[action*='/inbox/{ana.pk}/take'] button").first.click()
    expect(colleague.locator("#toasts .toast p, .message").first).to_have_text("Ana is yours.")
    owner.goto("/settings/team")
    owner.get_by_role("listitem").filter(has_text="Inès Moreau").get_by_role("link", name="Change").click()
    owner.get_by_role("link", name="Take out…").click()
    expect(owner.locator("#held li").first).to_have_text("1 person is assigned to them. 1 of them waits.")
    owner.get_by_label("What they have goes to").select_option("Olive Owner")
    owner.get_by_role("button", name="Take out").click()
    text = "Inès Moreau is no longer in the office, and is signed out everywhere."
    expect(owner.locator(".message")).to_have_text(text)
    # What her open page does next says why.
    if has_javascript:
        colleague.clock.fast_forward(15_000)  # milliseconds: it asks for new messages
    else:
        colleague.locator("a:is([href^='/contacts'], [href^='/inbox']):visible").first.click()
    text = "You no longer belong to Agence du Port. What you had has gone to your colleagues."
    expect(colleague.locator(".message").first).to_have_text(text)
    expect(colleague.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


@pytest.mark.thorough
@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_the_pages_have_no_barriers(enter, user, pro, language):
    user.language = language
    user.save()
    long = "Wolfeschlegelsteinhausenbergerdorff"
    colleague = UserFactory(pro=pro, name=long * 2, email=f"{long}@{long}.example")
    UserFactory(pro=pro, name=long, is_active=False)
    make_token(pro, by=colleague)
    set_absence(colleague, user.today, user.today, user, by=user)
    invitation = invite(pro, f"{long}@{long}.example.org", role="owner", language=language, by=user)
    BouncedAddress.objects.note(pro, invitation.email, reason="gone", mail="account")
    page = enter("/settings/absence", **WIDE)
    found = hindrances(page)
    address = f"/settings/team/{colleague.pk}"
    for path in ("/settings/team", address, f"{address}/take-out", "/invitation/x"):
        page.goto(path)
        found += hindrances(page)
    page.goto(f"/invitation/{make_invitation_key(invitation)}")
    assert found + hindrances(page) == []
