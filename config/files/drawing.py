"""Draw thumbnails with Pillow, in the process of its own that `config.files.thumbnails` starts: no other loads this."""

import io
import warnings

from PIL import Image, ImageOps

# JPEG is decoded at a fraction of its size; all others in full, 4 bytes a pixel.
MAX_PIXELS, MAX_PIXELS_JPEG = 25_000_000, 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# Phones write several pictures into one JPEG (MPO): the first is shown.
DRAFTED = ("JPEG", "MPO")
Image.MAX_IMAGE_PIXELS = MAX_PIXELS_JPEG


def draw_small(content: bytes, max_side: int) -> tuple[bytes, int, int] | None:
    """Draw for `draw_thumbnail`: a picture in WebP, its width and its height."""
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


def _encode(picture: Image.Image) -> tuple[bytes, int, int]:
    # A new picture holds the pixels alone.
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    encoded = io.BytesIO()
    bare.save(encoded, "WEBP", quality=80, method=4)
    return encoded.getvalue(), bare.width, bare.height
