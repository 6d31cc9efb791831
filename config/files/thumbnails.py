"""Thumbnails: small pictures made of a stranger's, without anything but its pixels."""

import io
import warnings
from typing import NamedTuple

from PIL import Image, ImageOps

from config.limited import LimitExceededError, run_limited

# Pixels on the longer side, unless another number is asked for.
MAX_SIDE = 640
# JPEG is decoded at a fraction of its size; all others in full, 4 bytes a pixel.
MAX_PIXELS, MAX_PIXELS_JPEG = 25_000_000, 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# Phones write several pictures into one JPEG (MPO): the first is shown.
DRAFTED = ("JPEG", "MPO")
SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"GIF8")
# What decoding may use: a picture within MAX_PIXELS takes a second and 200 MB.
MAX_SECONDS, MAX_MEGABYTES = 5, 600
Image.MAX_IMAGE_PIXELS = MAX_PIXELS_JPEG


class Thumbnail(NamedTuple):
    """A picture in WebP."""

    content: bytes
    width: int
    height: int


def make_thumbnail(content: bytes, max_side: int = MAX_SIDE) -> Thumbnail | None:
    """The thumbnail that `draw_thumbnail` draws, in a process of its own: decoders are written in C.

    None for a picture that takes more time or memory than a genuine one, too. Raises OSError and ProcessStoppedError
    when there can be no process now.
    """
    if not content.startswith(SIGNATURES):
        return None
    try:
        return run_limited(
            draw_thumbnail,
            content,
            max_side,
            result=Thumbnail | None,  # type: ignore[arg-type]
            seconds=MAX_SECONDS,
            megabytes=MAX_MEGABYTES,
        )
    except LimitExceededError:
        return None


def draw_thumbnail(content: bytes, max_side: int = MAX_SIDE) -> Thumbnail | None:
    """A thumbnail of a JPEG, PNG, WebP or GIF, at most `max_side` pixels wide and high.

    None for anything else, a damaged picture, or one of too many pixels.

    The picture is turned as its EXIF data say; those, places and colour profiles are left out.
    """
    try:
        # Among them are those about data of a camera that nobody needs.
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            if picture.width * picture.height > (MAX_PIXELS_JPEG if picture.format in DRAFTED else MAX_PIXELS):
                return None
            return _encode(_shrink(picture, max_side))
    except Exception:
        # Decoders raise errors of many types for the same thing: a picture that cannot be decoded.
        return None


def _shrink(picture: Image.Image, max_side: int) -> Image.Image:
    picture.draft("RGB", (max_side, max_side))
    turned = ImageOps.exif_transpose(picture)
    is_transparent = turned.has_transparency_data
    small = turned.convert("RGBA" if is_transparent else "RGB")
    small.thumbnail((max_side, max_side))
    return small


def _encode(picture: Image.Image) -> Thumbnail:
    # A new picture holds the pixels alone.
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    encoded = io.BytesIO()
    bare.save(encoded, "WEBP", quality=80, method=4)
    return Thumbnail(encoded.getvalue(), bare.width, bare.height)
