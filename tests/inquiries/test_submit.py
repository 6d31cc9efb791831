"""`submit`: how an inquiry comes in, with the built-in directory."""

import pytest

from inquiries.models import DirectoryUser, Inquiry
from inquiries.submission import submit


@pytest.fixture
def jan(db):
    return DirectoryUser.objects.create(
        userhub_id=456,
        first_name="Jan",
        last_name="de Vries",
        email="jan@example.org",
        phone="06 12 34 56 78",
        language="nl",
    )


def test_smoke(pro, kind, jan):
    found = submit(pro, by=None, user_id=456, subject=" A  b ", message="x\r\ny")
    row = Inquiry.objects.values().get()
    print(row)
    assert found.contact.phone == "+33612345678"
