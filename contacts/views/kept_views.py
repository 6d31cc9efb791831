"""Views of the contacts that a user keeps: a search with its filters and order, under a name."""

from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from config.accounts.http import ProRequest, send_to
from config.web.forms import add_errors
from config.web.toasts import toast

from ..forms import KeptViewForm
from ..models import KeptView
from .contact_list import ContactList, show_list


@require_POST
def view_keep(request: ProRequest) -> HttpResponse:
    """Keep the list that a query string shows; the undo of a deletion names it in its own URL."""
    form = KeptViewForm(request.POST if "name" in request.POST else request.GET, auto_id="id_kept_%s")
    is_valid = form.is_valid()
    book = ContactList(request, QueryDict(form.cleaned_data.get("query", "")))
    if is_valid:
        try:
            view = KeptView.objects.keep(request.pro, request.user, form.cleaned_data["name"], book.query())
            toast(request, _("The view “%(name)s” is kept.") % {"name": view.name})
            return send_to(request, _list_url(view))
        except ValidationError as error:
            add_errors(form, error)
    return show_list(request, book, form, 422)


@require_http_methods(["GET", "HEAD", "POST"])
def view_rename(request: ProRequest, id: int) -> HttpResponse:
    """Give a kept view another name; the undo names the former one in its own URL."""
    view = get_object_or_404(KeptView.objects.for_pro(request.pro).of_user(request.user), pk=id)
    if request.method != "POST":
        return _show_rename(request, view, KeptViewForm(initial={"name": view.name}))
    form = KeptViewForm(request.POST if "name" in request.POST else request.GET)
    if not form.is_valid():
        return _show_rename(request, view, form, 422)
    try:
        renamed = KeptView.objects.rename(request.pro, request.user, view.pk, form.cleaned_data["name"])
    except KeptView.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        add_errors(form, error)
        return _show_rename(request, view, form, 422)
    if renamed.name != view.name:
        undo = f"{reverse('contacts:view_rename', args=[view.pk])}?{urlencode({'name': view.name})}"
        toast(request, _("The view is called “%(name)s” now.") % {"name": renamed.name}, undo)
    return send_to(request, _list_url(renamed))


def _show_rename(request: ProRequest, view: KeptView, form: KeptViewForm, status: int = 200) -> HttpResponse:
    return render(
        request, "contacts/kept_view.html", {"view": view, "form": form, "url": _list_url(view)}, status=status
    )


@require_POST
def view_delete(request: ProRequest, id: int) -> HttpResponse:
    """Delete a kept view; a toast offers to undo it. The list stays as the view showed it."""
    view = get_object_or_404(KeptView.objects.for_pro(request.pro).of_user(request.user), pk=id)
    view.delete()
    undo = urlencode({"name": view.name, "query": view.query})
    toast(
        request, _("The view “%(name)s” is deleted.") % {"name": view.name}, f"{reverse('contacts:view_keep')}?{undo}"
    )
    return send_to(request, _list_url(view))


def _list_url(view: KeptView) -> str:
    return f"{reverse('contacts:contact_list')}?{view.query}".rstrip("?")
