"""A status that takes effect after the seconds to undo can be undone, however often it was pressed."""

from contact_requests.models import ContactRequest
from contact_requests.receiving import receive
from contacts.models import WaitingItem
from tests.factories import PropertyFactory


def test_a_second_press_changes_nothing(browser, pro):
    prop = PropertyFactory(pro=pro)
    request = receive(prop, name="Zoë", email="zoe@example.org", phone="", message="Is it free?", language="fr")
    for _n in range(2):
        browser.post(f"/inbox/requests/{request.pk}/status", {"status": "replied"})
    assert list(ContactRequest.objects.values_list("status", flat=True)) == ["new"]
    assert [item.outcome for item in WaitingItem.objects.all()] == ["another_way"]
