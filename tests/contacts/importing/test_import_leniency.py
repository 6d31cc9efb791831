"""Rows with an unusable value, without a name, or with more than one value of a field; and what is kept as a note."""

import pytest

from contacts.models import Contact, ContactNote

from ..imports import checked, imported, outcomes


def contacts():
    return list(Contact.objects.order_by("email", "phone").values_list("name", "email", "phone"))


def left_out(contact_import):
    return {row.number: row.left_out for row in contact_import.rows.order_by("number") if row.left_out}


def test_an_unusable_phone_beside_an_e_mail_is_left_out_and_the_other_way_round(user, work_tasks):
    text = "Name;E-mail;Phone\nAnna;anna@x.org;ask the office\nBea;none;06 12 34 56 78\nCarl;none;12\nDora;;12\n"
    contact_import = imported(user, text, work_tasks)
    assert outcomes(contact_import) == {2: "create", 3: "create", 4: "refuse", 5: "refuse"}
    assert left_out(contact_import) == {2: {"phone": "ask the office"}, 3: {"email": "none"}}
    assert contact_import.counts == {"create": 2, "refuse": 2, "left_out": 2}
    assert contacts() == [("Bea", "", "+33612345678"), ("Anna", "anna@x.org", "")]
    assert contact_import.rows.get(number=4).reasons == {
        "email": "Enter a valid email address.",
        "phone": "Enter a phone number, such as +33 6 12 34 56 78.",
    }
    assert list(ContactNote.objects.all()) == []


def test_the_first_usable_value_of_several_columns_counts(user, work_tasks):
    text = "Name,Work Phone,Home Phone,Mobile,Email,Secondary Email\n"
    text += "Anna,ext. 7,,06 12 34 56 78 / 06 12 34 56 79,none,anna@x.org ::: a@x.org\n"
    contact_import = imported(user, text, work_tasks, keeps_rest=True)
    assert contacts() == [("Anna", "anna@x.org", "+33612345678")]
    assert left_out(contact_import) == {2: {"phone": "ext. 7", "email": "none"}}
    assert ContactNote.objects.get().body == (
        "Work Phone: ext. 7\nMobile: +33612345679\nEmail: none\nSecondary Email: a@x.org"
    )


@pytest.mark.parametrize(
    "row, name",
    [
        (",,Garage Dupont,g@x.org,0612345678", "Garage Dupont"),
        (",,,g@x.org,0612345678", "g@x.org"),
        (",,,,0612345678", "+33612345678"),
        ("Anna,,Garage Dupont,g@x.org,", "Anna"),
        (f",,{'G' * 300},g@x.org,", "G" * 200),
    ],
)
def test_a_row_without_a_name_is_called_by_its_company_e_mail_or_phone(user, work_tasks, row, name):
    imported(user, f"First Name,Last Name,Company,Email,Phone\n{row}\n", work_tasks)
    assert Contact.objects.get().name == name


def test_a_file_of_e_mails_alone_is_imported(user, work_tasks):
    imported(user, "Email\nanna@x.org\nBea <bea@x.org>\n", work_tasks)
    assert contacts() == [("anna@x.org", "anna@x.org", ""), ("bea@x.org", "bea@x.org", "")]


def test_two_addresses_divided_as_cells_are_joined(user, work_tasks):
    contact_import = imported(user, "Name;E-mail\nAnna;anna@x.org; a@x.org\nBea;bea@x.org;more\n", work_tasks)
    assert outcomes(contact_import) == {2: "create", 3: "refuse"}
    assert contacts() == [("Anna", "anna@x.org", "")]


NOTED = 'Name,E-mail,Birthday,,Company,id,Note\nAnna,Anna <anna@x.org>,1980-01-01,"two\nlines",ACME,17,Has a dog\n'
REST = "E-mail: Anna <anna@x.org>\nBirthday: 1980-01-01\nColumn 4: two\nlines\nCompany: ACME\nid: 17"


def test_the_other_cells_become_a_note_on_request(user, work_tasks):
    contact_import = imported(user, NOTED, work_tasks, keeps_rest=True)
    bodies = list(ContactNote.objects.order_by("created_at").values_list("body", flat=True))
    assert bodies == ["Has a dog", REST]
    row = contact_import.rows.get()
    assert row.fields["note"] == f"Has a dog\n{REST}"
    ids = [str(pk) for pk in ContactNote.objects.order_by("created_at").values_list("pk", flat=True)]
    assert row.created == {"notes": ids}
    again = checked(user, NOTED, work_tasks, keeps_rest=True)
    assert outcomes(again) == {2: "known"}


def test_a_known_contact_gets_the_note_as_well(user, pro, work_tasks):
    contact = Contact.objects.register(pro, name="Anna", email="anna@x.org")
    contact_import = imported(user, NOTED, work_tasks, keeps_rest=True)
    assert outcomes(contact_import) == {2: "complete"}
    assert contact_import.rows.get().learnt == {"note": f"Has a dog\n{REST}"}
    assert contact.notes.count() == 2


def test_a_long_rest_becomes_several_notes(user, work_tasks):
    text = f"Name,E-mail,Story\nAnna,anna@x.org,{'x' * 12_000}\n"
    imported(user, text, work_tasks, keeps_rest=True)
    bodies = list(ContactNote.objects.values_list("body", flat=True))
    assert sorted(map(len, bodies)) == [2_007, 5_000, 5_000]
    assert "".join(sorted(bodies, reverse=True)).replace("Story: ", "").count("x") == 12_000
