"""Contents that are sent: an inquiry of the shipped type "question", and a visitor's form."""

import json
from urllib.parse import urlencode

from inquiries.models import InquiryType


def inquiry_content() -> bytes:
    return json.dumps(
        {
            "inquiry_type_id": InquiryType.objects.get(slug="question").pk,
            "user_id": 123,
            "subject": "Verbouwing keuken",
            "message": "Ik wil graag mijn keuken laten verbouwen en zou graag een offerte ontvangen.",
            "category": "renovation",
            "budget": 4500.0,
            "priority": "normal",
            "source": "mijn-portal",
        }
    ).encode()


def form_content(email: str, stamp: str) -> bytes:
    return urlencode(
        {
            "name": "Zoé Zimmermann",
            "email": email,
            "message": "Bonjour, l'appartement est-il encore libre ? Nous aimerions le visiter samedi.",
            "stamp": stamp,
        }
    ).encode()
