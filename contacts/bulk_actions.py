"""The address book as a list whose rows can be changed many at once, see `contacts.bulk`."""

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.accounts.http import ProRequest
from config.accounts.models import Pro

from .bulk.actions import BulkList
from .bulk.contact_actions import Archive, Assign, Restore, SetField
from .models import Contact
from .views.contact_list import ContactList


def _all_rows(pro: Pro) -> QuerySet[Contact]:
    return Contact.objects.for_pro(pro, deleted=None).filter(merged_into=None)


def _select(request: ProRequest, query: QueryDict) -> QuerySet[Contact]:
    return ContactList(request, query).rows()


CONTACTS = BulkList(
    name="contacts",
    title=_("Contacts"),
    url_name="contacts:contact_list",
    checkbox="contact",
    model=Contact,
    all_rows=_all_rows,
    select=_select,
    actions=(
        Assign(),
        SetField("status", Contact.Status.choices),
        SetField("role", Contact.Role.choices),
        SetField("channel_preference", Contact.Channel.choices),
        Archive(),
        Restore(),
    ),
    describe=str,
    row_url=lambda contact: reverse("contacts:contact_detail", args=[contact.pk]),
)
LISTS = [CONTACTS]
