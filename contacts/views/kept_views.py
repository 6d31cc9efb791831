"""Views of the contacts that a user keeps, or shares with the office: a search with its filters and order, by name."""

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from config.accounts.http import ProRequest, send_to, wants
from config.web.forms import add_errors
from config.web.toasts import toast

from ..forms import KeptViewForm
from ..models import KeptView
from .contact_list import ContactList, show_list
from .kept_counts import count_views


@require_http_methods(["GET", "HEAD", "POST"])
def view_keep(request: ProRequest) -> HttpResponse:
    """List the views with the number of contacts in each; htmx gets the list ("kept-list") alone.

    POST keeps the list that a query string shows; the undo of a deletion names it in its own URL.
    """
    if request.method != "POST":
        context = {"kept_views": count_views(request)}
        fragment = wants(request, "kept-list")
        return render(request, "contacts/_kept_list.html" if fragment else "contacts/kept_views.html", context)
    form = KeptViewForm(request.POST if "name" in request.POST else request.GET, auto_id="id_kept_%s")
    is_valid = form.is_valid()
    book = ContactList(request, QueryDict(form.cleaned_data.get("query", "")))
    if is_valid:
        try:
            name, is_shared = form.cleaned_data["name"], form.cleaned_data["is_shared"]
            view = KeptView.objects.keep(request.pro, request.user, name, book.query(), is_shared=is_shared)
            toast(request, _("The view “%(name)s” is kept.") % {"name": view.name})
            return send_to(request, _list_url(view))
        except ValidationError as error:
            add_errors(form, error)
    return show_list(request, book, form, 422)


@require_http_methods(["GET", "HEAD", "POST"])
def view_change(request: ProRequest, id: int) -> HttpResponse:
    """Give a kept view another name, share it or take it back; the undo names both as they were in its own URL."""
    view = _find(request, id)
    before = {"name": view.name, "is_shared": view.is_shared}
    if request.method != "POST":
        return _show_change(request, view, KeptViewForm(initial=before))
    form = KeptViewForm(request.POST if "name" in request.POST else request.GET)
    if not form.is_valid():
        return _show_change(request, view, form, 422)
    try:
        name, is_shared = form.cleaned_data["name"], form.cleaned_data["is_shared"]
        changed = KeptView.objects.change(request.pro, request.user, view.pk, name, is_shared=is_shared)
    except KeptView.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        add_errors(form, error)
        return _show_change(request, view, form, 422)
    if text := _describe_change(before, changed):
        undo = f"{reverse('contacts:view_change', args=[view.pk])}?{_query(before)}"
        toast(request, text, undo)
    return send_to(request, _list_url(changed))


def _find(request: ProRequest, id: int) -> KeptView:
    return get_object_or_404(KeptView.objects.for_pro(request.pro).changeable_by(request.user), pk=id)


def _describe_change(before: dict[str, Any], view: KeptView) -> str:
    if view.name != before["name"]:
        return _("The view is called “%(name)s” now.") % {"name": view.name}
    if view.is_shared == before["is_shared"]:
        return ""
    text = _("The office has the view “%(name)s” now.") if view.is_shared else _("The view “%(name)s” is yours alone.")
    return text % {"name": view.name}


def _query(values: dict[str, Any]) -> str:
    """A query string that a form reads, in which a box that is not ticked is missing."""
    return urlencode({name: "on" if value is True else value for name, value in values.items() if value is not False})


def _show_change(request: ProRequest, view: KeptView, form: KeptViewForm, status: int = 200) -> HttpResponse:
    context = {"view": view, "form": form, "url": _list_url(view), "is_own": view.user_id == request.user.pk}
    return render(request, "contacts/kept_view.html", context, status=status)


@require_POST
def view_delete(request: ProRequest, id: int) -> HttpResponse:
    """Delete a kept view; a toast offers to undo it. The list stays as the view showed it."""
    view = _find(request, id)
    view.delete()
    undo = _query({"name": view.name, "query": view.query, "is_shared": view.is_shared})
    toast(
        request, _("The view “%(name)s” is deleted.") % {"name": view.name}, f"{reverse('contacts:view_keep')}?{undo}"
    )
    return send_to(request, _list_url(view))


def _list_url(view: KeptView) -> str:
    return f"{reverse('contacts:contact_list')}?{view.query}".rstrip("?")
