from django.urls import path

from . import properties_api  # noqa: F401 - it declares its routes.
from .api import api
from .views import former, leads, properties, public, requests, set_aside

app_name = "contact_requests"

urlpatterns = [
    path("properties", properties.property_list, name="property_list"),
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
