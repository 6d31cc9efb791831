"""The addresses of inquiries and offers."""

from django.urls import path

from .api import api
from .offers import public_views as public_offers
from .offers import views as offers
from .views import attachments, board, inquiry, listing, moving, new

app_name = "inquiries"

urlpatterns = [
    path("inquiries", listing.inquiry_list, name="inquiry_list"),
    path("inquiries/new", new.inquiry_new, name="inquiry_new"),
    path("inquiries/new/customer", new.customer_look_up, name="customer_look_up"),
    path("inquiries/board", board.board_first, name="board_first"),
    path("inquiries/board/<slug:slug>", board.board, name="board"),
    path("inquiries/board/<slug:slug>/move", board.board_move, name="board_move"),
    path("inquiries/<int:id>", inquiry.inquiry_detail, name="inquiry_detail"),
    path("inquiries/<int:id>/read", inquiry.inquiry_read, name="inquiry_read"),
    path("inquiries/<int:id>/move", moving.inquiry_move, name="inquiry_move"),
    path("inquiries/<int:id>/close", moving.inquiry_close, name="inquiry_close"),
    path("inquiries/<int:id>/moves/<uuid:move>/undo", moving.move_undo, name="move_undo"),
    path("inquiries/<int:id>/moves/<uuid:move>/dismiss", moving.move_dismiss, name="move_dismiss"),
    path("inquiries/<int:id>/case", inquiry.inquiry_case, name="inquiry_case"),
    path("inquiries/<int:id>/contact", inquiry.inquiry_contact, name="inquiry_contact"),
    path("inquiries/<int:id>/profile", inquiry.inquiry_profile, name="inquiry_profile"),
    path("inquiries/<int:id>/facts", inquiry.inquiry_classify, name="inquiry_classify"),
    path("inquiries/<int:id>/offers/new", offers.offer_new, name="offer_new"),
    path("inquiries/<int:id>/offers/<int:offer_id>", offers.offer_detail, name="offer_detail"),
    path("inquiries/<int:id>/offers/<int:offer_id>/send", offers.offer_send, name="offer_send"),
    path("inquiries/<int:id>/offers/<int:offer_id>/again", offers.offer_resend, name="offer_resend"),
    path("inquiries/<int:id>/offers/<int:offer_id>/discard", offers.offer_discard, name="offer_discard"),
    path("inquiries/<int:id>/attachments", attachments.attachment_add, name="attachment_add"),
    path(
        "inquiries/<int:id>/attachments/<int:attachment_id>",
        attachments.attachment_download,
        name="attachment_download",
    ),
    path(
        "inquiries/<int:id>/attachments/<int:attachment_id>/delete",
        attachments.attachment_delete,
        name="attachment_delete",
    ),
    path("offers/<slug:key>", public_offers.offer_public, name="offer_public"),
    *api.urls,
]
