"""Thumbnails are small, the right way up, and hold nothing but pixels."""

import io

import pytest
from PIL import Image

from config.files import thumbnails
from config.files.thumbnails import draw_thumbnail, make_thumbnail

from ..pictures import huge_png, photo, picture
from ..sample_files import GIF, PDF


def opened(thumbnail):
    return Image.open(io.BytesIO(thumbnail.content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_picture_is_made_small(kind):
    thumbnail = draw_thumbnail(picture(kind=kind))
    image = opened(thumbnail)
    assert (thumbnail.width, thumbnail.height, image.size, image.format) == (640, 480, (640, 480), "WEBP")
    red, _green, blue = image.convert("RGB").getpixel((100, 100))
    assert red > 200 > 60 > blue


def test_photo_is_turned_and_loses_its_data():
    content = photo()
    assert b"Maker of phones" in content and b"secret comment" in content
    thumbnail = draw_thumbnail(content)
    image = opened(thumbnail)
    assert (image.size, dict(image.getexif()), image.info.get("icc_profile")) == ((480, 640), {}, None)
    assert not any(text in thumbnail.content for text in (b"Maker", b"secret", b"Exif", b"EXIF", b"XMP"))
    # Its left half is the upper one now.
    red, _green, blue = image.convert("RGB").getpixel((240, 100))
    assert red > 200 > 60 > blue


def test_small_and_transparent_pictures_stay_so():
    thumbnail = draw_thumbnail(picture((30, 20), "PNG", "RGBA"))
    assert (opened(thumbnail).size, opened(thumbnail).mode) == ((30, 20), "RGBA")
    assert draw_thumbnail(GIF)[1:] == (1, 1)


def test_other_modes_are_converted(subtests):
    for mode in ("CMYK", "L", "1", "P", "LA", "I;16"):
        with subtests.test(mode):
            content = io.BytesIO()
            Image.new(mode, (50, 40)).save(content, "JPEG" if mode == "CMYK" else "PNG")
            assert draw_thumbnail(content.getvalue())[1:] == (50, 40)


def test_nothing_is_made_of_anything_else(subtests):
    whole = picture()
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'
    tiff = io.BytesIO()
    Image.new("RGB", (9, 9)).save(tiff, "TIFF")
    contents = {"empty": b"", "PDF": PDF, "SVG": svg, "TIFF": tiff.getvalue(), "cut": whole[:900], "text": b"GIF89a"}
    contents["many pixels"] = huge_png(6000, 5000)
    contents["bomb"] = huge_png(60_000, 60_000)
    for name, content in contents.items():
        with subtests.test(name):
            assert draw_thumbnail(content) is None


def test_thumbnail_is_drawn_in_a_process_of_its_own(monkeypatch):
    content = photo()
    assert make_thumbnail(content, 300) == draw_thumbnail(content, 300)
    assert (make_thumbnail(PDF), make_thumbnail(content[:900])) == (None, None)
    monkeypatch.setattr(thumbnails, "MAX_MEGABYTES", 1)
    assert make_thumbnail(picture((5000, 4000), "PNG")) is None


def test_second_picture_of_a_phone_and_wrong_camera_data_do_no_harm():
    first, second = (Image.open(io.BytesIO(picture((size, 900)))) for size in (1200, 300))
    several = io.BytesIO()
    first.save(several, "MPO", save_all=True, append_images=[second])
    assert draw_thumbnail(several.getvalue())[1:] == (640, 480)
    content = photo()
    wrong = content.replace(b"Exif\0\0MM\0*\0\0\0\x08", b"Exif\0\0MM\0*\0\0\xff\x08")
    assert (wrong != content, draw_thumbnail(wrong)[1:]) == (True, (640, 480))
