"""Inquiry.objects.search: whatever is typed finds a Pro's own inquiries."""

from inquiries.models import Inquiry

from ..factories import InquiryFactory

PERSON = {"first_name": "Hélène", "last_name": "Œuvrard", "email": "helene@example.org", "phone": "+33612345678"}


def search_subjects(pro, text):
    return sorted(Inquiry.objects.for_pro(pro).search(text).values_list("subject", flat=True))


def test_by_customer_company_e_mail_phone_subject_message_and_reference(pro, subtests):
    row = InquiryFactory(
        pro=pro, subject="Kitchen", message="A 100% new one", person=PERSON, business={"company": "Évier SARL"}
    )
    InquiryFactory(pro=pro, subject="Garden", person={"first_name": "Paul", "phone": "+32475123456"})
    typed = ["helene", "OEUVRARD hélène", "evier", "kitchen new", "helene@", "@example.org", "100%", "kit"]
    phones = ["+33612345678", "06 12 34", "0612345678", "+33 (0)6 12 34", "0033 612", "٠٦١٢"]
    for text in typed + phones:
        with subtests.test(text):
            assert search_subjects(pro, text) == ["Kitchen"]
    for text in (str(row.pk), f"#{row.pk}", f"00{row.pk}"):
        # A short reference may also be a part of a phone number.
        with subtests.test(text):
            assert "Kitchen" in search_subjects(pro, text)
    nowhere = ["_", "'", "helene garden", "%%", "9" * 18, "9" * 19, "9" * 5_000, "\0", "hel\0ene", f"\0 {row.pk}"]
    for text in [*nowhere, "\ud800", "NEAR", '"', "*"]:
        with subtests.test(repr(text[:20])):
            assert search_subjects(pro, text) == []
    assert search_subjects(pro, "") == search_subjects(pro, " ") == ["Garden", "Kitchen"]


def test_another_pros_inquiry_is_never_found_by_its_reference_either(pro):
    InquiryFactory(pro=pro, subject="Mine", message="A kitchen")
    theirs = InquiryFactory(subject="Theirs", message="A kitchen")
    assert (search_subjects(pro, "kitchen"), search_subjects(pro, "a"), search_subjects(pro, f"#{theirs.pk}")) == (
        ["Mine"],
        ["Mine"],
        [],
    )
