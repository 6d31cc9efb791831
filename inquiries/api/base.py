"""The API of inquiries; each noun declares its routes in a file of its own."""

from config.accounts.access import by_token
from config.accounts.models import SCOPES
from config.api.endpoint import Api

from ..dialect import dialect
from ..examples import EXAMPLES

ATTACHMENTS, CHOICES, OFFERS = "Attachments", "Types and options", "Offers"

api = Api(
    dialect,
    title="Inquiries",
    description="Typed inquiries of customers, which move along the pipeline of their type.",
    tags={
        "Inquiries": "Submit, read and move inquiries.",
        ATTACHMENTS: "Files of an inquiry.",
        OFFERS: "Priced proposals to the customer of an inquiry.",
        CHOICES: "Types, their pipelines, and filter options.",
    },
    authenticate=by_token,
    scopes=SCOPES,
    examples=EXAMPLES,
)
