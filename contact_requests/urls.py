from django.urls import path

from .api import api
from .views import inbox, leads, public

app_name = "contact_requests"

urlpatterns = [
    path("properties/<slug:slug>", public.property_detail, name="property_detail"),
    path("properties/<slug:slug>/pictures/<int:picture>", public.property_picture, name="property_picture"),
    path("r/<str:key>", public.receipt, name="receipt"),
    path("inbox", inbox.inbox_list, name="inbox"),
    path("inbox/arrivals", inbox.inbox_arrivals, name="inbox_arrivals"),
    path("inbox/quarantine", inbox.quarantine_list, name="quarantine_list"),
    path("inbox/quarantine/<uuid:id>/release", inbox.quarantine_release, name="quarantine_release"),
    path("inbox/leads/<uuid:id>", leads.lead_answer, name="lead_answer"),
    path("inbox/<uuid:id>", inbox.request_detail, name="request_detail"),
    path("inbox/<uuid:id>/status", inbox.request_mark, name="request_mark"),
    path("inbox/<uuid:id>/reply", inbox.request_reply, name="request_reply"),
    *api.urls,
]
