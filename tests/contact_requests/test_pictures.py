"""Pictures of properties: kept as small WebP files, shown lazily, added and deleted by staff."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from contact_requests.models import PropertyPicture
from contact_requests.pictures import MAX_PICTURES, add_picture

from ..admin_site import staff_client
from ..factories import PropertyFactory
from ..pages import Page
from ..pictures import picture


@pytest.fixture
def house(pro):
    return PropertyFactory(pro=pro, slug="house", title="The House")


def test_a_picture_is_kept_as_a_small_webp(house):
    row = add_picture(house, picture((4000, 3000)), filename="../Façade.JPG", description="The façade")
    assert (row.filename, row.mime_type, row.width, row.height) == ("Façade.webp", "image/webp", 1280, 960)
    with Image.open(io.BytesIO(row.open().read())) as kept:
        assert (kept.format, kept.size) == ("WEBP", (1280, 960))


def test_the_page_shows_its_pictures_lazily(nobody, house):
    rows = [add_picture(house, picture(), filename=f"{n}.jpg", description=f"Room {n}") for n in (1, 2)]
    images = Page(nobody.get("/properties/house")).all(".pictures img")
    attributes = [[image[name] for name in ("src", "alt", "width", "height", "loading")] for image in images]
    urls = [f"/properties/house/pictures/{row.pk}" for row in rows]
    assert attributes == [[url, f"Room {n}", "1200", "900", "lazy"] for n, url in enumerate(urls, start=1)]
    response = nobody.get(urls[0])
    assert (response.status_code, response["Content-Type"]) == (200, "image/webp")
    assert b"".join(response.streaming_content) == rows[0].open().read()


def test_pictures_of_other_and_of_unpublished_properties_are_not_found(nobody, house, pro):
    row = add_picture(house, picture(), filename="a.jpg")
    PropertyFactory(pro=pro, slug="other")
    assert nobody.get(f"/properties/other/pictures/{row.pk}").status_code == 404
    assert nobody.get(f"/properties/house/pictures/{2**63 - 1}").status_code == 404
    house.is_published = False
    house.save()
    assert nobody.get(f"/properties/house/pictures/{row.pk}").status_code == 404


def test_anything_else_is_refused(house, case):
    for content in (b"", b"%PDF-1.7\n", picture()[:200]):
        with case(content[:10]), pytest.raises(ValidationError, match="no usable JPEG"):
            add_picture(house, content, filename="a.jpg")
    assert PropertyPicture.objects.count() == 0


def test_one_too_many_is_refused(house):
    rows = [
        PropertyPicture(property=house, key=f"k{n}", filename="a", mime_type="image/webp", size=1, width=1, height=1)
        for n in range(MAX_PICTURES)
    ]
    PropertyPicture.objects.bulk_create(rows)
    with pytest.raises(ValidationError, match="at most 20 pictures"):
        add_picture(house, picture(), filename="a.jpg")


def test_staff_add_and_delete_pictures(staff_browser, house):
    path = f"/admin/contact_requests/property/{house.pk}/pictures/"
    assert "No pictures yet." in Page(staff_browser.get(path)).text
    file = SimpleUploadedFile("front.jpg", picture(), "image/jpeg")
    assert staff_browser.post(path, {"file": file, "description": "Front"})["Location"] == path
    row = PropertyPicture.objects.get()
    assert (row.property, row.filename, row.description) == (house, "front.webp", "Front")
    bad = SimpleUploadedFile("front.jpg", b"no picture", "image/jpeg")
    page = Page(staff_browser.post(path, {"file": bad, "description": "Kept"}))
    assert "This is no usable JPEG, PNG, WebP or GIF picture." in page.text
    for nonsense in ("", "x", "9" * 40):
        staff_browser.post(path, {"delete": nonsense})
    assert PropertyPicture.objects.get() == row
    staff_browser.post(path, {"delete": row.pk})
    assert PropertyPicture.objects.count() == 0


def test_bound_staff_do_not_reach_the_pictures_of_others(pro):
    other, bound = PropertyFactory(), staff_client("change_property", "view_property", pro=pro)
    assert bound.get(f"/admin/contact_requests/property/{other.pk}/pictures/").status_code == 404
