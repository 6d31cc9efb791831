"""Rows of accounts that go through the product's own functions."""

from django.core.files.uploadedfile import SimpleUploadedFile

from config.accounts.models import ApiToken, IdentityDocument, Pro

from ..factories import UserFactory

PDF = b"%PDF-1.7 a card\n%%EOF\n"


def submit_document(pro: Pro, name: str = "card.pdf") -> IdentityDocument:
    return IdentityDocument.objects.submit(pro, SimpleUploadedFile(name, PDF), by=UserFactory(pro=pro))


def issue_token(pro: Pro, name: str = "Website") -> ApiToken:
    return ApiToken.objects.issue(pro, name, ["contacts:read"], by=UserFactory(pro=pro))[0]
