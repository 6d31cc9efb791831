"""Clients generated from the OpenAPI documents: each route is called with one, as an integrator would."""

import datetime
import importlib
import io
import uuid
from collections.abc import Callable

import pytest

from config.accounts.me import api as me_api
from config.events.api import api as hooks_api
from contact_requests.api import api as pro_api
from contact_requests.deleting import delete_properties
from contact_requests.models import Property
from contacts.api import api as contacts_api
from contacts.channels.message import File
from contacts.models import ChannelConnection
from inquiries.api import api as inquiries_api
from inquiries.models import FilterOption

from ..contacts.messaging import arrive, connect
from ..factories import PropertyFactory, RequestFactory
from ..inquiries import hub as hubs
from ..sample_files import PDF
from . import clients
from .clients import Client

hub = hubs.hub
packages, make_client = clients.packages, clients.make_client
pytestmark = [pytest.mark.postgresql, pytest.mark.thorough, pytest.mark.django_db(transaction=True)]


def use_privacy(client: Client, contact: uuid.UUID, work_tasks: Callable[[], None]) -> None:
    """Export everything about a contact; plan its erasure, and take that back."""
    body = client.model("ExportRequest", language="fr")
    export = client.call("export_contact", contact, body=body, status=201).data
    work_tasks()
    ready = client.call("get_export", contact, export.id).data
    assert (export.state, ready.state) == ("making", "ready")
    assert client.call("download_export", contact, export.id).payload.read().startswith(b"PK")
    planned = client.call(
        "erase_contact", contact, body=client.model("ErasureRequest", reason="asked"), status=201
    ).data
    assert client.call("get_erasure", contact).data == planned
    assert client.call("keep_contact", contact, status=204) is None
    assert client.call("get_erasure", contact).data.state == "undone"
    words = client.model("ConsentRequest", words="You may write to me.", source="by phone")
    noted = client.call("add_consent", contact, body=words, status=201).data
    assert client.call("list_consents", contact).data == [noted]
    withdrawn = client.call("withdraw_consent", contact, noted.id).data
    assert (withdrawn.words, bool(withdrawn.withdrawn_at)) == ("You may write to me.", True)


def use_messages(client: Client, connection: ChannelConnection) -> None:
    """Read what somebody wrote, with its file, and answer."""
    asked = arrive(connection, "See this.", files=(File("plan.txt", b"a plan"),))
    page = client.call("list_messages", asked.contact_id, limit=5)
    assert ([each.id for each in page.data], page.cursor.next_, page.has_more) == ([asked.pk], None, False)
    [file] = page.data[0].attachments
    content = client.call("download_message_attachment", asked.contact_id, asked.pk, file.id).payload.read()
    assert (file.filename, content) == ("plan.txt", b"a plan")
    body = client.model("MessageCreate", text="Thank you.", seen=page.thread.version)
    sent = client.call("answer_contact", asked.contact_id, body=body, idempotency_key="two", status=201).data
    assert (sent.channel, sent.state, sent.direction) == ("email", "scheduled", "outbound")
    assert client.call("get_message", asked.contact_id, sent.id).data == sent


def use_external_ids(client: Client, contact: uuid.UUID) -> None:
    """Create contacts together, keep one by the id of another program, delete and restore it."""
    rows = [{"name": "Ann", "email": "ann@example.org", "externalId": "crm-1"}, {"name": "Bea", "phone": "12"}]
    made = client.call("create_contacts", body=client.model("BulkCreate", contacts=rows))
    assert [(row.index, row.status) for row in made.data] == [(0, 201), (1, 400)]
    assert (made.counts.created, made.data[1].error.details[0].field) == (1, "phone")
    ann = client.call("upsert_contact_by_external_id", "crm-1", body=client.model("ContactUpsert", status="renter"))
    assert (ann.data.id, ann.data.status, ann.external_id) == (made.data[0].data.id, "renter", "crm-1")
    assert client.call("get_contact_by_external_id", "crm-1") == ann
    client.call("update_contact", contact, body=client.model("ContactUpdate", externalId="crm-2"))
    listed = client.call("list_contacts", include_external_ids=True).external_ids.to_dict()
    assert listed == {str(ann.data.id): "crm-1", str(contact): "crm-2"}
    client.call("delete_contact", ann.data.id, status=204)
    assert client.call("restore_deleted_contact", ann.data.id).external_id == "crm-1"


