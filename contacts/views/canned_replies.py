"""Settings: the canned replies of the office and the user's own."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.accounts.http import ProRequest, send_to
from config.web.forms import add_errors
from config.web.toasts import toast

from ..conversations.canned_replies import VARIABLES
from ..conversations.canned_reply_form import CannedReplyForm
from ..models import CannedReply, StaleEditError

LIST, PAGE = "contacts/canned_replies.html", "contacts/canned_reply.html"


def _find_reply(request: ProRequest, id: int) -> CannedReply:
    """One of the office or the user's own, a deleted one too; else 404."""
    rows = CannedReply.objects.for_pro(request.pro)
    return get_object_or_404(rows.of_user(request.user) | rows.of_user(request.user, deleted=True), pk=id)


def _render_form(request: ProRequest, form: CannedReplyForm, status: int = 200, **more: Any) -> HttpResponse:
    texts = [form[f"text_{language}"] for language, _name in settings.LANGUAGES]
    context = {"form": form, "texts": texts, "variables": VARIABLES.items(), **more}
    return render(request, PAGE, context, status=status)


@require_safe
def canned_reply_list(request: ProRequest) -> HttpResponse:
    """List of the canned replies."""
    rows = CannedReply.objects.for_pro(request.pro).of_user(request.user).prefetch_related("texts")
    return render(request, LIST, {"replies": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def canned_reply_new(request: ProRequest) -> HttpResponse:
    """Write a new canned reply."""
    if request.method != "POST":
        return _render_form(request, CannedReplyForm())
    form = CannedReplyForm(request.POST)
    if form.is_valid():
        try:
            title, owner = form.cleaned_data["title"], form.owner_of(request.user)
            CannedReply.objects.add_reply(request.pro, title, form.texts, user=owner)
            return _saved(request)
        except ValidationError as error:
            add_errors(form, error)
    return _render_form(request, form, 422)


@require_http_methods(["GET", "HEAD", "POST"])
def canned_reply_edit(request: ProRequest, id: int) -> HttpResponse:
    """Edit a canned reply; of two who do, the second sees what the first wrote."""
    reply = _find_reply(request, id)
    if request.method != "POST":
        return _render_form(request, CannedReplyForm(reply=reply), reply=reply)
    form = CannedReplyForm(request.POST)
    return _save(request, reply, form) if form.is_valid() else _render_form(request, form, 422, reply=reply)


def _save(request: ProRequest, reply: CannedReply, form: CannedReplyForm) -> HttpResponse:
    try:
        title, owner = form.cleaned_data["title"], form.owner_of(request.user)
        reply.change(title, form.texts, user=owner, expected=form.expected)
        return _saved(request)
    except ValidationError as error:
        add_errors(form, error)
        return _render_form(request, form, 422, reply=_find_reply(request, reply.pk))
    except CannedReply.DoesNotExist:
        form.add_error(None, _("This canned reply was deleted meanwhile. What you typed is still here."))
        return _render_form(request, form, 409, reply=reply)
    except StaleEditError:
        current = _find_reply(request, reply.pk)
        form.show_conflict(current)
        return _render_form(request, form, 409, reply=current, theirs=current.texts_by_language())


def _saved(request: ProRequest) -> HttpResponse:
    toast(request, _("Saved."))
    return redirect("contacts:canned_reply_list")


@require_POST
def canned_reply_delete(request: ProRequest, id: int) -> HttpResponse:
    """Delete a canned reply; a toast offers to undo it."""
    reply = _find_reply(request, id)
    if reply.soft_delete():
        undo_url = reverse("contacts:canned_reply_restore", args=[reply.pk])
        toast(request, _("“%(title)s” is deleted.") % {"title": reply.title}, undo_url)
    return redirect("contacts:canned_reply_list")


@require_POST
def canned_reply_restore(request: ProRequest, id: int) -> HttpResponse:
    """Undo the deletion of a canned reply."""
    reply = _find_reply(request, id)
    try:
        reply.restore()
        toast(request, _("“%(title)s” is restored.") % {"title": reply.title})
    except ValidationError as error:
        toast(request, error.messages[0], level=messages.ERROR)
    return send_to(request, reverse("contacts:canned_reply_list"))
