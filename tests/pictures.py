"""Pictures as phones make them."""

import io
import struct
import zlib
from typing import Any

from PIL import Image


def picture(size: tuple[int, int] = (1200, 900), kind: str = "JPEG", mode: str = "RGB", **more: Any) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new(mode, size, (0, 0, 255) if mode == "RGB" else (0, 0, 255, 128))
    image.paste((255, 0, 0) if mode == "RGB" else (255, 0, 0, 128), (0, 0, size[0] // 2, size[1]))
    content = io.BytesIO()
    image.save(content, kind, **more)
    return content.getvalue()


def photo(**more: Any) -> bytes:
    """A JPEG that is to be turned by 90 degrees, with the place where it was made and a thumbnail's comment."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Maker of phones"
    exif.get_ifd(0x8825).update({1: "N", 2: (43.0, 17.0, 46.0), 3: "E", 4: (5.0, 22.0, 12.0)})
    return picture(exif=exif, comment=b"secret comment", **more)


def huge_png(width: int, height: int) -> bytes:
    """A PNG of few bytes and many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
