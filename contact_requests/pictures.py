"""Pictures of properties: kept as small WebP files without what a camera notes beside the pixels."""

from collections.abc import Mapping
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from config.files.storage import store_kept_file
from config.files.thumbnails import make_thumbnail
from config.web.text import one_line

from .models import Property, PropertyPicture

# Pixels: sharp on a phone and across the column of a wide screen.
MAX_SIDE = 1280
MAX_PICTURES = 20
MAX_NAME = 250
MAX_DESCRIPTION = 200


def describe_pictures(prop: Property, descriptions: Mapping[int, str]) -> None:
    """Set what visitors read who do not see a picture, by the picture's id; others of the property stay."""
    rows = [row for row in prop.pictures.all() if row.pk in descriptions]
    for row in rows:
        row.description = one_line(descriptions[row.pk], MAX_DESCRIPTION)
    PropertyPicture.objects.bulk_update(rows, ["description"])


def move_picture(picture: PropertyPicture, *, step: int) -> None:
    """Let a picture and the one before it (`step` -1) or after it (1) change places; the ends stay."""
    with transaction.atomic():
        # Two that move pictures at once would lose one of the moves.
        Property.objects.select_for_update(of=("self",)).get(pk=picture.property_id)
        rows = list(PropertyPicture.objects.filter(property=picture.property_id))
        place = next((place for place, row in enumerate(rows) if row.pk == picture.pk), None)
        if place is None or not 0 <= place + step < len(rows):
            return
        rows[place], rows[place + step] = rows[place + step], rows[place]
        for position, row in enumerate(rows, start=1):
            row.position = position
        PropertyPicture.objects.bulk_update(rows, ["position"])


def add_picture(prop: Property, content: bytes, *, filename: str, description: str = "") -> PropertyPicture:
    """Store a picture of a property, after its others. Not to be called in a transaction.

    Raises ValidationError for anything that is no usable picture or one too many, StorageUnavailableError, and what
    `make_thumbnail` raises.
    """
    picture = make_thumbnail(content, MAX_SIDE)
    if picture is None:
        raise ValidationError(_("This is no usable JPEG, PNG, WebP or GIF picture."), code="picture")
    if prop.pictures.count() >= MAX_PICTURES:
        message = _("A property can have at most %(limit)d pictures.")
        raise ValidationError(message, code="pictures", params={"limit": MAX_PICTURES})
    name = f"{PurePath(filename).stem[:MAX_NAME]}.webp"
    with store_kept_file(picture.content, name) as stored, transaction.atomic():
        last = prop.pictures.aggregate(last=Max("position"))["last"] or 0
        row = PropertyPicture.objects.create(
            property=prop,
            position=last + 1,
            key=stored.key,
            filename=stored.info.filename,
            mime_type="image/webp",
            size=stored.info.size,
            sha256=stored.info.sha256,
            description=description,
            width=picture.width,
            height=picture.height,
        )
        stored.claim()
    return row
