"""Unsaved instances that are made without `Model.__init__` are those that it makes."""

import uuid

import pytest

from config.accounts.models import Pro, User
from config.instances import make_instance
from contacts.models import Contact, ContactEvent, ContactIdentity
from inquiries.models import Inquiry


def state(instance):
    """Columns of an instance, and what Django keeps beside them; a default of now or by chance as its type."""
    values = {
        field.attname: getattr(instance, field.attname)
        if not callable(field.default) or field.default in (dict, list)
        else type(getattr(instance, field.attname))
        for field in instance._meta.concrete_fields
    }
    return values, instance._state.adding, instance._state.db, {**instance._state.fields_cache}


@pytest.mark.parametrize("model", [Pro, User, Contact, ContactEvent, ContactIdentity, Inquiry])
def test_an_instance_has_the_defaults_of_its_model(model):
    assert state(make_instance(model)) == state(model())


def test_an_instance_has_the_columns_it_is_given():
    id = uuid.uuid4()
    columns = {"id": id, "pro_id": 7, "name": "Zoë", "status": Contact.Status.RENTER}
    contact = make_instance(Contact, **columns)
    assert (contact.pk, state(contact)) == (id, state(Contact(**columns)))
    contact.pro = pro = Pro(pk=8)
    assert (contact.pro_id, contact.pro) == (8, pro)


def test_each_instance_has_values_of_its_own():
    events = [make_instance(ContactEvent) for _ in range(2)]
    events[0].changes["name"] = ["", "Zoë"]
    assert events[1].changes == {}
    assert make_instance(Contact).pk != make_instance(Contact).pk


def test_a_name_that_is_no_column_is_an_error():
    with pytest.raises(TypeError, match="nmae"):
        make_instance(Contact, nmae="Zoë")
    with pytest.raises(TypeError, match="pro"):
        make_instance(Contact, pro=Pro(pk=7))
