from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.tasks import task
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from config.web import mail

from .models import IdentityDocument, User


@task
def send_password_reset(user_id: int) -> None:
    """Send one user the link to a new password. The link is made here, so that it never waits in the queue."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    key = urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)
    url = settings.SITE_URL + reverse("accounts:password_reset_confirm", args=key)
    context = {"url": url, "hours": settings.PASSWORD_RESET_TIMEOUT // 3600}
    mail.send("password_reset", context, to=user.email, language=user.language, headers=mail.AUTO_GENERATED)


@task
def send_identity_review(document_id: int) -> None:
    """Tell the Pro that its identity document was approved, or why it was rejected."""
    document = IdentityDocument.objects.select_related("pro").filter(pk=document_id).first()
    if document is None:
        return
    page = "home" if document.state == document.State.APPROVED else "accounts:identity"
    context = {"document": document, "url": settings.SITE_URL + reverse(page)}
    pro = document.pro
    mail.send("identity_review", context, to=pro.email, language=pro.language, headers=mail.AUTO_GENERATED)
