from django.urls import path

from . import properties_api  # noqa: F401 - it declares its routes.
from .api import api
from .views import former, leads, public, requests, set_aside

app_name = "contact_requests"

urlpatterns = [
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