def test_a_client_of_the_contacts(make_client, work_tasks, pro):
    client = make_client(contacts_api)
    body = client.model("ContactCreate", name="Jane Smith", phone="+15551234567")
    created = client.call("create_contact", body=body, idempotency_key="one", status=201).data
    assert (created.name, created.phone, created.email, created.status) == (
        "Jane Smith",
        "+15551234567",
        None,
        "prospect",
    )
    assert client.call("create_contact", body=body, idempotency_key="one", status=201).data == created
    page = client.call("list_contacts", search="jane")
    assert (page.data, page.pagination.total, page.pagination.limit) == ([created], 1, 20)
    update = client.model("ContactUpdate", status="applicant")
    changed = client.call("update_contact", created.id, body=update).data
    assert (changed.name, changed.status) == ("Jane Smith", "applicant")
    assert isinstance(changed.applied_at, datetime.datetime)
    assert client.call("get_contact", created.id).data == changed
    use_messages(client, connect(pro, "email"))
    use_external_ids(client, created.id)
    use_privacy(client, created.id, work_tasks)
    assert client.call("delete_contact", created.id, status=204) is None
    refused = client.call("get_contact", created.id, status=404)
    assert refused.error.code == "not_found"
    assert client.called_all()


def test_a_client_of_the_webhooks(make_client):
    client = make_client(hooks_api)
    body = client.model("WebhookCreate", url="https://crm.example.com/hook", events=["contact.created"])
    made = client.call("create_webhook", body=body, status=201).data
    assert (made.url, made.events, made.enabled, made.problem) == (body.url, ["contact.created"], True, None)
    update = client.model("WebhookUpdate", events=["contact.created", "contact.deleted"], description="CRM")
    changed = client.call("update_webhook", made.id, body=update).data
    assert changed.events == ["contact.created", "contact.deleted"]
    assert client.call("get_webhook", made.id).data == changed
    assert client.call("list_webhooks").data == [changed]
    first, nothing = client.call("get_webhook_secret", made.id).data, client.model("NoFields")
    client.call("replace_webhook_secret", made.id, body=nothing, status=201)
    assert client.call("get_webhook_secret", made.id).data.former == first.secret
    sent = client.call("test_webhook", made.id, body=nothing, status=201).data
    assert client.call("get_delivery", made.id, sent.id).data == sent
    assert client.call("send_delivery", made.id, sent.id, body=nothing, status=201).data.state == "waiting"
    page = client.call("list_deliveries", made.id, limit=1)
    assert ([row.id for row in page.data], page.cursor.next_) == ([sent.id], None)
    assert client.call("delete_webhook", made.id, status=204) is None
    assert client.called_all()


def test_a_client_of_the_contact_requests(make_client, pro):
    client, prop = make_client(pro_api), PropertyFactory(pro=pro, reference="AP-101")
    body = client.model(
        "ContactRequestCreate", propertyReference="AP-101", name="Jane", phone="06 98 76 54 32", message="May I?"
    )
    created = client.call("create_contact_request", body=body, status=201)
    assert (str(created.property_id), created.phone, created.status) == (str(prop.pk), "+33698765432", "new_request")
    RequestFactory(property=prop)
    first = client.call("list_contact_requests", limit=1)
    second = client.call("list_contact_requests", limit=1, cursor=first.cursor.next_)
    assert {each.id for each in (*first.data, *second.data)} >= {created.id}
    assert (first.has_more, second.has_more, second.cursor.next_) == (True, False, None)
    read = client.call("update_contact_request", created.id, body=client.model("StatusBody", status="read"))
    assert isinstance(read.read_at, datetime.datetime)
    assert client.call("get_contact_request", created.id) == read
    use_properties(client)
    assert client.called_all()


def use_properties(client: Client) -> None:
    """Keep a property by its reference, change it and read it in each way; make another one."""
    body = client.model("PropertyUpdate", title="House on the quay", price=245000.5, numbers=[{"number": "88123"}])
    made = client.call("keep_property_by_reference", "AP-102", body=body, status=201)
    assert (made.reference, made.price, made.numbers[0].portal, made.is_published) == ("AP-102", 245000.5, None, True)
    assert client.call("keep_property_by_reference", "ap 102", body=body) == made
    assert client.call("get_property_by_reference", "AP102") == made
    changed = client.call("update_property", made.id, body=client.model("PropertyUpdate", city="Brest"))
    assert (changed.city, client.call("get_property", made.id)) == ("Brest", changed)
    body = client.model("PropertyCreate", title="House on the quay")
    other = client.call("add_property", body=body, idempotency_key="three", status=201)
    assert (other.slug, other.reference) == ("house-on-the-quay-2", None)
    assert [each.id for each in client.call("list_properties", limit=2).data] == [other.id, made.id]
    delete_properties(Property.objects.filter(pk=other.id))
    changes = client.call("list_properties", include_deleted=True).changes
    assert ([each.id for each in changes.deleted], changes.next_) == ([other.id], None)


