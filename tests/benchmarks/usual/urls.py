"""The addresses of the product's three lists."""

from django.urls import path

from .views import ContactRequestViewSet, ContactViewSet, InquiryViewSet

urlpatterns = [
    path("pro/contact-requests", ContactRequestViewSet.as_view({"get": "list"})),
    path("api/v1/contacts", ContactViewSet.as_view({"get": "list"})),
    path("api/inquiries/list", InquiryViewSet.as_view({"get": "list"})),
]
