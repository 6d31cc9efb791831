"""The agent of a property, chosen among the colleagues of the office."""

import pytest

from config.accounts.leaving import end_access
from config.accounts.models import User
from contact_requests.models import Property
from tests.pages import Page

from ..factories import PropertyFactory, UserFactory

pytestmark = pytest.mark.django_db

FORM = {"title": "House", "state": "available", "is_published": "on", "read_at": ""}


def read_form(browser, prop):
    path = f"/properties/{prop.pk}/edit"
    page = Page(browser.get(path))
    return path, page, page.form(f'form[action="{path}"]').fields


def test_an_office_of_one_has_no_agents(browser, user):
    prop = PropertyFactory(pro=user.pro, agent=user)
    path, page, fields = read_form(browser, prop)
    assert (page.all("#id_agent_id"), browser.post(path, fields).status_code) == ([], 302)
    prop.refresh_from_db()
    assert prop.agent == user


def test_one_of_the_colleagues_is_chosen_and_nobody_again(browser, user):
    colleague, _left = UserFactory(pro=user.pro, name="Inès"), UserFactory(pro=user.pro, is_active=False)
    browser.post("/properties/new", {**FORM, "agent_id": colleague.pk})
    prop = Property.objects.get()
    path, page, fields = read_form(browser, prop)
    assert page.texts("#id_agent_id option") == ["Nobody", "Inès", str(user)]
    assert (prop.agent, fields["agent_id"]) == (colleague, str(colleague.pk))
    browser.post(path, {**fields, "agent_id": ""})
    prop.refresh_from_db()
    assert prop.agent is None


def test_nobody_of_another_office_is_an_agent(browser, user, other_user):
    UserFactory(pro=user.pro)
    page = Page(browser.post("/properties/new", {**FORM, "agent_id": other_user.pk}), 422)
    assert len(page.texts(".field:has(#id_agent_id) .errorlist")) == 1
    assert not Property.objects.exists()


def test_whoever_leaves_is_no_agent_any_more(browser, user, other_user):
    colleague = UserFactory(pro=user.pro)
    prop = PropertyFactory(pro=user.pro, agent=colleague)
    end_access([colleague], by=user)
    User.objects.filter(pk=colleague.pk).update(pro=other_user.pro)
    path, _page, fields = read_form(browser, prop)
    assert browser.post(path, {**fields, "title": "Another"})["Location"] == path
    prop.refresh_from_db()
    assert (prop.agent, prop.title) == (None, "Another")