def test_a_client_of_the_inquiries(make_client, hub, pro):
    hub.say({"name": "Jan de Vries", "email": "jan@example.org"})
    client = make_client(inquiries_api)
    option = FilterOption.objects.create(group="Region", label="North")
    types = client.call("list_inquiry_types").data
    question = next(each for each in types if each.slug == "question")
    steps = client.call("list_pipelines", type_="question").data["question"]
    assert [step.key for step in steps] == [step.key for step in question.statuses]
    assert [each.id for each in client.call("list_filter_options").data] == [option.pk]
    body = client.model(
        "InquirySubmission",
        user_id=123,
        subject="A new roof",
        message="It leaks.",
        inquiry_type_id=question.id,
        budget=4500.5,
        filter_option_ids=[option.pk],
    )
    submitted = client.call("submit_inquiry", body=body, status=201).data
    number = submitted.inquiry_id
    page = client.call("list_inquiries", inquiry_type="question", per_page=5)
    assert ([row.id for row in page.data], page.data[0].budget, page.pagination.total) == ([number], 4500.5, 1)
    move = client.model("ActionBody", action="update_status", status=steps[1].key, note="Called back.")
    moved = client.call("perform_inquiry_action", number, body=move).data.inquiry
    assert (moved.pipeline_status, moved.status) == (steps[1].key, "in_progress")
    assert client.call("get_inquiry", number).data.inquiry == moved
    history = client.call("get_inquiry_history", number).data
    assert [(entry.from_status, entry.to_status) for entry in history] == [
        (None, steps[0].key),
        (steps[0].key, steps[1].key),
    ]
    changed = client.call("update_inquiry", number, body=client.model("InquiryUpdate", priority="high")).data
    assert (changed.inquiry.priority, [each.id for each in changed.inquiry.filter_options]) == ("high", [option.pk])
    use_offers(client, number)
    use_attachments(client, number)
    assert client.called_all()


def use_offers(client: Client, number: int) -> None:
    """Make a draft, change, send and read it; discard another one."""
    body = client.model("OfferCreate", title="A new roof", amount=4250.5, valid_until="2999-01-31")
    draft = client.call("create_offer", number, body=body, idempotency_key="four", status=201).data
    assert (draft.amount, draft.status, draft.public_url, draft.made_by) == (4250.5, "draft", None, "Test")
    changed = client.call("update_offer", number, draft.id, body=client.model("OfferUpdate", amount=4000)).data
    sent = client.call("send_offer_to_customer", number, draft.id, idempotency_key="five").data
    assert (changed.amount, sent.status, sent.valid_until) == (4000, "sent", datetime.date(2999, 1, 31))
    assert client.call("get_offer", number, draft.id).data == sent
    other = client.call("create_offer", number, body=body, status=201).data
    assert [each.id for each in client.call("list_offers", number).data] == [draft.id, other.id]
    assert client.call("discard_offer", number, other.id).success is True


def use_attachments(client: Client, number: int) -> None:
    """Upload, list, download and delete a file."""
    types = importlib.import_module(f"{client.package}.types")
    file = types.File(payload=io.BytesIO(PDF), file_name="roof.pdf", mime_type="application/pdf")
    form = client.form(user_id=123, file=file)
    uploaded = client.call("upload_attachment", number, body=form, status=201).data
    assert (uploaded.filename, uploaded.size, uploaded.uploaded_by) == ("roof.pdf", len(PDF), 123)
    assert client.call("list_attachments", number, user_id=123).data == [uploaded]
    assert client.call("download_attachment", number, uploaded.id, user_id=123).payload.read() == PDF
    assert client.call("delete_attachment", number, uploaded.id, user_id=123).success is True
    assert client.call("list_attachments", number, user_id=123).data == []


def test_a_client_of_the_token(make_client, pro):
    client = make_client(me_api)
    me = client.call("get_me").data
    assert (me.token.name, me.pro.id, me.pro.name, me.pro.is_gated) == ("Test", pro.pk, pro.name, False)
    assert client.called_all()
