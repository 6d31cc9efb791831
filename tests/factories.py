"""Rows for the tests. `Token` and `Request` go through the models' own methods, as the product does."""

import factory
from django.db import transaction
from factory.django import DjangoModelFactory

from config.accounts.models import SCOPES, ApiToken, Pro, User
from contact_requests.models import ContactRequest, Property
from contacts.models import Contact
from inquiries.models import Inquiry, InquiryType
from inquiries.pipeline.moves import start_inquiry

PASSWORD = "a long enough password"


class ProFactory(DjangoModelFactory):
    class Meta:
        model = Pro

    name = factory.Sequence(lambda n: f"Pro {n}")
    email = factory.Sequence(lambda n: f"pro{n}@example.com")
    country = "FR"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"user{n}@example.com")
    name = factory.Sequence(lambda n: f"User {n}")
    pro = factory.SubFactory(ProFactory)
    password = factory.django.Password(PASSWORD)


class PropertyFactory(DjangoModelFactory):
    class Meta:
        model = Property

    pro = factory.SubFactory(ProFactory)
    slug = factory.Sequence(lambda n: f"house-{n}")
    title = factory.Sequence(lambda n: f"House {n}")


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    pro = factory.SubFactory(ProFactory)
    name = factory.Sequence(lambda n: f"Visitor {n}")
    email = factory.Sequence(lambda n: f"visitor{n}@example.org")
    source = "contact_form"


class RequestFactory(DjangoModelFactory):
    """A received contact request, without the mails that `receive` would enqueue."""

    class Meta:
        model = ContactRequest

    property = factory.SubFactory(PropertyFactory)
    pro = factory.SelfAttribute("property.pro")
    contact = factory.SubFactory(
        ContactFactory,
        pro=factory.SelfAttribute("..pro"),
        name=factory.SelfAttribute("..name"),
        email=factory.SelfAttribute("..email"),
        phone=factory.SelfAttribute("..phone"),
    )
    name = factory.Sequence(lambda n: f"Visitor {n}")
    email = factory.Sequence(lambda n: f"visitor{n}@example.org")
    phone = ""
    message = "Is it still free?"


class InquiryTypeFactory(DjangoModelFactory):
    """A type with the steps of `steps`, the first one initial, the last one terminal; [] for none."""

    class Meta:
        model = InquiryType
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Type {n}")
    slug = factory.Sequence(lambda n: f"type-{n}")

    @factory.post_generation
    def steps(self, create, keys, **fields):
        keys = ["submitted", "in_review", "answered", "closed"] if keys is None else keys
        # In one statement: a part of a pipeline is none.
        self.steps.bulk_create(
            self.steps.model(
                inquiry_type=self,
                key=key,
                label=key.replace("_", " ").title(),
                sort_order=place,
                is_initial=place == 1,
                is_terminal=place == len(keys) > 1,
            )
            for place, key in enumerate(keys, start=1)
        )


class InquiryFactory(DjangoModelFactory):
    """An inquiry on its type's initial step, with the first row of its history."""

    class Meta:
        model = Inquiry

    pro = factory.SubFactory(ProFactory)
    inquiry_type = factory.SubFactory(InquiryTypeFactory)
    user_id = 456
    created_by = 789
    subject = factory.Sequence(lambda n: f"Subject {n}")
    message = "Is it possible?"

    @classmethod
    def _create(cls, model, *args, by=None, **fields):
        inquiry = model(*args, **fields)
        with transaction.atomic():
            start_inquiry(inquiry, by=by)
        return inquiry


def make_token(pro: Pro, *scopes: str, **fields: object) -> str:
    """The secret text of a new token; without scopes it may do everything."""
    return ApiToken.objects.issue(pro, "Test", list(scopes) or SCOPES, **fields)[1]  # type: ignore[arg-type]
