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
ID, ERASURE_ID = CONTACT["id"], "2f6d1c1e-7f0b-4a36-9d5c-0f4f3a1b2c3d"
ERASURE: dict[str, object] = {
    "id": ERASURE_ID,
    "contactId": ID,
    "state": "planned",
    "reason": "asked",
    "createdAt": "2026-02-10T14:30:00Z",
    "dueAt": "2026-02-17T14:30:00Z",
    "endedAt": None,
    "counts": {},
}
EXPORT = {
    "id": ERASURE_ID,
    "contactId": ID,
    "state": "ready",
    "createdAt": "2026-02-10T14:30:00Z",
    "readyAt": "2026-02-10T14:30:05Z",
    "expiresAt": "2026-02-13T14:30:05Z",
    "downloadUrl": f"/api/v1/contacts/{ID}/export/{ERASURE_ID}/file",
}
MESSAGE_ID = "7d1e3c52-0b8a-4f7e-9f43-5a6b7c8d9e10"
MESSAGE = {
    "id": MESSAGE_ID,
    "contactId": ID,
    "direction": "inbound",
    "channel": "email",
    "state": "received",
    "error": None,
    "address": "jane@example.org",
    "senderName": "Jane Smith",
    "author": None,
    "subject": "House on the quay",
    "text": "Is it still free?",
    "cc": [],
    "attachments": [
        {
            "id": 12,
            "filename": "payslip.pdf",
            "mimeType": "application/pdf",
            "size": 48213,
            "downloadUrl": f"/api/v1/contacts/{ID}/messages/{MESSAGE_ID}/attachments/12/download",
        }
    ],
    "contactRequestId": None,
    "inquiryId": None,
    "isAutomatic": False,
    "isUnconfirmed": False,
    "createdAt": "2026-02-10T14:30:00Z",
    "editedAt": None,
    "deletedAt": None,
    "readAt": None,
    "sendAt": None,
    "sentAt": None,
}
CONSENT = {
    "id": 7,
    "words": "You may send me new offers.",
    "version": None,
    "source": "newsletter form of the website",
    "givenAt": "2026-02-10T14:30:00Z",
    "withdrawnAt": None,
}
BULK_ROW = {"name": "Jane Smith", "email": "jane@example.org", "externalId": "crm-42"}
BULK_TEXT = "A row before this one has this external id."
BULK_ERROR = {
    "code": "validation_error",
    "message": f"externalId: {BULK_TEXT}",
    "details": [{"field": "externalId", "message": BULK_TEXT}],
}
EXAMPLES = {
    "ConsentBody": CONSENT,
    "ConsentList": {"data": [CONSENT]},
    "ConsentRequest": {"words": CONSENT["words"], "source": CONSENT["source"], "givenAt": CONSENT["givenAt"]},
    "MessageBody": MESSAGE,
    "MessageCreate": {"text": "It is. When would you like to see it?", "seen": "1.4kq2Jx0a"},
    "MessagePage": {
        "data": [MESSAGE],
        "cursor": {"next": None},
        "hasMore": False,
        "thread": {
            "version": "1.4kq2Jx0a",
            "replyChannels": [{"channel": "email", "address": "jane@example.org", "takesText": True}],
        },
    },
    "ErasureBody": ERASURE,
    "ErasureRequest": {"reason": "asked"},
    "ExportBody": EXPORT,
    "ExportRequest": {"language": "fr"},
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
    "ContactUpsert": {"name": "Jane Smith", "phone": "+1 555 123 4567", "status": "scheduled"},
    "BulkCreate": {"contacts": [BULK_ROW, BULK_ROW]},
    "BulkAnswer": {
        "data": [
            {"index": 0, "status": 201, "data": CONTACT, "externalId": "crm-42"},
            {"index": 1, "status": 400, "error": BULK_ERROR},
        ],
        "counts": {"created": 1, "refused": 1},
    },
}
