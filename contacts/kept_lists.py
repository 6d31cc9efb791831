"""The address book as a list whose views are kept, see `contacts.views.kept_list`."""

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext_lazy as _

from config.accounts.http import ProRequest

from .forms import KeptViewForm
from .models.kept_view import CONTACTS
from .views.contact_list import ContactList, show_list
from .views.kept_counts import count_contacts
from .views.kept_list import KeptList


def _read_query(request: ProRequest, query: QueryDict) -> str:
    return ContactList(request, query).query()


def _show_book(request: ProRequest, query: QueryDict, form: KeptViewForm, status: int) -> HttpResponse:
    return show_list(request, ContactList(request, query), form, status)


LISTS = [KeptList(CONTACTS, _("Contacts"), "contacts:contact_list", _read_query, count_contacts, _show_book)]
