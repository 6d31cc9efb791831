"""Bodies and queries of /pro/properties. Times are UTC with milliseconds."""

import uuid
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, structs, to_builtins

from config.api.reading import NOT_BLANK, Body

from .models.property import MAX_REFERENCE
from .schemas import Changes, Cursor, Moment, PageQuery

MAX_NUMBERS = 50
Title = Annotated[str, Meta(min_length=1, max_length=200, extra_json_schema=NOT_BLANK)]
Slug = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=120,
        pattern="^[-a-zA-Z0-9_]+$",
        description="Address of its page below /properties; no other property of the installation has it.",
    ),
]
OwnReference = Annotated[
    str,
    Meta(
        max_length=MAX_REFERENCE,
        description="The office's own, unique in it; with a letter or a digit.",
        examples=["AP-101"],
    ),
]
Summary = Annotated[str, Meta(max_length=300, description="One line, such as 3 rooms · 68 m².")]
Description = Annotated[str, Meta(max_length=10_000)]
City = Annotated[str, Meta(max_length=100)]
Price = (
    Annotated[int, Meta(ge=0, le=9_999_999_999)]
    | Annotated[float, Meta(ge=0, le=9_999_999_999.99)]
    | Annotated[str, Meta(pattern=r"^[0-9]{1,10}(\.[0-9]{1,2})?$")]
)
EUROS = Meta(description="In euros, with two decimals at most; null for none.")
State = Annotated[
    Literal["available", "under_offer", "sold", "let", "withdrawn"],
    Meta(description="A page of one that is sold, let or withdrawn says so. Default: `available`."),
]
IS_PUBLISHED = Meta(description="False: visitors do not see its page. Default: `true`.")


class PropertyQuery(PageQuery, rename="camel"):
    reference: (
        Annotated[str, Meta(min_length=1, max_length=MAX_REFERENCE, description="Only the one with this reference.")]
        | None
    ) = None
    is_published: Annotated[bool, Meta(description="Only those that visitors see, or do not see.")] | None = None


class ListingInput(Struct, forbid_unknown_fields=True):
    """The number under which a portal lists a property."""

    number: Annotated[str, Meta(min_length=1, max_length=MAX_REFERENCE, description="With a letter or a digit.")]
    portal: Annotated[str, Meta(max_length=100, description="Such as portal.example.")] = ""


Listings = Annotated[
    list[ListingInput],
    Meta(max_length=MAX_NUMBERS, description="All of them: those that are not sent go. Unique in the office."),
]


class TranslationInput(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Texts in another language; what is left out is shown as in the property itself."""

    title: Annotated[str, Meta(max_length=200)] = ""
    summary: Summary = ""
    description: Description = ""


class TranslationsInput(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Texts by language, all of them: those that are not sent go."""

    en: TranslationInput | None = None
    fr: TranslationInput | None = None
    nl: TranslationInput | None = None


class PropertyUpdate(Body, rename="camel"):
    title: Title | UnsetType = UNSET
    reference: OwnReference | UnsetType | None = UNSET
    slug: Slug | UnsetType = UNSET
    summary: Summary | UnsetType | None = UNSET
    description: Description | UnsetType | None = UNSET
    city: City | UnsetType | None = UNSET
    price: Annotated[Price | UnsetType | None, EUROS] = UNSET
    state: State | UnsetType = UNSET
    is_published: Annotated[bool | UnsetType, IS_PUBLISHED] = UNSET
    translations: TranslationsInput | UnsetType | None = UNSET
    numbers: Listings | UnsetType = UNSET

    @property
    def sent(self) -> dict[str, Any]:
        """The fields that were sent, as the verbs of `properties` take them."""
        return sent_fields(structs.asdict(self))


class PropertyCreate(PropertyUpdate, rename="camel", kw_only=True):
    title: Title
    slug: Annotated[Slug | UnsetType, Meta(description="By default made from the title.")] = UNSET


def sent_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that were sent: texts without null, the price as text, portals with their numbers."""
    sent = {name: value for name, value in values.items() if value is not UNSET}
    fields: dict[str, Any] = {name: "" if value is None and name != "price" else value for name, value in sent.items()}
    if fields.get("price") is not None:
        fields["price"] = str(fields["price"])
    if "translations" in fields:
        fields["translations"] = to_builtins(fields["translations"] or {})
    if "numbers" in fields:
        fields["numbers"] = [(each.portal, each.number) for each in fields["numbers"]]
    return fields


class ListingBody(Struct):
    portal: str | None
    number: str


class PropertyBody(Struct, rename="camel"):
    id: uuid.UUID
    pro_id: int
    reference: str | None
    slug: str
    title: str
    summary: str | None
    description: str | None
    city: str | None
    price: float | None
    state: str
    is_published: bool
    translations: dict[str, dict[str, str]]
    numbers: list[ListingBody]
    url: str
    created_at: Moment
    updated_at: Moment


class PropertyPage(Struct, rename="camel"):
    """`changes` is there when the list is asked for in the order of changes; `cursor.next` is its `next`."""

    data: list[PropertyBody]
    cursor: Cursor
    has_more: bool
    changes: Changes | UnsetType = UNSET
