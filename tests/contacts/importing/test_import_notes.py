"""Notes of an import: kept once, with their lines, of every row of a person."""

from contacts.book.merging import merge_contacts
from contacts.importing.jobs import start_run
from contacts.models import Contact, ContactNote

from ..imports import checked, imported, outcomes


def test_a_row_whose_check_does_not_hold_all_of_it_is_read_again(user, work_tasks):
    """A note may be cut in what the check has stored."""
    contact_import = checked(user, f"name,phone,note\nAnna,0612345678,{'a' * 400}\nBob,0612345679,b\n", work_tasks)
    contact_import.rows.filter(number=3).update(values=["Bob", "123", "b"])
    start_run(contact_import, by=user)
    work_tasks()
    assert outcomes(contact_import) == {2: "create", 3: "refuse"}
    assert ContactNote.objects.values_list("contact__name", "body").get() == ("Anna", "a" * 400)


def test_two_new_rows_of_one_person_make_one_contact_with_the_notes_of_both(user, work_tasks):
    text = "name,email,phone,note\nA,a@example.org,,One\nB,b@example.org,,Two\nA2,,0612345678,Three\n"
    text += "A3,a@example.org,0612345679,Four\nB2,b@example.org,,Two\n"
    contact_import = imported(user, text, work_tasks)
    assert outcomes(contact_import) == {2: "create", 3: "create", 4: "create", 5: "complete", 6: "known"}
    assert sorted(ContactNote.objects.values_list("contact__name", "body")) == [
        ("A", "Four"),
        ("A", "One"),
        ("A2", "Three"),
        ("B", "Two"),
    ]
    created = {row.number: len(row.created.get("notes", [])) for row in contact_import.rows.all()}
    assert created == {2: 1, 3: 1, 4: 1, 5: 1, 6: 0}


NOTED = "name,email,note\nAnna,anna@example.org,Has a dog\nBoris,boris@example.org,\nAnna,anna@example.org,Calls late\n"


def notes():
    return sorted(ContactNote.objects.values_list("contact__name", "body", "author"))


def test_notes_are_kept_once_however_often_the_file_is_imported(user, work_tasks):
    contact_import = checked(user, NOTED, work_tasks)
    assert outcomes(contact_import) == {2: "create", 3: "create", 4: "complete"}
    assert contact_import.rows.get(number=4).learnt == {"note": "Calls late"}
    imported(user, NOTED, work_tasks)
    expected = [("Anna", "Calls late", user.pk), ("Anna", "Has a dog", user.pk)]
    assert notes() == expected
    again = checked(user, NOTED, work_tasks)
    assert outcomes(again) == {2: "known", 3: "known", 4: "known"}
    new = imported(user, "name,email,note\nBoris,boris@example.org,Has a cat\n", work_tasks)
    assert outcomes(new) == {2: "complete"} and new.rows.get().learnt == {"note": "Has a cat"}
    assert notes() == [*expected, ("Boris", "Has a cat", user.pk)]


def test_a_note_keeps_its_lines_and_a_too_long_one_is_refused(user, work_tasks):
    text = f'name,email,note\nAnna,anna@example.org,"One\nTwo"\nBoris,boris@example.org,{"x" * 5001}\n'
    contact_import = imported(user, text, work_tasks)
    assert notes() == [("Anna", "One\nTwo", user.pk)]
    [refused] = contact_import.rows.filter(outcome="refuse")
    assert refused.reasons == {"note": "Use at most 5000 characters."}
    assert len(refused.fields["note"]) == 300


def test_a_note_stays_one_after_a_merge(user, pro, work_tasks):
    text = "name,email,note\nAnna,a@example.org,hello\n"
    imported(user, text, work_tasks)
    anna = Contact.objects.get()
    merge_contacts(Contact.objects.register(pro, name="Ann", email="b@example.org"), anna, by=user)
    assert outcomes(checked(user, text, work_tasks)) == {2: "known"}
