"""Contacts by the id of another program: kept by it, given back, and through deletions and merges."""

import io
import json
import zipfile

import pytest

from contacts.book.merging import merge_contacts, undo_merge
from contacts.models import Contact, Erasure
from contacts.privacy.erasing import erase, plan_erasure
from contacts.privacy.export_files import write_archive
from contacts.privacy.person import find_person

from ..factories import ContactFactory

pytestmark = pytest.mark.django_db
LIST = "/api/v1/contacts"
ONE = f"{LIST}/by-external-id/crm-1"
JANE = {"name": "Jane Smith", "email": "jane@example.org"}


def refusal(answer):
    error = answer.json()["error"]
    return answer.status_code, [(detail["field"], detail["message"]) for detail in error.get("details", [])]


TAKEN = (400, [("externalId", "Another contact has this external id.")])


def test_a_contact_is_created_and_then_changed_by_its_external_id(api):
    made = api.put(ONE, {**JANE, "status": "scheduled"})
    contact = Contact.objects.get()
    assert (made.status_code, made["Location"]) == (201, f"{LIST}/{contact.pk}")
    assert made.json() == {**api.get(f"{LIST}/{contact.pk}").json(), "externalId": "crm-1"}
    changed = api.put(ONE, {"phone": "06 12 34 56 78"})
    assert (changed.status_code, changed.json()["externalId"]) == (200, "crm-1")
    assert changed.json()["data"] | {"phone": None} == made.json()["data"] | {
        "phone": None,
        "updatedAt": changed.json()["data"]["updatedAt"],
    }
    assert changed["ETag"] == api.get(ONE)["ETag"]
    assert [event.kind for event in contact.events.order_by("pk")] == ["created", "changed"]
    assert contact.events.get(kind="changed").changes == {"phone": ["", "+33612345678"]}
    assert Contact.objects.count() == 1


def test_a_contact_without_one_is_answered_as_documented(api):
    made = api.post(LIST, JANE)
    assert list(made.json()) == ["data"]
    assert "externalId" not in made.json()["data"]
    assert api.get(ONE).status_code == 404


def test_it_is_set_changed_and_taken_away_with_the_other_fields(api, case):
    made = api.post(LIST, {**JANE, "externalId": "crm-1"}).json()
    path = f"{LIST}/{made['data']['id']}"
    assert made["externalId"] == "crm-1"
    assert api.patch(path, {"externalId": "crm-2"}).json()["externalId"] == "crm-2"
    assert [api.get(ONE).status_code, api.get(f"{LIST}/by-external-id/crm-2").status_code] == [404, 200]
    listed = api.get(LIST, include_external_ids="true").json()
    assert (listed["externalIds"], list(listed["data"][0])) == ({made["data"]["id"]: "crm-2"}, list(made["data"]))
    assert api.get(LIST, order_by="updatedAt", include_external_ids="1").json()["externalIds"] == listed["externalIds"]
    assert "externalIds" not in api.get(LIST).json()
    for nothing in (None, ""):
        with case(nothing):
            assert "externalId" not in api.patch(path, {"externalId": nothing}).json()


BAD = ["-x", "a b", "a/b", "é", "x" * 201, "a@b.org", "a\n", "a%"]


def test_what_could_not_stand_in_an_address_is_refused(api, case):
    for bad in BAD:
        with case(bad):
            status, [(field, _message)] = refusal(api.post(LIST, {**JANE, "externalId": bad}))
            assert (status, field) == (400, "externalId")
    refused = refusal(api.put(f"{LIST}/by-external-id/a%20b", JANE))
    assert (refused[0], refused[1][0][0]) == (400, "externalId")
    assert api.get(f"{LIST}/by-external-id/%00").status_code == 404
    assert refusal(api.put(ONE, {**JANE, "externalId": "x"})) == (
        400,
        [("externalId", "This field is not known here.")],
    )
    assert Contact.objects.count() == 0


def test_one_contact_of_a_pro_has_it(api, other_user):
    ContactFactory(pro=other_user.pro, external_id="crm-1")
    assert api.get(ONE).status_code == 404
    first = api.put(ONE, JANE)
    assert first.status_code == 201
    assert refusal(api.post(LIST, {**JANE, "externalId": "crm-1"})) == TAKEN
    other = api.post(LIST, {**JANE, "name": "Ann"}).json()["data"]["id"]
    assert refusal(api.patch(f"{LIST}/{other}", {"externalId": "crm-1"})) == TAKEN


