"""Clients generated from the OpenAPI documents, to be imported and called with a token."""

import contextlib
import importlib
import sys
from collections.abc import Callable, Iterator

import pytest
from django.utils.text import slugify

from config.accounts.me import api as me_api
from config.api.endpoint import Api
from config.events.api import api as hooks_api
from contact_requests.api import api as pro_api
from contacts.api import api as contacts_api
from inquiries.api import api as inquiries_api

from ..factories import make_token
from .generators import generate_client, write_document

APIS = [pro_api, contacts_api, inquiries_api, hooks_api, me_api]


def package_of(api: Api) -> str:
    return f"client_of_{slugify(api.title).replace('-', '_')}"


@pytest.fixture(scope="module")
def packages(tmp_path_factory) -> Iterator[None]:
    """A client of each document, to import by the name that `package_of` gives."""
    folder = tmp_path_factory.mktemp("clients")
    for api in APIS:
        generate_client(write_document(api, folder), folder, package_of(api))
    sys.path.insert(0, str(folder))
    yield
    sys.path.remove(str(folder))


class Client:
    """A generated client with a token; `called` are the operations that it has called."""

    def __init__(self, api: Api, url: str, token: str) -> None:
        self.api, self.package, self.called = api, package_of(api), set[str]()
        client = importlib.import_module(f"{self.package}.client").AuthenticatedClient
        self.client = client(url, token, raise_on_unexpected_status=True)

    def model(self, name: str, /, **fields):
        """A model of the client, from the fields of its JSON."""
        return getattr(importlib.import_module(f"{self.package}.models"), name).from_dict(fields)

    def form(self, **fields):
        """The form of an upload, which the client does not read from JSON."""
        return importlib.import_module(f"{self.package}.models").AttachmentForm(**fields)

    def call(self, name: str, /, *arguments, status: int = 200, **options):
        """Call an operation; returns what the client read of the answer."""
        operation = next(each for each in self.api.operations if each.handler.__name__ == name)
        tag = slugify(operation.tag or next(iter(self.api.tags))).replace("-", "_")
        module = importlib.import_module(f"{self.package}.api.{tag}.{name}")
        response = module.sync_detailed(*arguments, client=self.client, **options)
        assert response.status_code == status, response.content
        self.called.add(name)
        return response.parsed

    def called_all(self) -> bool:
        """True if each operation of the document was called."""
        return self.called == {operation.handler.__name__ for operation in self.api.operations}


@pytest.fixture
def make_client(packages, live_server, pro) -> Iterator[Callable[[Api], Client]]:
    """Function that makes the client of an Api, with a token for everything."""
    with contextlib.ExitStack() as stack:

        def make(api: Api) -> Client:
            client = Client(api, live_server.url, make_token(pro))
            # Its connections are kept; the server would keep one to the database for each.
            stack.enter_context(client.client)
            return client

        yield make
