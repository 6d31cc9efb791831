"""GET /api/v1/me: what a program can know of its own token."""

from typing import Annotated

from msgspec import Meta, Struct

from config.api.dialect import V1_CODES, CamelDialect
from config.api.endpoint import ANY_SCOPE, Api
from config.api.times import format_utc

from .access import REQUESTS, Caller, by_token
from .models import SCOPES, ApiToken

Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"}, examples=["2027-02-10T14:30:00Z"])]


class TokenBody(Struct, rename="camel"):
    name: str
    scopes: list[str]
    expires_at: Moment | None
    # UserHub id in whose name the token acts.
    actor_id: int | None


class ProBody(Struct, rename="camel"):
    id: int
    name: str
    plan: str
    # True while the Pro has to prove its identity: /pro is closed until then.
    is_gated: bool


class Limits(Struct, rename="camel"):
    requests_per_minute: int
    max_page_size: int


class Me(Struct):
    token: TokenBody
    pro: ProBody
    limits: Limits


class MeAnswer(Struct):
    data: Me


EXAMPLE = {
    "data": {
        "token": {
            "name": "Website",
            "scopes": ["contacts:write"],
            "expiresAt": "2027-02-10T14:30:00Z",
            "actorId": None,
        },
        "pro": {"id": 7, "name": "Agence du Port", "plan": "pro", "isGated": False},
        "limits": {"requestsPerMinute": 1200, "maxPageSize": 100},
    }
}
api = Api(
    CamelDialect("/api/v1/me", V1_CODES),
    title="Token",
    description="The token itself: whose it is, what it may do, and how often.",
    tags={"Token": "The token that calls."},
    authenticate=by_token,
    scopes=SCOPES,
    examples={"MeAnswer": EXAMPLE},
)


@api.endpoint("GET", "", scope=ANY_SCOPE, answer=MeAnswer)
def get_me(caller: Caller) -> MeAnswer:
    """Get the token that calls, with its Pro and limits.

    `maxPageSize` is that of contacts; the other lists take 100 rows whatever the plan.
    """
    token, pro = caller.token, caller.pro
    if token is None:
        raise TypeError("a caller by token has one")
    return MeAnswer(
        Me(
            _to_body(token),
            ProBody(pro.pk, pro.name, pro.plan, pro.is_gated),
            Limits(REQUESTS.times, pro.max_page_size),
        )
    )


def _to_body(token: ApiToken) -> TokenBody:
    return TokenBody(token.name, token.scopes, format_utc(token.expires_at), token.actor_id)
