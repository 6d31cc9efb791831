"""`{% url %}` with remembered addresses: the same as Django's."""

import uuid
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.template.defaulttags import URLNode
from django.urls import NoReverseMatch, reverse, set_script_prefix

from config.web.addresses import quick_reverse

ID, OTHER = uuid.UUID("6f0a63d1-2f0e-4c58-9d6b-0a5f3f2c1b7e"), uuid.UUID(int=1)
# Names of pages, with arguments that are numbers, ids, and neither.
PAGES = [
    ("waiting:list", []),
    ("contacts:contact_detail", [ID]),
    ("contacts:contact_merge", [ID, OTHER]),
    ("contacts:contact_merge", [OTHER, OTHER]),
    ("inquiries:inquiry_detail", [0]),
    ("inquiries:inquiry_detail", [10**18]),
    ("inquiries:move_undo", [12, ID]),
    ("inquiries:board", ["question"]),
    ("contacts:contact_edit", [ID, "name"]),
    ("contacts:contact_detail", [str(ID)]),
]


def render(text, **context):
    return Template(text).render(Context(context))


def django_address(name, args):
    """Text of Django's own tag."""
    nodes = Template("{% url name " + " ".join(f"a{n}" for n in range(len(args))) + " %}").nodelist
    return URLNode.render(nodes[0], Context({"name": name, **{f"a{n}": arg for n, arg in enumerate(args)}}))


def test_addresses_are_djangos_the_first_time_and_later():
    for _time in range(2):
        for name, args in PAGES:
            names = " ".join(f"a{n}" for n in range(len(args)))
            values = {f"a{n}": arg for n, arg in enumerate(args)}
            expected = django_address(name, args)
            assert render("{% url name " + names + " %}", name=name, **values) == expected
            assert render("{% url name " + names + " as it %}<{{ it }}>", name=name, **values) == f"<{expected}>"


def test_numbers_and_ids_are_remembered_and_nothing_else():
    assert quick_reverse("inquiries:move_undo", [12, ID]) == reverse("inquiries:move_undo", args=[12, ID])
    assert quick_reverse("contacts:contact_merge", [ID, OTHER]) == reverse("contacts:contact_merge", args=[ID, OTHER])
    assert [quick_reverse("inquiries:inquiry_detail", [arg]) for arg in (-1, True, "1", 1.0, None)] == [None] * 5


def test_a_path_before_the_site_is_part_of_the_address():
    before = quick_reverse("inquiries:inquiry_detail", [5])
    set_script_prefix("/100%/")
    try:
        assert quick_reverse("inquiries:inquiry_detail", [5]) == reverse("inquiries:inquiry_detail", args=[5])
        assert quick_reverse("inquiries:inquiry_detail", [5]) != before
    finally:
        set_script_prefix("/")
    assert quick_reverse("inquiries:inquiry_detail", [5]) == before


def test_no_page_is_an_error_or_nothing_as_with_django():
    for name, number in (("inquiries:nothing", 5), ("inquiries:inquiry_detail", ID), ("inquiries:inquiry_detail", -5)):
        with pytest.raises(NoReverseMatch):
            render("{% url name number %}", name=name, number=number)
        assert render("{% url name number as it %}<{{ it }}>", name=name, number=number) == "<>"


def test_the_instance_of_the_request_is_asked_for():
    context = Context({"name": "admin:index"})
    context.request = SimpleNamespace(resolver_match=SimpleNamespace(namespace="admin"))
    assert Template("{% url name %}").render(context) == reverse("admin:index", current_app="admin")
