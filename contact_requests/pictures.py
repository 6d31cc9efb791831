"""Pictures of properties: kept as small WebP files without what a camera notes beside the pixels."""

from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from config.files.storage import store_kept_file
from config.files.thumbnails import make_thumbnail

from .models import Property, PropertyPicture

# Pixels: sharp on a phone and across the column of a wide screen.
MAX_SIDE = 1280
MAX_PICTURES = 20
MAX_NAME = 250


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
        row = PropertyPicture.objects.create(
            property=prop,
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
