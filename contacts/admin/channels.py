"""Connections, messages and deliveries in the admin. Secrets and tokens are shown to nobody."""

from contextlib import suppress
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from config.accounts.admin import TenantAdmin
from config.web.admin import EVERYWHERE, ReadOnlyAdmin, ReadOnlyInline

from ..conversations.receiving import read_delivery
from ..conversations.sending import resend_message
from ..models import (
    ChannelConnection,
    ChannelDelivery,
    Contact,
    ContactMessage,
    MailboxSettings,
    MessageFile,
    MessageMedium,
)


class UndeletableAdmin(ReadOnlyAdmin, TenantAdmin):
    """Rows that staff can neither change nor delete."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MailboxInline(ReadOnlyInline):
    """The mailbox of an e-mail connection, without what opens it."""

    model = MailboxSettings
    readonly_fields = [
        *("username", "imap_host", "smtp_host", "since", "connected_at", "polled_at", "failures", "error"),
    ]
    fields = [*readonly_fields]


@admin.register(ChannelConnection)
class ChannelConnectionAdmin(UndeletableAdmin):
    """The Pros' connections. Staff switch them off and on and end them; only the Pro changes the settings."""

    list_display = ["channel", "pro", "is_active", "is_receiving", "last_received_at", "provider", "address"]
    list_filter = ["channel", "provider", "is_active", "pro"]
    list_select_related = ["pro", "mailbox"]
    search_fields = ["address"]
    search_through = ["pro"]
    ordering = ["pro__name", "pro_id", "channel"]
    unsearchable = ("secret", "token", "key", "mailbox")
    inlines = [MailboxInline]
    actions = ["switch_off", "switch_on", "disconnect"]
    fields = [
        *("pro", "channel", "provider", "address", "webhook_url", "is_active", "is_receiving", "is_sending"),
        *("last_received_at", "created_at"),
    ]
    readonly_fields = ["webhook_url", "is_receiving", "is_sending"]

    @admin.display(description=_("webhook address"))
    def webhook_url(self, connection: ChannelConnection) -> str:
        return connection.webhook_url

    @admin.display(description=_("receives"), boolean=True)
    def is_receiving(self, connection: ChannelConnection) -> bool:
        return connection.is_receiving

    @admin.display(description=_("sends"), boolean=True)
    def is_sending(self, connection: ChannelConnection) -> bool:
        return connection.is_sending

    @admin.action(permissions=["change"], description=_("Switch off"), location=EVERYWHERE)
    def switch_off(self, request: HttpRequest, queryset: QuerySet[ChannelConnection]) -> None:
        done = ngettext_lazy("%(count)d channel is switched off.", "%(count)d channels are switched off.", "count")
        self._switch(request, queryset, False, done)

    @admin.action(permissions=["change"], description=_("Switch on"), location=EVERYWHERE)
    def switch_on(self, request: HttpRequest, queryset: QuerySet[ChannelConnection]) -> None:
        done = ngettext_lazy("%(count)d channel is switched on.", "%(count)d channels are switched on.", "count")
        self._switch(request, queryset, True, done)

    def _switch(self, request: HttpRequest, queryset: QuerySet[Any], is_active: bool, done: Promise) -> None:
        count = 0
        for connection in queryset:
            if ChannelConnection.objects.filter(pk=connection.pk, is_active=not is_active).update(is_active=is_active):
                self.log_fields(request, connection, "is_active")
                count += 1
        self._report_count(request, count, done)

    @admin.action(
        permissions=["change"],
        description=_("Disconnect: delete the secrets and the webhook address"),
        location=EVERYWHERE,
    )
    def disconnect(self, request: HttpRequest, queryset: QuerySet[ChannelConnection]) -> None:
        connected = [
            connection for connection in queryset if connection.is_active or connection.is_set_up or connection.token
        ]
        for connection in connected:
            connection.disconnect(by=request.user)  # type: ignore[arg-type]
            self.log_fields(request, connection, "is_active", "webhook_url")
        done = ngettext_lazy("%(count)d channel is disconnected.", "%(count)d channels are disconnected.", "count")
        self._report_count(request, len(connected), done)

    def _report_count(self, request: HttpRequest, count: int, done: Promise) -> None:
        if count:
            self.message_user(request, done % {"count": count}, messages.SUCCESS)
        else:
            self.message_user(request, _("Nothing to change: already so."), messages.WARNING)


