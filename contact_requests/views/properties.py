"""The office's own properties: the list, a new one, its page in the workspace, its pictures."""

import uuid
from contextlib import suppress
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.accounts.http import FETCH_LATER, ProRequest, send_to, wants
from config.files.downloads import serve_inline
from config.files.storage import StorageUnavailableError
from config.web.paging import InvalidCursorError
from config.web.toasts import toast

from ..models import Property, PropertyPicture
from ..pictures import describe_pictures, move_picture
from ..properties import change_property, take_away_property
from ..property_forms import PicturesForm, PropertyForm, read_descriptions
from ..property_list import PropertyList

LIST = "contact_requests/properties.html"
ONE = "contact_requests/property_edit.html"


@require_safe
def property_list(request: ProRequest) -> HttpResponse:
    """List of properties; htmx gets the rows alone ("properties")."""
    shown = PropertyList(request.pro, request.GET)
    try:
        context = shown.context()
    except InvalidCursorError as error:
        raise Http404 from error
    if wants(request, "properties"):
        response = render(request, f"{LIST}#properties", context)
        response["HX-Replace-Url"] = f"{reverse('contact_requests:property_list')}?{shown.query()}"
        return response
    return render(request, LIST, context)


@require_http_methods(["GET", "HEAD", "POST"])
def property_new(request: ProRequest) -> HttpResponse:
    """Make a property."""
    form = PropertyForm(request.pro, None, request.POST if request.method == "POST" else None)
    if form.is_bound and (prop := form.store(request.user)):
        toast(request, _("“%(title)s” is added. Pictures come next.") % {"title": prop.title})
        return redirect("contact_requests:property_edit", prop.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "contact_requests/property_new.html", {"form": form}, status=status)


def _find_property(request: ProRequest, id: uuid.UUID) -> Property:
    return get_object_or_404(Property.objects.for_pro(request.pro), pk=id)


@require_http_methods(["GET", "HEAD", "POST"])
def property_edit(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Show a property with all that belongs to it; POST changes its facts and texts."""
    prop = _find_property(request, id)
    form = PropertyForm(request.pro, prop, request.POST if request.method == "POST" else None)
    try:
        if form.is_bound and form.store(request.user):
            toast(request, _("Saved."))
            return redirect("contact_requests:property_edit", prop.pk)
    except Property.DoesNotExist as error:
        raise Http404 from error
    invalid = HTTPStatus.CONFLICT if form.theirs else HTTPStatus.UNPROCESSABLE_ENTITY
    return _show_property(request, prop, form, PicturesForm(), invalid if form.is_bound else HTTPStatus.OK)


def _show_property(
    request: ProRequest, prop: Property, form: PropertyForm, pictures_form: PicturesForm, status: int
) -> HttpResponse:
    context = {
        "property": prop,
        "pictures": list(prop.pictures.all()),
        "form": form,
        "pictures_form": pictures_form,
        "page_address": f"{settings.SITE_URL}{prop.get_absolute_url()}",
    }
    return render(request, ONE, context, status=status)


@require_POST
def property_state(request: ProRequest, id: uuid.UUID, state: str) -> HttpResponse:
    """Set the state of a property."""
    prop = _find_property(request, id)
    if state not in Property.State.values:
        raise Http404
    with suppress(Property.DoesNotExist):
        change_property(prop, by=request.user, state=state)
        toast(request, _("“%(title)s”: %(state)s.") % {"title": prop.title, "state": prop.get_state_display()})
    return send_to(request, reverse("contact_requests:property_edit", args=[id]))


@require_POST
def property_take_away(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Delete a property, or withdraw one that somebody has asked about; that can be undone."""
    prop = _find_property(request, id)
    former, title = prop.state, prop.title
    try:
        is_deleted = take_away_property(prop, by=request.user)
    except Property.DoesNotExist as error:
        raise Http404 from error
    if is_deleted:
        toast(request, _("“%(title)s” is deleted.") % {"title": title})
    else:
        undo_url = reverse("contact_requests:property_state", args=[id, former])
        toast(request, _("“%(title)s” is withdrawn. Its requests stay.") % {"title": title}, undo_url)
    return send_to(request, reverse("contact_requests:property_list"))


@require_POST
def property_pictures(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Add pictures to a property."""
    prop = _find_property(request, id)
    form = PicturesForm(request.POST, request.FILES)
    if form.is_valid() and (count := form.add_to(prop)):
        toast(request, ngettext("%(n)d picture is added.", "%(n)d pictures are added.", count) % {"n": count})
    if form.is_valid():
        return redirect(f"{reverse('contact_requests:property_edit', args=[id])}#pictures")
    return _show_property(request, prop, PropertyForm(request.pro, prop), form, HTTPStatus.UNPROCESSABLE_ENTITY)


@require_POST
def property_descriptions(request: ProRequest, id: uuid.UUID) -> HttpResponse:
    """Save what visitors read who do not see the pictures; move or delete the picture that a button names."""
    prop = _find_property(request, id)
    rows = list(prop.pictures.all())
    describe_pictures(prop, read_descriptions(rows, request.POST))
    action, _space, number = request.POST.get("do", "").partition(" ")
    picture = next((row for row in rows if str(row.pk) == number), None)
    if picture and action in ("earlier", "later"):
        move_picture(picture, step=-1 if action == "earlier" else 1)
    elif picture and action == "delete":
        with suppress(PropertyPicture.DoesNotExist):  # A colleague has deleted it.
            picture.delete_with_file()
        toast(request, _("The picture is deleted."))
    elif not action:
        messages.success(request, _("Saved."))
    return redirect(f"{reverse('contact_requests:property_edit', args=[id])}#pictures")


@require_safe
def property_picture(request: ProRequest, id: uuid.UUID, picture: int) -> HttpResponseBase:
    """Serve a picture of one's own property, published or not."""
    pictures = PropertyPicture.objects.filter(property__in=Property.objects.for_pro(request.pro), property_id=id)
    row = get_object_or_404(pictures, pk=picture)
    try:
        return serve_inline(request, row.open(), size=row.size, content_type=row.mime_type)
    except FileNotFoundError as error:
        raise Http404 from error
    except StorageUnavailableError:
        return HttpResponse(FETCH_LATER, status=HTTPStatus.SERVICE_UNAVAILABLE)
