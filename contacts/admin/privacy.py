"""Privacy of a person in the admin, by the verbs of the workspace: everything about them, and their erasure."""

import uuid
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from config.accounts.proof import ask_password
from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.files.downloads import download_stored

from ..forms import ErasureForm
from ..models import Contact, PersonExport
from ..privacy.erasing import NotPlannedError, find_planned, plan_erasure, undo_erasure
from ..privacy.exporting import ask_export, may_download
from ..privacy.preview import preview_person

PAGE = "admin:contacts_contact_privacy"
TEMPLATE = "admin/contacts/contact/privacy.html"


class PersonPrivacyAdmin(admin.ModelAdmin):
    """Pages beside that of a contact. Erasing takes the permission to delete contacts, exporting to add exports."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<uuid:id>/privacy/", wrap(self.privacy_view), name="contacts_contact_privacy"),
            path("<uuid:id>/privacy/file/", wrap(self.export_file_view), name="contacts_contact_export_file"),
        ]
        return [*own, *super().get_urls()]

    def may_erase(self, request: HttpRequest) -> bool:
        """True for staff who may erase persons."""
        return request.user.has_perm("contacts.delete_contact")

    def may_export(self, request: HttpRequest) -> bool:
        """True for staff who may read everything about a person."""
        return request.user.has_perm("contacts.add_personexport")

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        is_open = context["original"].merged_into_id is None and (self.may_erase(request) or self.may_export(request))
        return super().render_change_form(request, {**context, "has_privacy": is_open}, *args, **kwargs)

    def privacy_view(self, request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
        """Show what an erasure takes, and the exports that this member of staff asked for; POST does one `action`."""
        contact = self.get_object(request, str(id))
        if contact is None or contact.merged_into_id:
            raise Http404
        if not (self.may_erase(request) or self.may_export(request)):
            raise PermissionDenied
        if request.method == "POST":
            return self._act(request, contact)
        return self._show(request, contact, ErasureForm())

    def _act(self, request: HttpRequest, contact: Contact) -> HttpResponseBase:
        actions = {"export": self._export, "erase": self._erase, "undo": self._undo}
        action = request.POST.get("action", "")
        if action not in actions:
            raise Http404
        if not (self.may_export(request) if action == "export" else self.may_erase(request)):
            raise PermissionDenied
        if question := ask_password(request):
            return question
        try:
            return actions[action](request, contact)
        except Contact.DoesNotExist as error:  # Merged or erased meanwhile.
            raise Http404 from error

    def _export(self, request: HttpRequest, contact: Contact) -> HttpResponse:
        staff: Any = request.user
        ask_export(contact, by=staff, language=get_language() or staff.language)
        text = _("Everything about this person is being put together. Come back in a minute.")
        return self._done(request, contact, text)

    def _erase(self, request: HttpRequest, contact: Contact) -> HttpResponse:
        form = ErasureForm(request.POST)
        if not form.is_valid():
            return self._show(request, contact, form, 422)
        staff: Any = request.user
        erasure = plan_erasure(contact, reason=form.cleaned_data["reason"], by=staff)
        words = {"name": contact.name, "day": date_format(erasure.due_at, "DATE_FORMAT")}
        return self._done(request, contact, _("%(name)s will be erased on %(day)s.") % words)

    def _undo(self, request: HttpRequest, contact: Contact) -> HttpResponse:
        staff: Any = request.user
        try:
            if (erasure := find_planned(contact)) is None:
                raise NotPlannedError
            undo_erasure(erasure, by=staff)
        except NotPlannedError:
            return self._done(request, contact, _("No erasure is planned any more."))
        return self._done(request, contact, _("%(name)s will not be erased.") % {"name": contact.name})

    def _done(self, request: HttpRequest, contact: Contact, text: str) -> HttpResponse:
        self.message_user(request, text, messages.SUCCESS)
        return redirect(PAGE, contact.pk)

    def _show(self, request: HttpRequest, contact: Contact, form: ErasureForm, status: int = 200) -> HttpResponse:
        staff: Any = request.user
        exports = PersonExport.objects.for_pro(contact.pro).of_requester(staff).filter(contact=contact)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Privacy"),
            "subtitle": str(contact),
            "opts": self.opts,
            "original": contact,
            "media": self.media,
            "form": form,
            "erasure": find_planned(contact),
            "counts": preview_person(contact),
            "exports": exports.select_related("file"),
            "may_erase": self.may_erase(request),
            "may_export": self.may_export(request),
        }
        return TemplateResponse(request, TEMPLATE, context, status=status)

    def export_file_view(self, request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
        """Download of the newest export that this member of staff has asked for and that is ready."""
        contact = self.get_object(request, str(id))
        if not self.may_export(request):
            raise PermissionDenied
        staff: Any = request.user
        exports = PersonExport.objects.of_requester(staff).filter(contact=contact).select_related("file")
        export = next((each for each in exports if may_download(each, staff)), None)
        if export is None:
            raise Http404
        if question := ask_password(request):
            return question
        try:
            response = download_stored(export.file, content_type=export.file.mime_type)
        except FileNotFoundError as error:
            raise Http404 from error
        record_event(Kind.DOWNLOADED, export, pro=export.pro_id, by=export.user, detail="person")
        return response
