"""The check of an import: the expected outcome of each row, with nothing else stored."""

import pytest
from django_tasks_db.models import DBTaskResult

from config.jobs import batches
from contacts.importing import jobs
from contacts.importing.jobs import start_check
from contacts.models import Contact, ContactEvent, ContactIdentity, ContactImport
from tests.factories import ProFactory

from ..imports import checked, outcomes, uploaded

HEAD = "name,email,phone,status,role,preferred channel,source,referred by,language"


@pytest.fixture
def known(pro):
    """Creates contacts that are recognised by their e-mail and phone."""

    def one(owner=pro, **fields):
        return Contact.objects.register(owner, **{"name": "Known", **fields})

    return one


def row(contact_import, number):
    names = ("outcome", "fields", "learnt", "reasons", "contact_id", "same_as")
    return contact_import.rows.values(*names).get(number=number)


def test_only_the_outcome_is_stored(user, work_tasks):
    contact_import = checked(
        user, f"{HEAD}\nAnna,anna@example.org,0612345678,Candidat,Huurder,SMS,Site,Jan,Frans\n", work_tasks
    )
    assert row(contact_import, 2) == {
        "outcome": "create",
        "fields": {
            "name": "Anna",
            "email": "anna@example.org",
            "phone": "+33612345678",
            "status": "applicant",
            "role": "tenant",
            "channel_preference": "sms",
            "source": "Site",
            "referral_source": "Jan",
            "language": "fr",
        },
        "learnt": {},
        "reasons": {},
        "contact_id": None,
        "same_as": None,
    }
    assert (contact_import.total, contact_import.done, contact_import.counts, contact_import.error) == (
        1,
        1,
        {"create": 1},
        "",
    )
    assert (contact_import.user, contact_import.started_at, contact_import.finished_at) == (user, None, None)
    assert [model.objects.count() for model in (Contact, ContactIdentity, ContactEvent)] == [0, 0, 0]


def test_a_known_contact_is_matched_with_the_missing_values(user, known, work_tasks):
    by_email, by_phone = known(email="Anna@example.org"), known(phone="+33612345678", referral_source="Jan")
    text = f"{HEAD}\nA,ANNA@example.org,0699999999,,,SMS,,,\nB,b@example.org,06 12 34 56 78,renter,,,,Piet,\n"
    contact_import = checked(user, text, work_tasks)
    first, second = row(contact_import, 2), row(contact_import, 3)
    assert (first["outcome"], first["contact_id"]) == ("complete", by_email.pk)
    assert first["learnt"] == {"phone": "+33699999999", "channel_preference": "sms"}
    assert (second["outcome"], second["contact_id"]) == ("complete", by_phone.pk)
    assert second["learnt"] == {"email": "b@example.org"}


def test_a_contact_with_all_values_is_known(user, known, work_tasks):
    contact = known(email="anna@example.org", phone="+33612345678")
    contact_import = checked(user, f"{HEAD}\nOther,anna@example.org,,renter,,,,,\n", work_tasks)
    assert row(contact_import, 2)["contact_id"] == contact.pk
    assert outcomes(contact_import) == {2: "known"} and contact_import.importable == 0


def test_the_email_decides_and_another_contacts_phone_is_not_added(user, known, work_tasks):
    by_email, _by_phone = known(email="anna@example.org"), known(phone="+33612345678")
    contact_import = checked(user, f"{HEAD}\nA,anna@example.org,0612345678,,,,,,\n", work_tasks)
    assert row(contact_import, 2)["contact_id"] == by_email.pk
    assert (row(contact_import, 2)["outcome"], row(contact_import, 2)["learnt"]) == ("known", {})


def test_a_person_twice_in_the_file_is_one(user, work_tasks):
    lines = ["A,a@example.org,,,,,,,", "B,,0612345678,,,,,,", "A2,A@Example.org,0699999999,,,sms,,,"]
    lines += ["A3,,0699999999,,,,,Jan,", "A4,a@example.org,,,,email,,,", "B2,b@example.org,0612345678,,,,,,"]
    lines += ["B3,b@example.org,,,,,,,"]
    contact_import = checked(user, "\n".join([HEAD, *lines]), work_tasks)
    assert [
        (row(contact_import, n)["outcome"], row(contact_import, n)["same_as"], row(contact_import, n)["learnt"])
        for n in range(2, 9)
    ] == [
        ("create", None, {}),
        ("create", None, {}),
        ("complete", 2, {"phone": "+33699999999", "channel_preference": "sms"}),
        ("complete", 2, {"referral_source": "Jan"}),
        ("known", 2, {}),
        ("complete", 3, {"email": "b@example.org"}),
        ("known", 3, {}),
    ]


