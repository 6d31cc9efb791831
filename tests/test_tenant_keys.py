"""Unique constraints without the tenant key, in tables that have it: each is decided, and docs/scaling.md says why."""

from django.apps import apps
from django.db.models import UniqueConstraint

from config.accounts.models import Pro

# Looked up before the Pro is known: they lead to it.
DOORS = {
    "accounts.User": {("email",), ("userhub_id",)},
    "accounts.ApiToken": {("prefix",)},
    "contacts.ChannelConnection": {("key",)},
    "contacts.ChannelDelivery": {("nonce",), ("connection", "nonce")},
    "contact_requests.Property": {("slug",)},
    "contact_requests.OfficePage": {("slug",), ("form_key",)},
}
# Of one Pro by what they name; the key could be added without another meaning.
IMPLIED = {
    "contacts.WaitingItem": {("kind", "key")},
    "contacts.FirstResponse": {("item",)},
    "contacts.OwnHours": {("user",)},
    "contacts.Draft": {("user", "contact", "kind", "topic")},
    "contact_requests.ContactRequest": {("inbound_message",)},
}


def unique_sets(model):
    """Sets of fields of which each row has its own values, the primary key left out."""
    fields = {(field.name,) for field in model._meta.concrete_fields if field.unique and not field.primary_key}
    constraints = {c.fields for c in model._meta.constraints if isinstance(c, UniqueConstraint) and c.fields}
    return fields | constraints


def test_unique_constraints_hold_the_tenant_key_unless_decided():
    found = {}
    for model in apps.get_models():
        tenants = {field.name for field in model._meta.concrete_fields if field.related_model is Pro}
        if tenants and (without := {names for names in unique_sets(model) if tenants.isdisjoint(names)}):
            found[model._meta.label] = without
    assert found == DOORS | IMPLIED
