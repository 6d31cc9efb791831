"""Files of Telegram: getFile gives a path that is good for an hour, and that one the bytes.

Source: core.telegram.org/bots/api (getFile, File). A bot can fetch files of up to 20 MB.
"""

import mimetypes
from http import HTTPStatus
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext as _

from ..models import ChannelConnection
from .calling import answered, download
from .message import FetchedMedium, MediumGoneError, MediumRefusedError, SendFailedError
from .payload import clean_text
from .telegram import call_method

# A path may expire on its way: it is asked for again.
MAX_PATHS = 2


def fetch_medium(connection: ChannelConnection, id: str) -> FetchedMedium:
    """Fetch a file by its id. Raises MediumGoneError, MediumRefusedError, and SendFailedError: try again later."""
    status = 0
    for _number in range(MAX_PATHS):
        path = _find_path(connection, id)
        url = f"{settings.TELEGRAM_API_URL}/file/bot{quote(connection.token, safe=':')}/{quote(path)}"
        answer = download(url, allow_private=True)
        if (status := answer.status) == HTTPStatus.OK and answer.body:
            return FetchedMedium(answer.body, mimetypes.guess_type(path)[0] or "")
    raise SendFailedError(answered(status), is_final=False)


def _find_path(connection: ChannelConnection, id: str) -> str:
    try:
        path = clean_text(call_method(connection, "getFile", {"file_id": id}).get("file_path"), 1000)
    except SendFailedError as error:
        description = error.reason.lower()
        if "file is too big" in description:
            raise MediumRefusedError(_("It is larger than %(n)s MB.") % {"n": 20}) from None
        if "file_id" in description or "file not found" in description:
            raise MediumGoneError from None
        raise
    if not path:
        raise MediumGoneError
    return path
