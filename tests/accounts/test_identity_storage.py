"""Identity documents where their storage does not answer: nothing is stored, and it is said."""

import pytest
from botocore.config import Config
from django.contrib.messages import get_messages
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from config.accounts.models import IdentityDocument
from config.files.bucket import bucket
from config.files.models import LooseFile
from config.files.storage import sweep_loose_files

from ..faults.relay import SilentPeer
from ..files import test_bucket
from ..files.test_storage import make_due
from ..pages import Page
from .rows import PDF, submit_document

server = test_bucket.server
PATH = "/settings/identity"
STORE_LATER = "The file could not be stored at the moment. Please try again in a few minutes."
FETCH_LATER = "The file cannot be fetched at the moment. Please try again in a few minutes."


@pytest.fixture
def documents(server, settings):
    """The bucket of attachments, where identity documents are kept too."""
    settings.STORAGES = {**settings.STORAGES, "default": settings.STORAGES["attachments"]}
    yield server
    if "connection" in (storage := storages["default"]).__dict__:
        storage.connection.meta.client.close()


def upload(browser):
    return browser.post(PATH, {"file": SimpleUploadedFile("cni.pdf", PDF)})


def assert_refused(response):
    assert Page(response, 503).texts(".errorlist li") == [STORE_LATER]
    assert IdentityDocument.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_bucket_that_is_down_refuses_an_upload_and_nothing_is_left(browser, gated, documents):
    documents.is_down = True
    assert_refused(upload(browser))
    documents.is_down = False
    assert upload(browser)["Location"] == PATH
    make_due()
    sweep_loose_files()
    document = IdentityDocument.objects.get()
    assert (documents.objects, LooseFile.objects.count()) == ({f"/desk-attachments/{document.file.name}": PDF}, 0)


@pytest.mark.django_db(transaction=True)
def test_a_bucket_that_hangs_is_waited_for_once(browser, gated, documents, settings):
    peer = SilentPeer()
    options = settings.STORAGES["default"]["OPTIONS"]
    options["endpoint_url"] = f"http://127.0.0.1:{peer.port}"
    options["client_config"] = options["client_config"].merge(Config(read_timeout=0.3))
    for _ in range(3):
        assert_refused(upload(browser))
    assert len(peer.lines) == 1
    peer.close()
    bucket.reset()


@pytest.mark.django_db(transaction=True)
def test_a_document_that_cannot_be_fetched_is_said(browser, staff_browser, gated, documents):
    document = submit_document(gated)
    documents.is_down = True
    admin = reverse("admin:accounts_identitydocument_change", args=[document.pk])
    for client, file, target in (
        (browser, f"{PATH}/{document.pk}/file", PATH),
        (staff_browser, reverse("admin:accounts_identitydocument_file", args=[document.pk]), admin),
    ):
        response = client.get(file)
        texts = [message.message for message in get_messages(response.wsgi_request)]
        assert (response["Location"], texts) == (target, [FETCH_LATER])


@pytest.mark.django_db(transaction=True)
def test_the_file_of_a_replaced_document_is_deleted_when_the_bucket_answers_again(gated, documents):
    document = submit_document(gated)
    documents.is_down = True
    with transaction.atomic():
        document.replace()
    assert list(documents.objects) == [f"/desk-attachments/{document.file.name}"]
    documents.is_down = False
    make_due()
    sweep_loose_files()
    assert (documents.objects, LooseFile.objects.count()) == ({}, 0)
