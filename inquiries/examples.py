"""Example bodies and answers of /api/inquiries, by name of the Struct, for the OpenAPI document."""

from typing import Any

STEP = {"key": "submitted", "label": "Submitted", "color": "#6b7280", "is_initial": True, "is_terminal": False}
TYPE = {"id": 1, "name": "Question", "slug": "question", "icon": "💬", "color": "#2563eb"}
ADDRESS = {"street": "Keizersgracht 1", "postal_code": "1015 CD", "city": "Amsterdam", "country": "NL"}
OPTION = {"id": 3, "group": "Region", "label": "North", "is_active": True}
ROW: dict[str, Any] = {
    "id": 42,
    "inquiry_type_id": 1,
    "inquiry_type": TYPE,
    "first_name": "Jan",
    "last_name": "de Vries",
    "email": "jan@example.org",
    "phone": "+31201234567",
    "subject": "A new roof",
    "status": "open",
    "priority": "normal",
    "category": "renovation",
    "budget": 4500.0,
    "budget_display": "€ 4.500,00",
    "full_name": "Jan de Vries",
    "truncated_message": "The roof of our house leaks above the kitchen since last...",
    "created_at": "2025-11-06T10:30:00.000000Z",
    "responded_at": None,
    "pipeline_status": "submitted",
    "user_id": 123,
    "created_by": 123,
    "case_id": None,
}
INQUIRY: dict[str, Any] = {
    **ROW,
    "message": "The roof of our house leaks above the kitchen since last week.",
    "source": "website",
    "language": "nl",
    "address": ADDRESS,
    "business": None,
    "filter_options": [OPTION],
    "contact_id": "0a3c5e7f-1b2d-4c6e-8a90-b1c2d3e4f506",
    "is_waiting_for_profile": False,
    "acknowledged_at": "2025-11-06T10:30:02.000000Z",
    "updated_at": "2025-11-06T10:30:02.000000Z",
}
MOVED = {**INQUIRY, "status": "in_progress", "pipeline_status": "in_review"}
OFFER = {
    "id": 5,
    "title": "Repair of the roof",
    "amount": 4250.0,
    "currency": "EUR",
    "valid_until": "2026-01-31",
    "status": "sent",
    "made_by": "Bakker Roofs",
    "created_at": "2025-11-07T09:00:00.000000Z",
    "sent_at": "2025-11-07T09:05:00.000000Z",
}
ATTACHMENT = {
    "id": 9,
    "inquiry_id": 42,
    "filename": "roof.pdf",
    "mime_type": "application/pdf",
    "size": 184320,
    "uploaded_by": 123,
    "created_at": "2025-11-06T10:35:00.000000Z",
    "download_url": "https://desk.example.com/api/inquiries/42/attachments/9/download?user_id=123",
}
MOVE = {"from_status": None, "to_status": "submitted", "changed_by": 123, "note": None}
WHOLE_OFFER = {
    **OFFER,
    "text": "New tiles above the kitchen, scaffold included.",
    "public_url": "https://desk.example.com/offers/Jx3…",
    "updated_at": "2025-11-07T09:05:00.000000Z",
    "mailed_at": "2025-11-07T09:05:02.000000Z",
    "mail_error": None,
    "viewed_at": None,
    "answered_at": None,
}
EXAMPLES: dict[str, Any] = {
    "OfferCreate": {"title": "Repair of the roof", "amount": 4250, "valid_until": "2026-01-31"},
    "OfferUpdate": {"amount": 3990},
    "OfferList": {"success": True, "data": [WHOLE_OFFER]},
    "OfferAnswer": {"success": True, "data": WHOLE_OFFER},
    "OfferDone": {"success": True, "message": "Offer sent successfully", "data": WHOLE_OFFER},
    "OfferDiscarded": {"success": True, "message": "Offer deleted successfully"},
    "InquiryUpdate": {"priority": "high", "filter_option_ids": [3]},
    "InquirySubmission": {"user_id": 123, "subject": "A new roof", "message": INQUIRY["message"], "budget": 4500},
    "SubmissionAnswer": {
        "success": True,
        "message": "Inquiry submitted successfully",
        "data": {
            "inquiry_id": 42,
            "reference": 42,
            "status": "open",
            "user_id": 123,
            "created_by": 123,
            "created_at": "2026-04-16T10:30:00+00:00",
        },
    },
    "InquiryPage": {
        "success": True,
        "data": [ROW],
        "pagination": {"current_page": 1, "per_page": 15, "total": 1, "last_page": 1},
    },
    "DetailAnswer": {"success": True, "data": {"inquiry": INQUIRY, "offers": [OFFER], "offers_count": 1}},
    "HistoryAnswer": {"success": True, "data": [{**MOVE, "created_at": "2026-04-16T10:30:00+00:00"}]},
    "ActionBody": {"action": "update_status", "status": "in_review", "note": "Called back."},
    "ActionAnswer": {"success": True, "message": "Action performed successfully", "data": {"inquiry": MOVED}},
    "TypesAnswer": {
        "success": True,
        "data": [
            {
                **TYPE,
                "icon_type": "emoji",
                "icon_display": "💬",
                "description": "A question about anything.",
                "is_active": True,
                "sort_order": 1,
                "statuses": [STEP],
            }
        ],
    },
    "StatusesAnswer": {
        "success": True,
        "data": {
            "question": [{**STEP, "description": "Just arrived.", "sort_order": 1, "maps_to_case_status": "new"}],
        },
    },
    "FilterOptionsAnswer": {"success": True, "data": [OPTION]},
    "AttachmentForm": {"user_id": 123, "file": "roof.pdf"},
    "AttachmentList": {"success": True, "data": [ATTACHMENT]},
    "AttachmentAnswer": {"success": True, "message": "Attachment uploaded successfully", "data": ATTACHMENT},
    "AttachmentDeleted": {"success": True, "message": "Attachment deleted successfully"},
}
