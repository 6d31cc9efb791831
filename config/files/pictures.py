"""Pictures, told from other files: their end, their size in pixels, and nothing that runs within them.

Nothing is decoded here; that is done by `config.files.thumbnails`, for pictures of fewer pixels.
"""

import io
import re
import struct
import zipfile
from contextlib import suppress

# Bytes that may pad the end of a file.
PADDING = b"\0\t\n\r "
# A picture that is kept: the largest phones make 200 million.
MAX_PIXELS = 250_000_000
# Genuine pictures of 10 MB have some hundred segments, and 41,000 blocks and a few for each frame.
MAX_SEGMENTS, MAX_BLOCKS = 10_000, 150_000
# The start of a web page or a script within another file, in small letters.
PAGE = re.compile(rb"<(?:html|script|\?php|!doctype html)[\s>]")
PAGE_MARKS = (b"<html", b"<script", b"<?php", b"<!doctype html")
# A header that a browser would also run as a script, as its sizes read as a comment or an assignment ...
SCRIPT_HEADER = re.compile(rb"(?:RIFF|\xff\xd8\xff[\xe0-\xef\xfe])/[*/]")
# ... which goes on behind the comment. Pictures that large do not exist as GIF; of the others a few do.
SCRIPT_BODY = re.compile(rb"(?:\*/|[\r\n])[\s -~]{8}")
SCRIPT_IN_GIF = re.compile(rb"GIF8[79]a[\t-\r -~](?:[ -~]|[\t-\r][/=;(,`][ -~])")
JPEG_SEGMENT = re.compile(rb"\xff++([\x01-\xfe])(..)?", re.DOTALL)


def is_archive(data: bytes) -> bool:
    """Return true for data that opens as a ZIP file: that is read from its end, whatever precedes it."""
    return zipfile.is_zipfile(io.BytesIO(data))


def last_bytes(data: bytes, length: int) -> bytes:
    """Return the last bytes before the padding."""
    return data[-65536:].rstrip(PADDING)[-length:]


def has_page(data: bytes) -> bool:
    """True when a web page or a script begins somewhere in it."""
    small = data.lower()
    return any(mark in small for mark in PAGE_MARKS) and PAGE.search(small) is not None


def _is_picture(data: bytes, width: int, height: int) -> bool:
    is_script = SCRIPT_HEADER.match(data) and SCRIPT_BODY.search(data)
    is_sized = width > 0 and height > 0 and width * height <= MAX_PIXELS
    return is_sized and not (is_script or is_archive(data) or has_page(data) or re.search(rb"%PDF-[12]\.", data))


def is_jpeg(data: bytes) -> bool:
    # Cameras append data after the end of the picture: previews, further pictures, a film.
    return data.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in data and _is_picture(data, *_jpeg_size(data))


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height by the frame header, (0, 0) without one. Source: ITU-T T.81, B.1."""
    at = 2
    for _segment in range(MAX_SEGMENTS):
        segment = JPEG_SEGMENT.match(data, at)
        if not segment:
            break
        marker, length = segment[1][0], segment[2]
        if marker == 1 or 0xD0 <= marker <= 0xD8:  # without content
            at = segment.end(1)
            continue
        if not length or marker in (0xD9, 0xDA):
            break
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[segment.end() + 1 : segment.end() + 5].ljust(4, b"\0"))
            return width, height
        at = segment.end(1) + int.from_bytes(length)
    return 0, 0


def is_png(data: bytes) -> bool:
    is_complete = data[12:16] == b"IHDR" and last_bytes(data, 12) == b"\0\0\0\0IEND\xaeB`\x82"
    if not (data.startswith(b"\x89PNG\r\n\x1a\n") and is_complete):
        return False
    return _is_picture(data, *struct.unpack(">II", data[16:24]))


def is_gif(data: bytes) -> bool:
    if not data.startswith((b"GIF87a", b"GIF89a")) or len(data) < 13 or SCRIPT_IN_GIF.match(data):
        return False
    width, height = struct.unpack("<HH", data[6:10])
    return _is_whole_gif(data) and _is_picture(data, width, height)


def _is_whole_gif(data: bytes) -> bool:
    """Walk through the blocks: nothing follows the last, and no frame has too many pixels. Source: GIF89a."""
    at, blocks = 13 + _colours(data[10]), 0
    with suppress(IndexError, struct.error):
        while data[at] != 0x3B:
            if data[at] == 0x2C:
                width, height, flags = struct.unpack("<HHB", data[at + 5 : at + 10])
                at += 11 + _colours(flags)
                if width * height > MAX_PIXELS:
                    return False
            elif data[at] == 0x21:
                at += 2
            else:
                return False
            while (length := data[at]) and blocks < MAX_BLOCKS:
                at, blocks = at + length + 1, blocks + 1
            at, blocks = at + 1, blocks + 1
            if blocks > MAX_BLOCKS:
                return False
        return not data[at + 1 :].strip(PADDING + b";")
    return False


def _colours(flags: int) -> int:
    """Bytes of the table of colours that the flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def is_webp(data: bytes) -> bool:
    length = int.from_bytes(data[4:8], "little") + 8
    is_complete = 24 <= length <= len(data) and not data[length:].strip(PADDING)
    return data[:4] == b"RIFF" and data[8:15] == b"WEBPVP8" and is_complete and _is_picture(data, *_webp_size(data))


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height. Sources: RFC 9649 (VP8X, VP8L), RFC 6386, 9.1 (VP8)."""
    kind = data[12:16]
    if kind == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", data[26:30].ljust(4, b"\0"))
    return width & 0x3FFF, height & 0x3FFF
