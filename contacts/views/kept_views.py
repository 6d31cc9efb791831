"""Views of a list that a user keeps, or shares with the office: a search with its filters and order, by name."""

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
from .kept_list import KeptList, count_views, find_kept_list


@require_http_methods(["GET", "HEAD", "POST"])
def view_keep(request: ProRequest, name: str) -> HttpResponse:
    """List the views of a list with the number of rows in each; htmx gets the list ("kept-list") alone.

    POST keeps the list that a query string shows; the undo of a deletion names it in its own URL.
    """
    kept_list = _find_list(name)
    if request.method != "POST":
        context = {"kept_views": count_views(request, kept_list), "kept_list": kept_list}
        fragment = wants(request, "kept-list")
        return render(request, "contacts/_kept_list.html" if fragment else "contacts/kept_views.html", context)
    form = KeptViewForm(request.POST if "name" in request.POST else request.GET, auto_id="id_kept_%s")
    is_valid = form.is_valid()
    query = QueryDict(form.cleaned_data.get("query", ""))
    if is_valid:
        try:
            view = KeptView.objects.keep(
                request.pro,
                request.user,
                form.cleaned_data["name"],
                kept_list.read_query(request, query),
                is_shared=form.cleaned_data["is_shared"],
                list_name=kept_list.name,
            )
            toast(request, _("The view “%(name)s” is kept.") % {"name": view.name})
            return send_to(request, kept_list.url_of(view.query))
        except ValidationError as error:
            add_errors(form, error)
    return kept_list.show(request, query, form, 422)


@require_http_methods(["GET", "HEAD", "POST"])
def view_change(request: ProRequest, id: int) -> HttpResponse:
    """Give a kept view another name, share it or take it back; the undo names both as they were in its own URL."""
    view = _find_kept_view(request, id)
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


def _find_list(name: str) -> KeptList:
    """The list of this name. Raises Http404."""
    if (kept_list := find_kept_list(name)) is None:
        raise Http404
    return kept_list


def _find_kept_view(request: ProRequest, id: int) -> KeptView:
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
    view = _find_kept_view(request, id)
    view.delete()
    undo = _query({"name": view.name, "query": view.query, "is_shared": view.is_shared})
    url = f"{_find_list(view.list_name).keep_url}?{undo}"
    toast(request, _("The view “%(name)s” is deleted.") % {"name": view.name}, url)
    return send_to(request, _list_url(view))


def _list_url(view: KeptView) -> str:
    return _find_list(view.list_name).url_of(view.query)
