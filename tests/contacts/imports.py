"""Imports of a file in each of their states."""

from contacts.importing.headings import recognise_columns
from contacts.importing.jobs import start_check, start_run
from contacts.importing.reading import read_table
from contacts.models import ContactImport

HEAD = "name,email,phone,status,preferred channel,source,referred by,language"
ANNA = f"{HEAD}\nAnna,Anna@example.org,0612345678,applicant,sms,Site,Jan,nl\n"


def uploaded(user, text, filename="contacts.csv"):
    """The import of a file (str or bytes), with its columns recognised, before its check."""
    headings, rows = read_table(text.encode() if isinstance(text, str) else text)
    fields = {"filename": filename, "headings": headings, "columns": recognise_columns(headings), "rows": rows}
    return ContactImport.objects.upload(user.pro, **fields, by=user)


def checked(user, text, work_tasks, **options):
    """The import of a file after its check."""
    contact_import = uploaded(user, text)
    start_check(contact_import, contact_import.columns, **options)
    work_tasks()
    contact_import.refresh_from_db()
    assert contact_import.state == "checked"
    return contact_import


def imported(user, text, work_tasks, **options):
    """The import of a file after its run."""
    contact_import = checked(user, text, work_tasks, **options)
    assert start_run(contact_import, by=user)
    work_tasks()
    contact_import.refresh_from_db()
    assert contact_import.state == "done"
    return contact_import


def outcomes(contact_import):
    """{row number: outcome}."""
    return dict(contact_import.rows.order_by("number").values_list("number", "outcome"))


def many(count):
    """A file of so many people."""
    return "name,email,phone\n" + "".join(f"N{n},n{n}@example.org,+336{n:08d}\n" for n in range(count))


def fail_second_batch(monkeypatch):
    """Have the second batch of worked rows fail, once; returns the list that the sizes of all batches go to."""
    original, sizes = ContactImport.save_worked_rows, []

    def fail_once(self, rows):
        sizes.append(len(rows))
        if len(sizes) == 2:
            raise RuntimeError("in the second batch")
        original(self, rows)

    monkeypatch.setattr(ContactImport, "save_worked_rows", fail_once)
    return sizes
