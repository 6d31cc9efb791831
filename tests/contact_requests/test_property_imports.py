"""Import of properties: CSV and OpenImmo, checked row by row before anything is stored."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from contact_requests.importing import openimmo
from contact_requests.importing.columns import read_price, read_state, recognise_columns
from contact_requests.importing.openimmo import read_openimmo, read_picture
from contact_requests.models import Property, PropertyImport
from contact_requests.models.property_import import prune_property_imports
from contacts.models.file_import import RETENTION

from ..factories import PropertyFactory
from ..pages import Page
from ..pictures import picture

pytestmark = pytest.mark.django_db
LIST = "/properties/imports"
CSV = """Réf.;Titre;Titre (nl);Ville;Prix;État;Inconnu
AP-1;Maison;Huis;Brest;"245 000,50 €";à vendre;x
ap 2;Moulin;;Quimper;;vendu;x
AP-3;Grange;;;;brûlé;x
AP/1;Double;;;;;x
;Sans;;;;;x
AP-9;Même;;;;;x
"""
XML = """<?xml version="1.0" encoding="UTF-8"?>
<openimmo xmlns="http://www.openimmo.de"><anbieter>
<immobilie>
  <objektkategorie><vermarktungsart KAUF="1" MIETE_PACHT="true"/></objektkategorie>
  <geo><ort>Köln</ort></geo><preise><kaltmiete>640.00</kaltmiete></preise>
  <flaechen><wohnflaeche>68.00</wohnflaeche><anzahl_zimmer>3.0</anzahl_zimmer></flaechen>
  <freitexte><objekttitel>Wohnung am Dom</objekttitel>
    <objektbeschreibung>Hell.</objektbeschreibung><lage>Zentral.</lage></freitexte>
  <anhaenge><anhang location="EXTERN"><daten><pfad>bilder\\front.JPG</pfad></daten></anhang>
    <anhang><daten><pfad>../missing.jpg</pfad></daten></anhang><anhang><daten><pfad>plan.pdf</pfad></daten></anhang></anhaenge>
  <verwaltung_techn><objektnr_extern>K-1</objektnr_extern><openimmo_obid>OBID-7</openimmo_obid></verwaltung_techn>
</immobilie>
<immobilie><zustand_angaben><verkaufstatus stand="VERKAUFT"/></zustand_angaben>
  <flaechen><anzahl_zimmer>1</anzahl_zimmer></flaechen>
  <freitexte><objekttitel>Haus</objekttitel></freitexte>
  <verwaltung_techn><objektnr_extern>K-2</objektnr_extern></verwaltung_techn></immobilie>
<immobilie><verwaltung_techn><objektnr_extern>K-3</objektnr_extern><aktion aktionart="DELETE"/></verwaltung_techn>
  <freitexte><objekttitel>Alt</objekttitel></freitexte></immobilie>
