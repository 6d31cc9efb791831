"""Media of WhatsApp: an id leads to an address, which expires after five minutes, and that one to the bytes.

Source: "Media" of the Cloud API (`GET /{media-id}`, "Download media").
"""

import re
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from ..models import ChannelConnection
from .calling import MAX_MEDIUM, answered, call, download, too_large
from .message import FetchedMedium, MediumGoneError, MediumRefusedError, SendFailedError
from .payload import clean_text, get_object, to_int
from .whatsapp import access_token, api_error

# The token goes to these hosts alone.
META_HOSTS = re.compile(r"lookaside\.fbsbx\.com|graph\.facebook\.com|([a-z0-9-]+\.)+fbcdn\.net")
# "Object with ID … does not exist", which Meta says of a lost permission too.
UNKNOWN_OBJECT = 100
# An address may expire on its way: it is asked for again.
MAX_ADDRESSES = 2


def fetch_medium(connection: ChannelConnection, id: str) -> FetchedMedium:
    """Fetch a medium by its id. Raises MediumGoneError, MediumRefusedError, and SendFailedError: try again later."""
    token, status = access_token(connection), 0
    for _number in range(MAX_ADDRESSES):
        url, mime_type = _find_address(connection, id)
        answer = download(url, token=token, allow_private=_is_api(url))
        if (status := answer.status) == HTTPStatus.OK and answer.body:
            return FetchedMedium(answer.body, mime_type)
    raise SendFailedError(answered(status), is_final=False)


def _find_address(connection: ChannelConnection, id: str) -> tuple[str, str]:
    """(address, MIME type) of a medium."""
    url = f"{settings.WHATSAPP_API_URL}/{quote(id, safe='')}"
    status, answer = call(url, token=access_token(connection))
    error = get_object(answer, "error")
    if status == HTTPStatus.NOT_FOUND or to_int(error.get("code")) == UNKNOWN_OBJECT:
        raise MediumGoneError
    if status >= HTTPStatus.MULTIPLE_CHOICES or not answer.get("url"):
        raise api_error(status, error)
    if to_int(answer.get("file_size")) > MAX_MEDIUM:
        raise MediumRefusedError(too_large())
    address = clean_text(answer["url"], 4000)
    if not (_is_api(address) or _is_of_meta(address)):
        raise SendFailedError(_("The provider gave an address that is not its own."), is_final=False)
    return address, clean_text(answer.get("mime_type"), 100)


def _is_api(url: str) -> bool:
    """True for an address on the host that the operator named as the API."""
    return url.startswith("{0.scheme}://{0.netloc}/".format(urlsplit(settings.WHATSAPP_API_URL)))


def _is_of_meta(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and META_HOSTS.fullmatch(parts.netloc.removesuffix(":443")) is not None
    except ValueError:
        return False