def test_a_new_contact_needs_a_name_and_an_address(api):
    name, address = ("name", "This field cannot be blank."), ("email", "Enter an e-mail address or a phone number.")
    assert refusal(api.put(ONE, {"email": "x@example.org"})) == (400, [name])
    assert refusal(api.put(ONE, {"name": "Jane Smith"})) == (400, [address])
    assert refusal(api.put(ONE, {})) == (400, [name, address])
    assert Contact.objects.count() == 0
    assert api.put(ONE, JANE).status_code == 201
    assert api.put(ONE, {"email": "x@example.org"}).json()["data"]["name"] == "Jane Smith"


def test_a_deleted_contact_gives_it_up_and_gets_it_back_unless_another_has_it(api, pro):
    path = api.put(ONE, JANE)["Location"]
    assert api.delete(path).status_code == 204
    assert api.get(ONE).status_code == 404
    restored = api.post(f"{path}/restore")
    assert (restored.status_code, restored.json()) == (200, api.get(path).json())
    assert restored.json()["externalId"] == "crm-1"
    assert api.post(f"{path}/restore").json() == restored.json()
    api.delete(path)
    second = api.put(ONE, JANE)
    assert (second.status_code, second["Location"] == path) == (201, False)
    assert "externalId" not in api.post(f"{path}/restore").json()
    assert api.get(ONE).json()["data"]["id"] in second["Location"]


def test_a_merged_contact_leads_to_the_kept_one(api, pro, user):
    one, two = (ContactFactory(pro=pro, external_id=f"crm-{number}") for number in (1, 2))
    merge = merge_contacts(two, one, by=user)
    found = api.get(ONE).json()
    assert (found["data"]["id"], found["externalId"]) == (str(two.pk), "crm-2")
    assert api.put(ONE, {"name": "Changed"}).json()["data"]["name"] == "Changed"
    assert refusal(api.post(LIST, {**JANE, "externalId": "crm-1"})) == TAKEN
    assert api.post(f"{LIST}/{one.pk}/restore").status_code == 404
    undo_merge(merge, by=user)
    assert api.get(ONE).json()["data"]["id"] == str(one.pk)
    merge_contacts(two, one, by=user)
    two.archive(by=user)
    assert api.put(ONE, JANE).status_code == 201
    assert [Contact.objects.get(pk=row.pk).external_id for row in (one, two)] == ["", "crm-2"]


def test_if_match_holds_for_an_upsert(api):
    headers = {"If-Match": '"0"'}
    assert api.put(ONE, JANE, **headers).status_code == 412
    etag = api.put(ONE, JANE)["ETag"]
    assert api.put(ONE, {"name": "Ann"}, **{"If-Match": etag}).status_code == 200
    assert api.put(ONE, {"name": "Bea"}, **{"If-Match": etag}).status_code == 412
    assert Contact.objects.get().name == "Ann"


def test_a_planned_erasure_is_undone_by_who_may_erase(api, pro, user, api_with):
    contact = ContactFactory(pro=pro)
    plan_erasure(contact, reason="asked", by=user)
    refused = api_with("contacts:write").post(f"{LIST}/{contact.pk}/restore")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")
    assert Erasure.objects.get().state == "planned"
    assert api.post(f"{LIST}/{contact.pk}/restore").status_code == 200
    assert Erasure.objects.get().state == "undone"


def test_an_export_of_the_person_tells_it_and_an_erasure_takes_it(api, pro, user):
    contact, buffer = ContactFactory(pro=pro, external_id="crm-1"), io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        write_archive(archive, find_person(contact), "en")
        told = json.loads(archive.read("data/contacts.json"))
    assert [row["external_id"] for row in told] == ["crm-1"]
    erase(plan_erasure(contact, reason="asked", by=user))
    assert (api.get(ONE).status_code, Contact.objects.filter(external_id="crm-1").count()) == (404, 0)
    assert api.put(ONE, JANE).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_two_upserts_at_once_make_one_contact(api, at_once):
    statuses = at_once(2, lambda _number: api.put(ONE, JANE).status_code)
    assert (sorted(statuses), Contact.objects.count()) == ([200, 201], 1)