</anbieter></openimmo>"""


def zipped(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return content.getvalue()


@pytest.fixture
def send(browser, work_tasks):
    """Uploads a file and lets it be read; returns its import."""

    def run(content, name="a.csv"):
        content = content.encode() if isinstance(content, str) else content
        response = browser.post(f"{LIST}/new", {"file": SimpleUploadedFile(name, content)})
        assert response.status_code == 302, Page(response, 422).texts(".errorlist")
        work_tasks()
        return PropertyImport.objects.order_by("-created_at").first()

    return run


def outcomes(property_import):
    return list(property_import.rows.order_by("number").values_list("number", "outcome", "changed", "reasons"))


def test_a_csv_file_is_checked_row_by_row_and_then_imported(browser, pro, user, send, work_tasks):
    PropertyFactory(pro=pro, reference="AP-2", title="Moulin", city="Brest", state="available")
    PropertyFactory(pro=pro, reference="AP-9", title="Même")
    sent = send(CSV)
    path = f"{LIST}/{sent.pk}"
    assert (sent.state, sent.columns) == ("uploaded", ["reference", "title", "title_nl", "city", "price", "state", ""])
    form = Page(browser.get(path)).form("form.card")
    browser.post(path, form.fields)
    work_tasks()
    states = "Available, Under offer, Sold, Let, Withdrawn"
    expected = [
        (2, "create", ["city", "price", "state", "title", "translations"], {}),
        (3, "change", ["city", "state"], {}),
        (4, "refuse", [], {"state": f"Use one of: {states}."}),
        (5, "refuse", [], {"reference": "Row 2 has the same reference."}),
        (6, "refuse", [], {"reference": "Each property needs a reference, by which it is found again."}),
        (7, "same", [], {}),
    ]
    found = [(n, o, [c for c in changed if (n, c) != (2, "state")], r) for n, o, changed, r in outcomes(sent)]
    assert found == [(n, o, [c for c in changed if (n, c) != (2, "state")], r) for n, o, changed, r in expected]
    assert Property.objects.count() == 2
    page = Page(browser.get(path))
    assert (page.one("#go-title").text, page.texts(".tabs .count")) == ("2 properties to import", ["1", "1", "1", "3"])
    browser.post(f"{path}/run")
    browser.post(f"{path}/run")
    work_tasks()
    made, mill = Property.objects.get(reference="AP-1"), Property.objects.get(reference="AP-2")
    assert (made.title, made.city, str(made.price), made.slug) == ("Maison", "Brest", "245000.50", "maison")
    assert made.translations == {"nl": {"title": "Huis"}}
    assert (mill.city, mill.state, Property.objects.count()) == ("Quimper", "sold", 3)
    again = send(CSV)
    browser.post(f"{LIST}/{again.pk}", form.fields)
    work_tasks()
    again.refresh_from_db()
    assert (again.counts, again.importable) == ({"same": 3, "refuse": 3}, 0)


def test_openimmo_is_read_with_its_pictures(browser, pro, send, work_tasks):
    content = zipped(**{"export.xml": XML, "bilder__front.jpg".replace(".jpg", ".JPG"): picture(), "x.exe": b"MZ"})
    sent = send(content, "export.zip")
    assert (sent.kind, sent.state, sent.counts) == ("openimmo", "checked", {"create": 3})
    browser.post(f"{LIST}/{sent.pk}/run")
    work_tasks()
    flat, house, old = (Property.objects.get(reference=f"K-{n}") for n in (1, 2, 3))
    assert (flat.title, flat.city, str(flat.price), flat.summary) == (
        "Wohnung am Dom",
        "Köln",
        "640.00",
        "3 rooms · 68 m²",
    )
    assert (flat.description, flat.state) == ("Hell.\n\nZentral.", "available")
    assert [number.number for number in flat.numbers.all()] == ["OBID-7"]
    assert [(each.filename, each.mime_type) for each in flat.pictures.all()] == [("front.webp", "image/webp")]
    assert (house.state, house.summary, old.state, old.summary) == ("sold", "1 room", "withdrawn", "")
    again = send(content, "export.zip")
    assert again.counts == {"same": 3}


def test_what_is_no_openimmo_is_refused(send, case, monkeypatch):
    monkeypatch.setattr(openimmo, "MAX_XML", 10_000)
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    hostile = {
        "an entity": XML.replace("<openimmo", f"{bomb}<openimmo", 1).encode(),
        "deep": b"<openimmo>" + b"<a>" * 100 + b"</a>" * 100 + b"</openimmo>",
        "cut off": XML[:300].encode(),
        "another root": b"<?xml version='1.0'?><html/>",
        "too large when unpacked": zipped(**{"a.xml": "<openimmo>" + " " * 20_000 + "</openimmo>"}),
        "no XML": zipped(**{"a.txt": "x"}),
        "no ZIP": b"PK\x03\x04 nothing",
        "another encoding": b"<?xml version='1.0' encoding='x-nothing'?><openimmo/>",
    }
    for label, content in hostile.items():
        with case(label), pytest.raises(ValidationError, match="no OpenImmo file"):
            read_openimmo(content)
    assert read_picture(zipped(**{"a.jpg": b"x"}), "../b.jpg") == read_picture(b"no ZIP", "a.jpg") == b""


def test_a_file_that_cannot_be_read_says_why(browser, send, case):
    for content, name, reason in (
        (b"<?xml version='1.0'?><html/>", "a.xml", "This is no OpenImmo file that can be read."),
        ('a;b\n"x', "a.csv", "Row 2 cannot be read: a quotation mark is not closed, or a cell is far too long."),
        ("Ref;Title\n", "a.csv", "The file has no rows below the headings."),
    ):
        with case(name):
            sent = send(content, name)
            assert (sent.state, sent.error, sent.content) == ("refused", reason, None)
            assert reason in Page(browser.get(f"{LIST}/{sent.pk}")).text
    with case("a workbook of old"):
        response = browser.post(f"{LIST}/new", {"file": SimpleUploadedFile("a.xls", b"\xd0\xcf\x11\xe0")})
        assert len(Page(response, 422).texts(".errorlist")) == 1


def test_columns_need_a_reference_and_a_file_can_be_discarded(browser, other_browser, send):
    sent = send("Title;Town\nHouse;Brest\n")
    path = f"{LIST}/{sent.pk}"
    page = Page(browser.post(path, {"0": "title", "1": "city"}), 422)
    assert page.texts(".message-error") == ["Choose the column with the reference: by it a property is found again."]
    assert other_browser.post(f"{path}/discard").status_code == 404
    assert browser.post(f"{path}/discard")["Location"] == LIST
    assert PropertyImport.objects.count() == 0


def test_rows_and_files_are_not_kept_for_good(browser, send, work_tasks):
    sent = send(zipped(**{"a.xml": XML}), "a.zip")
    browser.post(f"{LIST}/{sent.pk}/run")
    work_tasks()
    PropertyImport.objects.update(created_at=sent.created_at - RETENTION)
    prune_property_imports()
    kept = PropertyImport.objects.defer(None).get()
    assert (kept.is_forgotten, kept.content, kept.rows.count(), kept.counts) == (True, None, 0, {"create": 3})
    assert browser.get(f"{LIST}/{sent.pk}").status_code == 200


PRICES = {
    "€ 245.000,50": "245000.50",
    "245,000.5": "245000.5",
    "245 000": "245000.0",
    "245\u202f000 €": "245000.0",
    "CHF 12'500.–": "12500.0",
    "1.250.000": "1250000.0",
    "€ 245.000,-": "245000.0",
    "245.000,-- euro": "245000.0",
    "€ 245.000 k.k.": "245000.0",
    "245 000 € FAI": "245000.0",
    "1 250,00 €/mois": "1250.00",
    "1250 mois": "1250.0",
    "12,5": "12.5",
    "640.00": "640.00",
    "٢٤٥٠٠٠": "245000.0",
    "0": "0.0",
    "-": "None",
    "€ –": "None",
    "Prix sur demande": "None",
    "P.O.A.": "None",
    "N/A": "None",
    "Prijs op aanvraag": "None",
}
NO_PRICES = ("-5", "− 5", "x", "Tel. Jan", "245k", "245 K€", "1.2M", "1,5 Mio €", "850 EUR + 120", "245000 / 260000")
NO_PRICES += ("245.000,00 - 260.000", "T3 245000", "245000€ (3 ch.)", "2450.5000", "1.25.000", "01/12/2026")


def test_a_price_is_read_as_people_write_one(case):
    for text, expected in PRICES.items():
        with case(text):
            assert str(read_price(text)) == expected
    for text in NO_PRICES:
        with case(text), pytest.raises(ValidationError) as error:
            read_price(text)
        assert error.value.message_dict == {"price": ["Use a price such as 245000."]}


def test_states_and_headings_are_read_as_people_write_them(case):
    for text, state in {"Vendu": "sold", "onder bod": "under_offer", "Te koop": "available", "LOUÉ": "let"}.items():
        with case(text):
            assert read_state(text) == state
    headings = ["Référence", "Omschrijving", "Prijs", "Plaats", "Title FR", "Description (nl)", "E-mail"]
    fields = ["reference", "description", "price", "city", "title_fr", "description_nl", ""]
    assert recognise_columns(headings) == fields