class FileInline(ReadOnlyInline):
    model = MessageFile
    fields = ["filename", "mime_type", "size", "sha256"]


class MediumInline(ReadOnlyInline):
    model = MessageMedium
    fields = ["medium_id", "state", "error", "fetch_until"]


@admin.register(ContactMessage)
class ContactMessageAdmin(UndeletableAdmin):
    """The messages. Only the Pro searches their texts and answers."""

    list_display = ["contact", "channel", "state", "reason", "pro", "created_at"]
    list_filter = ["channel", "state", "is_automatic", "created_at", "pro"]
    list_select_related = ["contact", "pro"]
    search_fields = ["external_id__exact"]
    search_through = ["contact"]
    ordering = ["-created_at", "-id"]
    fieldsets = [
        (None, {"fields": ["pro", "contact", "channel", "connection", "address", "state", "error", "author"]}),
        (_("Message"), {"fields": ["subject", "text", "quoted", "media", "refused", "former", "is_automatic"]}),
        (_("Times"), {"fields": ["created_at", "edited_at", "read_at", "notified_at", "sent_at"]}),
        (_("At the provider"), {"fields": ["external_id", "references"]}),
    ]
    inlines = [MediumInline, FileInline]
    actions = ["send_again"]

    @admin.display(description=_("last failure"), ordering="error")
    def reason(self, message: ContactMessage) -> str:
        return Truncator(message.error).chars(60)

    @admin.action(permissions=["change"], description=_("Send again"), location=EVERYWHERE)
    def send_again(self, request: HttpRequest, queryset: QuerySet[ContactMessage]) -> None:
        """Send failed messages again, as the Pro can too."""
        count = 0
        for message in queryset.select_related("contact__pro"):
            # WhatsApp takes no free text after 24 hours.
            with suppress(Contact.DoesNotExist, ValidationError):
                if resend_message(message):
                    self.log_fields(request, message, "state")
                    count += 1
        text = ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", count)
        result = text % {"count": count} if count else _("None of these messages has failed.")
        self.message_user(request, result, messages.SUCCESS if count else messages.WARNING)


class ReadFilter(admin.SimpleListFilter):
    title, parameter_name = _("read"), "read"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Not yet")), ("yes", _("Yes"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(read_at__isnull=self.value() == "no") if self.value() else queryset


@admin.register(ChannelDelivery)
class ChannelDeliveryAdmin(UndeletableAdmin):
    """The providers' calls with their errors. The content of a call is not shown, only its size."""

    list_display = ["provider", "pro", "created_at", "read_at", "error", "size"]
    list_filter = [ReadFilter, "created_at", "provider", "pro"]
    list_select_related = ["pro"]
    search_fields = ["digest__exact"]
    search_through = ["pro"]
    ordering = ["-id"]
    unsearchable = ("body",)
    actions = ["read_again"]
    fields = ["connection", "provider", "pro", "content_type", "size", "digest", "created_at", "read_at", "error"]
    readonly_fields = ["size"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("body").annotate(length=Length("body"))

    @admin.display(description=_("size"), ordering="length")
    def size(self, delivery: Any) -> str:
        return filesizeformat(delivery.length)

    @admin.action(permissions=["change"], description=_("Read again"), location=EVERYWHERE)
    def read_again(self, request: HttpRequest, queryset: QuerySet[ChannelDelivery]) -> None:
        """Enqueue reading the unread calls; the body of a read one is deleted."""
        unread = list(queryset.filter(read_at=None).values_list("pk", flat=True))
        for pk in unread:
            read_delivery.enqueue(pk)
        if unread:
            text = ngettext(
                "%(count)d delivery is being read again.", "%(count)d deliveries are being read again.", len(unread)
            )
            self.message_user(request, text % {"count": len(unread)}, messages.SUCCESS)
        else:
            self.message_user(request, _("These deliveries have been read already."), messages.WARNING)
