"""The field to correct has the focus."""

import pytest
from django import forms

from tests.pages import Page


class Order(forms.Form):
    secret = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField()
    size = forms.ChoiceField(choices=[("s", "S"), ("l", "L")], widget=forms.RadioSelect)
    note = forms.CharField(required=False)


def focused(form):
    return [name for name in form.fields if "autofocus" in str(form[name])]


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (None, []),
        ({}, ["name"]),
        ({"name": "x"}, ["size"]),
        ({"name": "x", "size": "s"}, []),
        ({"name": "x", "size": "s", "secret": "y"}, []),
    ],
)
def test_the_first_visible_field_that_was_refused_has_the_focus(data, names):
    assert focused(Order(data)) == names


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "name"), [({}, "username"), ({"username": "a@example.org", "password": "x"}, "password")]
)
def test_the_password_is_corrected_beside_the_address_that_stays(nobody, typed, name):
    page = Page(nobody.post("/sign-in", typed))
    assert [field["name"] for field in page.all("main [autofocus]")] == [name]


@pytest.mark.django_db
def test_a_page_that_refuses_a_form_focuses_what_to_correct(browser):
    page = Page(browser.post("/settings/tokens", {"name": "Site"}), 422)
    assert {field["name"] for field in page.all("main [autofocus]")} == {"scopes"}
