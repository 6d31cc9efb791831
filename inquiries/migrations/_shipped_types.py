"""The three types that come with the product; from here on they are rows like any other, and staff's to change."""

GREY, BLUE, INDIGO, AMBER, GREEN, DARK_GREEN = "#6B7280", "#3B82F6", "#6366F1", "#F59E0B", "#10B981", "#059669"

# (slug, name, icon, color, description, steps as (key, label, description, color, case status), extra moves);
# the first step is the initial one, the last the terminal one.
TYPES = [
    (
        "question",
        "Question",
        "❓",
        BLUE,
        "General questions or inquiries about services or products",
        [
            ("submitted", "Submitted", "Inquiry received and queued for review.", GREY, "open"),
            ("in_review", "In Review", "A team member is reviewing the inquiry.", BLUE, "in_progress"),
            ("answered", "Answered", "A response has been sent to the customer.", GREEN, "resolved"),
            ("closed", "Closed", "Inquiry fully handled and archived.", DARK_GREEN, "closed"),
        ],
        [],
    ),
    (
        "callback_request",
        "Call-back Request",
        "📞",
        GREEN,
        "Request for a phone call from our team",
        [
            ("submitted", "Submitted", "Request received; nobody has called yet.", GREY, "open"),
            ("call_planned", "Call Planned", "A team member will call at an agreed time.", BLUE, "in_progress"),
            ("called", "Called", "The customer has been called.", GREEN, "resolved"),
            ("closed", "Closed", "Request fully handled and archived.", DARK_GREEN, "closed"),
        ],
        # Called without a plan; nobody answered.
        [("submitted", "called"), ("called", "call_planned")],
    ),
    (
        "offer_request",
        "Offer Request",
        "📄",
        AMBER,
        "Request for a priced offer",
        [
            ("submitted", "Submitted", "Request received and queued for an offer.", GREY, "open"),
            ("offer_created", "Offer Created", "A first offer has been drawn up.", BLUE, "in_progress"),
            ("offer_sent", "Offer Sent", "The offer has been sent to the customer.", BLUE, "in_progress"),
            ("offer_viewed", "Offer Viewed", "The customer has opened the offer.", INDIGO, "in_progress"),
            ("in_negotiation", "In Negotiation", "The customer asked for changes.", AMBER, "in_progress"),
            ("offer_revised", "Offer Revised", "The offer has been changed as agreed.", AMBER, "in_progress"),
            ("offer_accepted", "Offer Accepted", "The customer has accepted the offer.", GREEN, "in_progress"),
            ("contract_prepared", "Contract Prepared", "The contract has been drawn up.", INDIGO, "in_progress"),
            ("contract_sent", "Contract Sent", "The contract is with the customer.", INDIGO, "in_progress"),
            ("contract_signed", "Contract Signed", "Both sides have signed.", GREEN, "in_progress"),
            ("scheduled", "Scheduled", "A date for the work has been agreed.", BLUE, "in_progress"),
            ("work_started", "Work Started", "The work is being done.", BLUE, "in_progress"),
            ("delivered", "Delivered", "The work has been handed over.", GREEN, "resolved"),
            ("closed", "Closed", "Request fully handled and archived.", DARK_GREEN, "closed"),
        ],
        # Accepted as it is; accepted after talking; a changed offer goes out again.
        [("offer_viewed", "offer_accepted"), ("in_negotiation", "offer_accepted"), ("offer_revised", "offer_sent")],
    ),
]


def ship(apps, schema_editor):
    types = apps.get_model("inquiries", "InquiryType").objects
    for place, (slug, name, icon, color, description, steps, moves) in enumerate(TYPES, start=1):
        kind, is_new = types.get_or_create(
            slug=slug,
            defaults={"name": name, "icon": icon, "color": color, "description": description, "sort_order": place},
        )
        if is_new:
            add_pipeline(apps, kind, steps, moves)


def add_pipeline(apps, kind, steps, moves):
    Step, Move = (apps.get_model("inquiries", name) for name in ("PipelineStep", "AllowedMove"))
    by_key = {}
    for place, (key, label, description, color, case_status) in enumerate(steps, start=1):
        by_key[key] = Step.objects.create(
            inquiry_type=kind,
            key=key,
            label=label,
            description=description,
            color=color,
            sort_order=place,
            is_initial=place == 1,
            is_terminal=place == len(steps),
            maps_to_case_status=case_status,
        )
    for start, end in moves:
        Move.objects.create(from_step=by_key[start], to_step=by_key[end])