def test_the_next_job_continues_after_the_last_batch(user, known, work_tasks, monkeypatch):
    """A job that hands over after each row decides as one that works them all."""
    monkeypatch.setattr(jobs, "CHECK_BATCH", 1)
    monkeypatch.setattr(batches, "MAX_JOB_TIME", 0)
    contact = known(email="k@example.org")
    lines = ["A,a@example.org,,,,,,,", "K,k@example.org,0611111111,,,,,,", "A2,a@example.org,0622222222,,,,,,"]
    lines += ["K2,,0611111111,,,sms,,,", "A3,,0622222222,,,sms,,,", "A4,a@example.org,0633333333,,,sms,,,", "-,,,,,,,,"]
    lines += ["K3,k@example.org,,,,email,,,", "A5,,0633333333,,,,,,"]
    contact_import = checked(user, "\n".join([HEAD, *lines]), work_tasks)
    assert list(contact_import.rows.order_by("number").values_list("outcome", "same_as", "contact", "learnt")) == [
        ("create", None, None, {}),
        ("complete", None, contact.pk, {"phone": "+33611111111"}),
        ("complete", 2, None, {"phone": "+33622222222"}),
        ("complete", None, contact.pk, {"channel_preference": "sms"}),
        ("complete", 2, None, {"channel_preference": "sms"}),
        ("known", 2, None, {}),
        ("refuse", None, None, {}),
        ("known", None, contact.pk, {}),
        ("known", 2, None, {}),
    ]
    assert DBTaskResult.objects.successful().count() == 9


def test_an_id_of_an_export_decides_before_e_mail_and_phone(user, pro, known, work_tasks):
    first, second = known(email="a@example.org"), known(email="a@example.org", phone="+33612345678")
    foreign = known(ProFactory(), email="x@example.org")
    text = f"id,name,email\n{second.pk},A,a@example.org\n{foreign.pk},X,x@example.org\n17,A,a@example.org\n"
    contact_import = checked(user, text, work_tasks)
    assert list(contact_import.rows.order_by("number").values_list("outcome", "contact")) == [
        ("known", second.pk),
        ("create", None),
        ("known", first.pk),
    ]


def test_an_archived_contact_and_another_pros_are_not_known(user, known, work_tasks):
    contact = known(email="a@example.org")
    contact.archive(by=user)
    known(ProFactory(), email="b@example.org")
    contact_import = checked(user, f"id,name,email\n{contact.pk},A,a@example.org\n,B,b@example.org\n", work_tasks)
    assert outcomes(contact_import) == {2: "create", 3: "create"}


def test_a_refused_row_has_a_reason_for_each_invalid_field(user, work_tasks):
    text = f"{HEAD}\n,piet(at)example.org,123,Sleeping,Boss,Pigeon,{'s' * 51},{'r' * 201},Klingon\nX,,,,,,,,\n"
    contact_import = checked(user, text + "Y,y@example.org,,,,,,,,one more\n", work_tasks)
    assert row(contact_import, 2)["reasons"] == {
        "name": "This field cannot be blank.",
        "email": "Enter a valid email address.",
        "phone": "Enter a phone number, such as +33 6 12 34 56 78.",
        "status": "Use one of: Prospect, Scheduled, Applicant, Renter, Inactive.",
        "role": "Use one of: Prospect, Tenant, Landlord, Property manager, Vendor, Other.",
        "channel_preference": "Use one of: WhatsApp, Telegram, E-mail, SMS, Phone.",
        "source": "Ensure this value has at most 50 characters (it has 51).",
        "referral_source": "Ensure this value has at most 200 characters (it has 201).",
        "language": "Use a two-letter language code of ISO 639-1, such as en.",
    }
    assert row(contact_import, 3)["reasons"] == {"email": "Enter an e-mail address or a phone number."}
    assert row(contact_import, 4)["reasons"] == {"__all__": "This row has more cells than there are headings."}
    assert contact_import.counts == {"refuse": 3} and contact_import.importable == 0


def test_reasons_are_in_the_users_language(user, work_tasks):
    user.language = "fr"
    user.save()
    contact_import = checked(user, "nom;mail\nAnna;piet\n", work_tasks)
    assert row(contact_import, 2)["reasons"] == {"email": "Saisissez une adresse de courriel valide."}


