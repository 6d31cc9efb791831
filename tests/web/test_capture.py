"""The tag `{% capture %}`."""

import pytest
from django.template import Context, Template, TemplateSyntaxError


def render(text, **context):
    return Template("{% load capture %}" + text).render(Context(context))


def test_what_was_captured_is_rendered_once_and_shown_as_it_is():
    text = "{% capture as head %}<b>{{ name }}</b>{% endcapture %}{% for n in rows %}{{ n }}{{ head }}{% endfor %}"
    assert render(text, name="A & B", rows=[1, 2]) == "1<b>A &amp; B</b>2<b>A &amp; B</b>"


@pytest.mark.parametrize("tag", ["capture", "capture head", "capture as", "capture as head twice"])
def test_capture_names_one_variable(tag):
    with pytest.raises(TemplateSyntaxError, match=r"Write \{% capture as name %\}"):
        render("{% " + tag + " %}{% endcapture %}")
