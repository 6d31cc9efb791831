import pytest

from ..factories import PropertyFactory, RequestFactory


@pytest.fixture
def contact_request(pro):
    return RequestFactory(property=PropertyFactory(pro=pro))


@pytest.fixture
def path(contact_request):
    return f"/pro/contact-requests/{contact_request.pk}"
