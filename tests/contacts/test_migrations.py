"""Data migrations of existing contacts."""

import pytest

pytestmark = pytest.mark.released_migration


@pytest.mark.dialect
def test_existing_contacts_can_be_searched_and_get_the_defaults(migrate):
    before = migrate("contacts", "0001_initial")
    pro = before.get_model("accounts", "Pro").objects.create(name="P", email="p@example.org", country="FR")
    old = before.get_model("contacts", "Contact").objects
    row = old.create(pro=pro, name="Hélène", email="H@Example.org", phone="+33612345678", source="contact_form")
    before.get_model("contacts", "ContactIdentity").objects.create(
        pro=pro, contact=row, channel="phone", external_id="+33612345678"
    )
    after = migrate("contacts", "0005_indexes")
    new = after.get_model("contacts", "Contact").objects.values().get()
    assert new == {
        "id": row.pk,
        "pro_id": pro.pk,
        "name": "Hélène",
        "email": "H@Example.org",
        "phone": "+33612345678",
        "status": "prospect",
        "role": "prospect",
        "channel_preference": "",
        "source": "contact_form",
        "referral_source": "",
        "language": "en",
        "applied_at": None,
        "search_text": "helene\nh@example.org\n+33612345678\n0612345678",
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "deleted_at": None,
    }
    assert after.get_model("contacts", "ContactIdentity").objects.get().released_at is None


def test_what_stands_is_marked_as_silent_and_as_stated(migrate):
    """A visitor's addresses are stated until a message came from them; what a program wrote stays untold."""
    get = migrate("contacts", "0011_message_search_index").get_model
    pro = get("accounts", "Pro").objects.create(name="P", email="p@example.org", country="FR")
    sources = {"visitor": "contact_form", "writer": "contact_form", "typed": "manual"}
    for name, source in sources.items():
        contact = get("contacts", "Contact").objects.create(
            pro=pro, name=name, email=f"{name}@example.org", source=source, search_text=name
        )
        get("contacts", "ContactIdentity").objects.create(
            pro=pro, contact=contact, channel="email", external_id=f"{name}@example.org"
        )
        if name == "writer":
            for is_automatic in (True, False):
                get("contacts", "ContactMessage").objects.create(
                    pro=pro, contact=contact, channel="email", state="received", is_automatic=is_automatic
                )
    get = migrate("contacts", "0013_mark_silent_and_stated").get_model
    identities = get("contacts", "ContactIdentity").objects.values_list("external_id", "is_stated")
    assert dict(identities) == {"visitor@example.org": True, "writer@example.org": False, "typed@example.org": False}
    messages = get("contacts", "ContactMessage").objects.order_by("is_automatic")
    assert list(messages.values_list("is_automatic", "is_silent")) == [(False, False), (True, True)]


def test_calls_that_were_stored_before_get_their_pro(migrate):
    get = migrate("contacts", "0023_canned_reply_deleted").get_model
    pro = get("accounts", "Pro").objects.create(name="P", email="p@example.org", country="FR")
    connection = get("contacts", "ChannelConnection").objects.create(
        pro=pro, channel="email", provider="mime", key="k" * 48
    )
    call = {"provider": "mime", "content_type": "message/rfc822", "body": b"x", "digest": "d"}
    get("contacts", "ChannelDelivery").objects.create(connection=connection, nonce="1", **call)
    get = migrate("contacts", "0025_fill_delivery_pro").get_model
    rows = get("contacts", "ChannelDelivery").objects.values_list("pro", "connection", "thread", "nonce")
    assert list(rows) == [(pro.pk, connection.pk, "", "1")]
