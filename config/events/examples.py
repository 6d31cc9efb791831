"""Examples of the webhooks API's document."""

ID = "3c9a7a0e-6f0b-4c52-9b6e-2f6f5b0f5a11"
WEBHOOK = {
    "id": ID,
    "url": "https://crm.example.com/vestibule",
    "description": "CRM",
    "events": ["contact.created", "contact.updated"],
    "enabled": True,
    "problem": None,
    "failingSince": None,
    "lastDeliveredAt": "2026-02-10T14:30:00Z",
    "createdAt": "2026-02-01T09:00:00Z",
    "updatedAt": "2026-02-01T09:00:00Z",
}
DELIVERY = {
    "id": 1041,
    "eventId": "evt_5d2c0d7b1f0e4d0f8a8f3a8f3b1c2d3e",
    "type": "contact.created",
    "state": "delivered",
    "attempts": 1,
    "status": 204,
    "reason": None,
    "answer": "",
    "createdAt": "2026-02-10T14:30:00Z",
    "lastAttemptAt": "2026-02-10T14:30:00Z",
    "nextAttemptAt": None,
}
EXAMPLES = {
    "WebhookCreate": {"url": WEBHOOK["url"], "events": WEBHOOK["events"], "description": "CRM"},
    "WebhookUpdate": {"events": ["contact.created", "contact.updated", "contact.deleted"]},
    "NoFields": {},
    "WebhookAnswer": {"data": WEBHOOK},
    "WebhookList": {"data": [WEBHOOK]},
    "SecretAnswer": {"data": {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "former": None, "formerUntil": None}},
    "DeliveryAnswer": {"data": DELIVERY},
    "DeliveryPage": {"data": [DELIVERY], "cursor": {"next": None}},
}
