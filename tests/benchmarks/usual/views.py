"""The three lists with Django REST framework, as its documentation teaches them: ModelViewSet, ModelSerializer, its own
pagination. A skilled author's: select_related wherever a row shows another.
"""

from django.db.models import QuerySet
from rest_framework import pagination, serializers, viewsets

from contact_requests.models import ContactRequest, Property
from contacts.models import Contact
from inquiries.models import Inquiry, InquiryType


class PropertySerializer(serializers.ModelSerializer):
    class Meta:
        model = Property
        fields = ["id", "slug", "title"]


class ContactRequestSerializer(serializers.ModelSerializer):
    property = PropertySerializer(read_only=True)

    class Meta:
        model = ContactRequest
        fields = [
            "id",
            "pro",
            "property_id",
            "contact",
            "name",
            "email",
            "phone",
            "message",
            "status",
            "created_at",
            "updated_at",
            "read_at",
            "replied_at",
            "property",
        ]


class ContactSerializer(serializers.ModelSerializer):
    class Meta:
        model = Contact
        fields = [
            "id",
            "name",
            "email",
            "phone",
            "status",
            "role",
            "channel_preference",
            "source",
            "referral_source",
            "language",
            "applied_at",
            "created_at",
            "updated_at",
        ]


class InquiryTypeSerializer(serializers.ModelSerializer):
    class Meta:
        model = InquiryType
        fields = ["id", "name", "slug", "icon", "color"]


class InquirySerializer(serializers.ModelSerializer):
    inquiry_type = InquiryTypeSerializer(read_only=True)
    first_name = serializers.SerializerMethodField()
    last_name = serializers.SerializerMethodField()
    email = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField()
    budget_display = serializers.CharField(read_only=True)
    full_name = serializers.CharField(read_only=True)
    truncated_message = serializers.CharField(read_only=True)
    pipeline_status = serializers.CharField(source="step.key", read_only=True)

    class Meta:
        model = Inquiry
        fields = [
            "id",
            "inquiry_type_id",
            "inquiry_type",
            "first_name",
            "last_name",
            "email",
            "phone",
            "subject",
            "status",
            "priority",
            "category",
            "budget",
            "budget_display",
            "full_name",
            "truncated_message",
            "created_at",
            "responded_at",
            "pipeline_status",
            "user_id",
            "created_by",
            "case_id",
        ]

    def get_first_name(self, inquiry: Inquiry) -> str | None:
        return inquiry.person.get("first_name") or None

    def get_last_name(self, inquiry: Inquiry) -> str | None:
        return inquiry.person.get("last_name") or None

    def get_email(self, inquiry: Inquiry) -> str | None:
        return inquiry.person.get("email") or None

    def get_phone(self, inquiry: Inquiry) -> str | None:
        return inquiry.person.get("phone") or None


class NewestFirst(pagination.CursorPagination):
    page_size = 20
    ordering = ("-created_at", "-id")


class Numbered(pagination.PageNumberPagination):
    page_size = 20


class NumberedInquiries(pagination.PageNumberPagination):
    page_size = 15


class ContactRequestViewSet(viewsets.ModelViewSet):
    serializer_class = ContactRequestSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[ContactRequest]:
        rows = ContactRequest.objects.filter(pro=self.request.user, quarantined_at=None)
        return rows.select_related("property")


class ContactViewSet(viewsets.ModelViewSet):
    serializer_class = ContactSerializer
    pagination_class = Numbered

    def get_queryset(self) -> QuerySet[Contact]:
        return Contact.objects.filter(pro=self.request.user, deleted_at=None).order_by("-created_at", "-id")


class InquiryViewSet(viewsets.ModelViewSet):
    serializer_class = InquirySerializer
    pagination_class = NumberedInquiries

    def get_queryset(self) -> QuerySet[Inquiry]:
        rows = Inquiry.objects.filter(pro=self.request.user, case_id=None).order_by("-created_at", "-id")
        return rows.select_related("inquiry_type", "step")
