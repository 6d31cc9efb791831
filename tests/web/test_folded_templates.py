"""Templates whose constant parts are rendered once a language say what they said before."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

import pytest
from django.template import Engine
from django.template.base import TextNode
from django.template.context import Context
from django.utils.translation import override

from config.web import folded_templates
from config.web.templatetags.icons import lucide

PARTS = {
    "base": (
        '{% load i18n %}<html>{% translate "Search" %} {% block body %}{% translate "Status" %}{% endblock %}</html>'
    ),
    "page": (
        '{% extends "base" %}{% load i18n icons static %}'
        '{% block body %}{{ block.super }} {% if x %}{% translate "Search" %} {% lucide "x" size=16 %}'
        '{% elif y %}<i>{% translate "Later" context "put off" %}</i>{% else %}{% include "row" with n=2 %}{% endif %}'
        '{% for each in "ab" %}[{{ each }} {% translate "100% of %(x)s" %}]{% empty %}{% endfor %}'
        '{% static "css/app.css" %}{% endblock %}'
    ),
    "row": (
        '{% load i18n icons %}{% translate "Search" as word %}{{ word }} {{ n }} {% translate name %} {% lucide icon %}'
        '{% language "fr" %}{% translate "Search" %}{% endlanguage %} {% translate "Search"|lower %}'
        '{% autoescape off %}{{ name }}{% translate "Status" %}{% endautoescape %}'
    ),
}
PLAIN = ("django.template.loaders.locmem.Loader", PARTS)
VALUES = {"icon": "mail", "name": "<Search>", "y": ""}


def engine(loader, *, debug=False):
    libraries = {
        "i18n": "django.templatetags.i18n",
        "icons": "config.web.templatetags.icons",
        "static": "django.templatetags.static",
    }
    return Engine(loaders=[loader], libraries=libraries, debug=debug)


@pytest.fixture
def folded():
    return engine(("config.web.folded_templates.Loader", [PLAIN]))


@pytest.mark.parametrize("values", [{"x": 1}, {"y": 1}, {}])
def test_a_page_is_what_it_was_in_each_language(folded, values):
    plain = engine(PLAIN)
    pages = set()
    for language in ("en", "fr", "nl", "en", "fr"):
        with override(language):
            page = folded.render_to_string("page", {**VALUES, **values})
            assert page == plain.render_to_string("page", {**VALUES, **values})
            pages.add(page)
    with override(None):
        assert folded.render_to_string("page", VALUES) == plain.render_to_string("page", VALUES)
    assert len(pages) == 3


def test_words_icons_and_addresses_are_one_text_with_what_stands_beside_them(folded):
    with override("fr"):
        nodes = folded.get_template("page").nodelist
        texts = [node.s for node in nodes.get_nodes_by_type(TextNode)]
    icon = lucide("x", size=16)
    assert texts == [" ", f"Rechercher {icon}", "<i>Plus tard</i>", "[", " 100% of %(x)s]", "/static/css/app.css"]


def test_a_template_that_a_thread_folds_is_waited_for_by_others(folded, monkeypatch):
    begun, asked = Event(), Event()
    fold, lock = folded_templates.fold_constants, Lock()

    class Announced:
        """A lock that says when somebody has to wait for it."""

        def __enter__(self):
            if not lock.acquire(blocking=False):
                asked.set()
                lock.acquire()

        def __exit__(self, *_error):
            lock.release()

    def fold_slowly(nodes):
        begun.set()
        assert asked.wait(10)
        fold(nodes)

    monkeypatch.setattr(folded_templates, "_folding", Announced())
    monkeypatch.setattr(folded_templates, "fold_constants", fold_slowly)
    plain = engine(PLAIN).render_to_string("base", {})
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(folded.render_to_string, "base", {})
        assert begun.wait(10)
        second = threads.submit(folded.render_to_string, "base", {})
        assert [first.result(10), second.result(10)] == [plain, plain]


def test_in_development_a_template_keeps_no_words():
    template = engine(("config.web.folded_templates.Loader", [PLAIN]), debug=True).get_template("base")
    words = {}
    for language in ("en", "fr"):
        with override(language):
            words[language] = template.render(Context())
    assert words == {"en": "<html>Search Status</html>", "fr": "<html>Rechercher Statut</html>"}
