"""The API of inquiries; each noun declares its routes in a file of its own."""

from config.accounts.access import by_token
from config.accounts.models import SCOPES
from config.api.endpoint import Api

from ..dialect import dialect

api = Api(dialect, title="Inquiries", authenticate=by_token, scopes=SCOPES)
