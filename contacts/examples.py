"""Example bodies and answers of /api/v1/contacts, by name of the Struct, for the OpenAPI document."""

CONTACT = {
    "id": "0a3c5e7f-1b2d-4c6e-8a90-b1c2d3e4f506",
    "name": "Jane Smith",
    "email": "jane@example.org",
    "phone": "+15551234567",
    "status": "prospect",
    "role": "prospect",
    "channelPreference": "whatsapp",
    "source": "manual",
    "referralSource": None,
    "language": "en",
    "appliedAt": None,
    "createdAt": "2026-02-10T14:30:00Z",
    "updatedAt": "2026-02-10T14:30:00Z",
}
EXAMPLES = {
    "ContactBody": CONTACT,
    "ContactPage": {"data": [CONTACT], "pagination": {"page": 1, "limit": 20, "total": 1, "totalPages": 1}},
    "ContactCreate": {
        "name": "Jane Smith",
        "email": "jane@example.org",
        "phone": "+1 555 123 4567",
        "channelPreference": "whatsapp",
        "language": "en",
    },
    "ContactUpdate": {"status": "applicant", "referralSource": "A neighbour"},
}
