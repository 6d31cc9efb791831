import pytest

from ..factories import PropertyFactory, RequestFactory


@pytest.fixture
def contact_request(pro):
    return RequestFactory(property=PropertyFactory(pro=pro))


@pytest.fixture
def path(contact_request):
    return f"/pro/contact-requests/{contact_request.pk}"


@pytest.fixture(params=[False, True], ids=["production", "debug"])
def mode(request, settings):
    """Production, and with DEBUG."""
    settings.DEBUG = request.param
