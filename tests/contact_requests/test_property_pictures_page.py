"""Pictures of one's own property: added several at once, described, moved, deleted, seen before it is published."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from contact_requests.models import PropertyPicture
from contact_requests.pictures import add_picture

from ..factories import PropertyFactory
from ..pages import Page
from ..pictures import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(pro):
    return PropertyFactory(pro=pro, is_published=False)


def upload(content, name="a.jpg"):
    return SimpleUploadedFile(name, content, "image/jpeg")


def shown(prop):
    return list(prop.pictures.values_list("filename", "description"))


def test_several_pictures_are_added_and_what_is_none_is_named(browser, house):
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    photo = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(photo, "JPEG", exif=exif)
    files = [upload(photo.getvalue(), "b.jpg"), upload(b"no picture", "c.jpg"), upload(picture(), "a.jpg")]
    path = f"/properties/pictures/{house.pk}"
    page = Page(browser.post(path, {"uploads": files}), 422)
    error = "c.jpg: This is no usable JPEG, PNG, WebP or GIF picture."
    assert page.texts("#pictures .errorlist") == [error]
    assert shown(house) == [("b.webp", ""), ("a.webp", "")]
    with Image.open(house.pictures.first().open()) as kept:
        assert (kept.format, dict(kept.getexif()), kept.info.get("icc_profile")) == ("WEBP", {}, None)
    assert browser.post(path, {"uploads": [upload(picture())]})["Location"] == f"/properties/{house.pk}/edit#pictures"
    assert Page(browser.post(path, {}), 422).texts("#pictures .errorlist") == ["This field is required."]


def test_pictures_are_described_moved_and_deleted(browser, house):
    for name in "abc":
        add_picture(house, picture(), filename=f"{name}.jpg")
    a, b, c = house.pictures.all()
    path = f"/properties/{house.pk}/descriptions"
    other = PropertyPicture.objects.create(property=PropertyFactory(), key="k", size=1, width=1, height=1)
    browser.post(path, {f"alt-{a.pk}": "Hall ", f"alt-{other.pk}": "x", "do": f"later {a.pk}"})
    assert shown(house) == [("b.webp", ""), ("a.webp", "Hall"), ("c.webp", "")]
    browser.post(path, {"do": f"earlier {c.pk}"})
    browser.post(path, {"do": f"later {a.pk}"})
    browser.post(path, {"do": f"earlier {b.pk}"})
    assert shown(house) == [("b.webp", ""), ("c.webp", ""), ("a.webp", "Hall")]
    for nonsense in (f"delete {other.pk}", "delete", "earlier x", "\0", f"burn {a.pk}"):
        assert browser.post(path, {"do": nonsense}).status_code == 302
    browser.post(path, {"do": f"delete {b.pk}"})
    browser.post(path, {"do": f"delete {b.pk}"})
    assert shown(house) == [("c.webp", ""), ("a.webp", "Hall")]
    assert PropertyPicture.objects.filter(pk=other.pk, description="").exists()


def test_only_the_office_sees_them_before_they_are_published(browser, other_browser, nobody, house):
    row = add_picture(house, picture(), filename="a.jpg")
    path = f"/properties/pictures/{house.pk}/{row.pk}"
    response = browser.get(path)
    assert (response.status_code, response["Content-Type"]) == (200, "image/webp")
    assert other_browser.get(path).status_code == 404
    assert nobody.get(path).status_code == 302
