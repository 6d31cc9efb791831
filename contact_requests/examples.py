"""Example bodies and answers of /pro, by name of the Struct, for the OpenAPI document."""

PROPERTY = {
    "id": "f2b1c7e4-55a0-4e0c-8f6e-0b8f4b1d2a33",
    "slug": "house-on-the-quay",
    "title": "House on the quay",
}
CONTACT_REQUEST = {
    "id": "7d9d1f6e-0d0e-4d3e-9f57-3f0f5f7a1c11",
    "proId": 7,
    "propertyId": PROPERTY["id"],
    "contactId": "0a3c5e7f-1b2d-4c6e-8a90-b1c2d3e4f506",
    "name": "Hélène Marchand",
    "email": "helene@example.org",
    "phone": "+33612345678",
    "message": "Is the house still free?",
    "status": "read",
    "createdAt": "2026-02-10T14:30:00.000Z",
    "updatedAt": "2026-02-10T15:02:11.000Z",
    "readAt": "2026-02-10T15:02:11.000Z",
    "repliedAt": None,
    "property": PROPERTY,
}
WHOLE_PROPERTY = {
    "id": PROPERTY["id"],
    "proId": 7,
    "reference": "AP-101",
    "slug": PROPERTY["slug"],
    "title": PROPERTY["title"],
    "summary": "3 rooms · 68 m²",
    "description": "On the first floor, with a view of the harbour.",
    "city": "Brest",
    "price": 245000.0,
    "state": "available",
    "isPublished": True,
    "translations": {"fr": {"title": "Maison sur le quai"}},
    "numbers": [{"portal": "portal.example", "number": "88123"}],
    "url": "https://desk.example.com/properties/house-on-the-quay",
    "createdAt": "2026-02-10T14:30:00.000Z",
    "updatedAt": "2026-02-10T14:30:00.000Z",
}
EXAMPLES = {
    "PropertyBody": WHOLE_PROPERTY,
    "PropertyPage": {"data": [WHOLE_PROPERTY], "cursor": {"next": None}, "hasMore": False},
    "PropertyCreate": {"title": "House on the quay", "reference": "AP-101", "city": "Brest", "price": 245000},
    "PropertyUpdate": {"price": 239000, "numbers": [{"portal": "portal.example", "number": "88123"}]},
    "ContactRequestBody": CONTACT_REQUEST,
    "ContactRequestPage": {
        "data": [CONTACT_REQUEST],
        "cursor": {"next": "MjAyNi0wMi0xMFQxNDozMDowMCswMDowMHw3ZDlkMWY2ZS0wZDBlLTRkM2UtOWY1Ny0zZjBmNWY3YTFjMTE"},
        "hasMore": True,
    },
    "ContactRequestCreate": {
        "propertyReference": "AP-101",
        "name": "Jane Smith",
        "phone": "06 98 76 54 32",
        "message": "May I visit it?",
        "source": "portal.example",
    },
    "StatusBody": {"status": "read"},
}
