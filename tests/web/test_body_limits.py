"""Size limits of requests: 11 MB, and more for e-mails with attachments."""

import io

import pytest
from django.conf import settings

from config.web.middleware import MAX_REQUEST, body_limit
from config.wsgi import application
from contacts.channels.email import MAX_BODY
from contacts.channels.signing import signature
from contacts.models import ChannelConnection, ChannelDelivery

SECRET = "the-secret-of-the-channel"
LARGER = b"Subject: large\r\n\r\n" + b"x" * MAX_REQUEST
TEXT = "text/plain; charset=utf-8"


@pytest.fixture
def path(pro):
    fields = {"provider": "mime", "address": "port@in.example.com", "secret": SECRET}
    return f"/channels/email/{ChannelConnection.objects.connect(pro, 'email', fields).key}"


def post(client, path, body):
    headers = {"X-Vestibule-Signature-256": signature(SECRET, body)}
    return client.post(path, body, content_type="message/rfc822", headers=headers)


def test_an_email_may_be_larger_than_a_form(nobody, path):
    assert post(nobody, path, LARGER).status_code == 200
    assert bytes(ChannelDelivery.objects.get().body) == LARGER


@pytest.mark.parametrize("size", [MAX_BODY + 1, settings.BODY_LIMITS["/channels/email/"] + 1])
def test_an_email_is_not_as_large_as_it_likes(nobody, path, size):
    assert post(nobody, path, b"x" * size).status_code == 413
    assert ChannelDelivery.objects.count() == 0


@pytest.mark.parametrize(
    "elsewhere",
    ["/channels/whatsapp/", "/channels/telegram/", "/channels/emails/", "/inbox/channels/email/", "/Channels/email/"],
)
def test_nothing_else_may_be(nobody, elsewhere):
    response = nobody.post(elsewhere + "a" * 48, LARGER, content_type="application/octet-stream")
    assert response.status_code == 413
    assert body_limit(elsewhere) == MAX_REQUEST


def test_a_large_email_for_nobody_is_404(nobody, db):
    response = post(nobody, "/channels/email/" + "a" * 48, LARGER)
    assert (response.status_code, response.content, response["Content-Type"]) == (
        404,
        b"Not Found",
        "text/plain; charset=utf-8",
    )
    assert ChannelDelivery.objects.count() == 0


def send_in_chunks(path, body):
    """Send a body of unknown length, as the web server passes it on."""
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "CONTENT_TYPE": "message/rfc822",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "HTTP_X_VESTIBULE_SIGNATURE_256": signature(SECRET, body),
    }
    answer = {}
    b"".join(application(environ, lambda status, headers: answer.update(status=int(status.split()[0]))))
    return answer["status"]


# A real request closes the connection that a test's transaction would live in.
@pytest.mark.django_db(transaction=True)
def test_an_email_that_is_sent_in_chunks_is_read_whole(path):
    assert send_in_chunks(path, LARGER) == 200
    assert bytes(ChannelDelivery.objects.get().body) == LARGER
    assert send_in_chunks(path, b"x" * (MAX_BODY + 1)) == 413
    assert send_in_chunks("/inbox", LARGER) == 413
    assert ChannelDelivery.objects.count() == 1
