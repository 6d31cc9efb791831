"""Each e-mail is read in a process of its own, with limits of time and memory."""

import pytest

from contacts.channels import email

from .email_reading import inbound
from .payloads import connect, mime


@pytest.mark.django_db
def test_mail_is_read_in_a_process_of_its_own(pro):
    assert list(email.read_call(connect(pro, "mime"), mime(), "message/rfc822")) == [inbound()]


@pytest.mark.django_db
def test_mail_beyond_the_limits_of_its_process_is_a_message_of_its_headers(pro, settings):
    settings.MAIL_READING_MEGABYTES = 50
    files = b"--B\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"QUFB" * 8_000_000
    raw = mime("", Content_Type='multipart/mixed; boundary="B"') + files
    note = "This e-mail is too large or too complex to show. Open the original."
    # The process may be given 50 MB beside the program, and the file alone has 24 MB twice.
    messages = list(email.read_call(connect(pro, "mime"), raw, "message/rfc822"))
    assert messages == [inbound(text=note, is_unreadable=True)]