@pytest.mark.parametrize(
    "cell",
    [
        "1" * 5_000,
        "+" * 1_000,
        "9" * 131_000,
        "\u202e" + "a" * 300,
        "\x01\x02",
        "\U0001f600" * 1000,
        "=1+1",
        "<b>",
        "%s{}",
    ],
    ids=["5,000 digits", "signs", "131,000 digits", "RTL", "control", "emoji", "formula", "tag", "format"],
)
def test_odd_cells_refuse_their_row_alone(user, cell, work_tasks):
    lines = [f"Odd,{cell},{cell},{cell},{cell},{cell},{cell},{cell},{cell}", "Anna,anna@example.org,,,,,,,"]
    contact_import = checked(user, "\n".join([HEAD, *lines]), work_tasks)
    assert outcomes(contact_import) == {2: "refuse", 3: "create"}
    assert all(
        len(value) <= 300
        for value in [*row(contact_import, 2)["fields"].values(), *row(contact_import, 2)["reasons"].values()]
    )


def test_an_exception_in_one_row_does_not_stop_the_others(user, work_tasks, monkeypatch, caplog):
    original = Contact.assign_fields

    def fail(contact, fields):
        if fields.get("name") == "Bad":
            raise RuntimeError(f"what stands in the row: {fields}")
        original(contact, fields)

    monkeypatch.setattr(Contact, "assign_fields", fail)
    contact_import = checked(user, "name,email\nBad,secret@example.org\nGood,g@example.org\n", work_tasks)
    assert outcomes(contact_import) == {2: "refuse", 3: "create"}
    assert row(contact_import, 2)["reasons"] == {"__all__": "Something went wrong with this row on our side."}
    assert "RuntimeError" in caplog.text and "secret@example.org" not in caplog.text


def test_checking_again_by_other_columns(user, work_tasks):
    contact_import = checked(user, "name,a,b\nAnna,x,anna@example.org\n", work_tasks)
    assert contact_import.counts == {"refuse": 1}
    start_check(contact_import, ["name", "", "email"])
    work_tasks()
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.counts, contact_import.done) == ("checked", {"create": 1}, 1)
    assert row(contact_import, 2)["reasons"] == {}


def test_a_second_start_does_not_check_twice(user, work_tasks):
    contact_import = uploaded(user, "name,email\nAnna,anna@example.org\n")
    start_check(contact_import, ["name", "email"])
    start_check(contact_import, ["", "email"])
    assert (contact_import.columns, DBTaskResult.objects.count()) == (["name", "email"], 1)


def test_a_file_that_is_discarded_while_it_is_checked(user, work_tasks):
    contact_import = uploaded(user, "name,email\nAnna,anna@example.org\n")
    start_check(contact_import, contact_import.columns)
    assert contact_import.discard()
    work_tasks()
    assert (ContactImport.objects.count(), DBTaskResult.objects.successful().count()) == (0, 1)


def test_a_failed_check_stores_its_error_until_the_retry(user, work_tasks, monkeypatch):
    contact_import = uploaded(user, "name,email\nAnna,anna@example.org\n")
    start_check(contact_import, contact_import.columns)
    with monkeypatch.context() as patch:
        patch.setattr("contacts.importing.checking.BookExcerpt.__init__", lambda *a: 1 / 0)
        work_tasks()
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.error, contact_import.done) == ("checking", "ZeroDivisionError", 0)
    jobs.check_import.call(str(contact_import.pk))
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.error, contact_import.done) == ("checked", "", 1)


def test_a_match_with_another_name_has_a_warning(browser, user, pro, work_tasks):
    for name, email in (("Théo Lefèvre", "theo@example.org"), ("Anna Visser", "anna@example.org")):
        Contact.objects.register(pro, name=name, email=email)
    contact_import = checked(user, "name,email\nHelene,theo@example.org\nVISSER Ana,anna@example.org\n", work_tasks)
    html = browser.get(f"/contacts/import/{contact_import.pk}?show=known").content.decode()
    assert html.count("The name differs:") == 1
    assert html.index("The name differs:") < html.index("Anna Visser")


def test_only_the_pros_own_contact_needs_no_e_mail_or_phone(user, work_tasks, other_user):
    by_telegram = {"name": "Théo", "source": "telegram", "reached_by": "telegram"}
    own, foreign = (
        Contact.objects.find_or_create(pro, identities=[("telegram", "7")], **by_telegram)
        for pro in (user.pro, other_user.pro)
    )
    contact_import = checked(user, f"id,name\n{own.pk},Théo\n{foreign.pk},Théo\n,Théo\n", work_tasks)
    assert outcomes(contact_import) == {2: "known", 3: "refuse", 4: "refuse"}
    assert row(contact_import, 3)["reasons"] == {"email": "Enter an e-mail address or a phone number."}
