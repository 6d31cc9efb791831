"""Thumbnails: small pictures made of a stranger's, without anything but its pixels."""

from typing import NamedTuple

from config.limited import LimitExceededError, run_limited

# Pixels on the longer side, unless another number is asked for.
MAX_SIDE = 640
SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"GIF8")
# What decoding may use: a picture within MAX_PIXELS takes a second and 200 MB.
MAX_SECONDS, MAX_MEGABYTES = 5, 600


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
    # Pillow and its decoders take 2 MB, in every process that never draws.
    from .drawing import draw_small

    return Thumbnail(*drawn) if (drawn := draw_small(content, max_side)) else None
