"""The addresses of inquiries."""

from django.urls import path

from .api import api
from .views import offer_public, offers

app_name = "inquiries"

urlpatterns = [
    path("inquiries/<int:id>/offers/new", offers.offer_new, name="offer_new"),
    path("inquiries/<int:id>/offers/<int:offer>", offers.offer_detail, name="offer_detail"),
    path("inquiries/<int:id>/offers/<int:offer>/send", offers.offer_send, name="offer_send"),
    path("inquiries/<int:id>/offers/<int:offer>/discard", offers.offer_discard, name="offer_discard"),
    path("offers/<slug:key>", offer_public.offer_public, name="offer_public"),
    *api.urls,
]
