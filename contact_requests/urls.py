from django.urls import path

from . import properties_api  # noqa: F401 - it declares its routes.
from .api import api
from .views import (
    former,
    imports,
    leads,
    office_page,
    office_settings,
    properties,
    public,
    requests,
    set_aside,
    site_forms,
)

app_name = "contact_requests"

urlpatterns = [
    path("properties", properties.property_list, name="property_list"),
    path("properties/imports", imports.import_list, name="property_import_list"),
    path("properties/imports/new", imports.import_upload, name="property_import_upload"),
    path("properties/imports/<uuid:id>", imports.import_detail, name="property_import"),
    path("properties/imports/<uuid:id>/run", imports.import_run, name="property_import_run"),
    path("properties/imports/<uuid:id>/discard", imports.import_discard, name="property_import_discard"),
    path("properties/new", properties.property_new, name="property_new"),
    path("properties/<uuid:id>/edit", properties.property_edit, name="property_edit"),
    path("properties/<uuid:id>/take-away", properties.property_take_away, name="property_take_away"),
    path("properties/<uuid:id>/state/<slug:state>", properties.property_state, name="property_state"),
    # Below an address of their own, as uploads may be larger there.
    path("properties/pictures/<uuid:id>", properties.property_pictures, name="property_pictures"),
    path("properties/pictures/<uuid:id>/<int:picture>", properties.property_picture, name="own_picture"),
    path("properties/<uuid:id>/descriptions", properties.property_descriptions, name="property_descriptions"),
    path("properties/<slug:slug>", public.property_detail, name="property_detail"),
    path("properties/<slug:slug>/pictures/<int:picture>", public.property_picture, name="property_picture"),
    path("properties/<slug:slug>/qr.svg", public.property_qr, name="property_qr"),
    path("properties/<slug:slug>/print", public.property_sheet, name="property_sheet"),
    path("p/<slug:slug>", office_page.office_page, name="office_page"),
    path("embed/<str:key>", site_forms.frame, name="frame"),
    path("embed/<str:key>/send", site_forms.site_form, name="site_form"),
    path("settings/site", office_settings.office_settings, name="office_settings"),
    path("settings/site/key", office_settings.form_key_renew, name="form_key_renew"),
    path("r/<str:key>", public.receipt, name="receipt"),
    path("inbox/requests", requests.request_list, name="request_list"),
    path("inbox/requests/arrivals", requests.request_arrivals, name="request_arrivals"),
    path("inbox/requests/<uuid:id>/status", requests.request_mark, name="request_mark"),
    path("inbox/requests/<uuid:id>/set-aside", set_aside.set_aside_request, name="set_aside_request"),
    path("inbox/set-aside", set_aside.set_aside, name="set_aside"),
    path("inbox/set-aside/<uuid:id>/release", set_aside.release, name="release"),
    path("inbox/quarantine", former.quarantine),
    path("inbox/leads/<uuid:id>", leads.lead_answer, name="lead_answer"),
    *api.urls,
]
