"""The page of an office, and the key of the forms on its own site: made, changed, made anew."""

from itertools import count

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from config.accounts.models import Pro, User
from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.web.text import unix_lines

from .models import OfficePage
from .models.office_page import make_form_key


def propose_slug(pro: Pro) -> str:
    """A free address for the page of an office, made of its name."""
    base = slugify(pro.name)[:50] or "office"
    slugs = (base if number == 1 else f"{base}-{number}" for number in count(1))
    return next(slug for slug in slugs if not OfficePage.objects.filter(slug=slug).exists())


def keep_office_page(pro: Pro, *, by: User, slug: str, introduction: str, is_published: bool) -> OfficePage:
    """Make or change the page of an office. Raises ValidationError with every field at fault."""
    with transaction.atomic():
        Pro.objects.select_for_update(no_key=True).get(pk=pro.pk)
        page = OfficePage.objects.for_pro(pro).first() or OfficePage(pro=pro)
        page.slug, page.is_published = slug, is_published
        page.introduction = unix_lines(introduction).strip()
        page.full_clean(exclude={"pro", "form_key"})
        try:
            with transaction.atomic():
                page.save()
        except IntegrityError:
            # Another office has taken the address meanwhile.
            page.full_clean(exclude={"pro", "form_key"})
            raise
        record_event(Kind.SETTINGS_CHANGED, pro, pro=pro, by=by, detail="office_page")
        return page


def renew_form_key(page: OfficePage, *, by: User) -> None:
    """Make the key of the forms anew; forms with the former one are refused from now on."""
    with transaction.atomic():
        page.form_key = make_form_key()
        page.save(update_fields=["form_key", "updated_at"])
        record_event(Kind.SETTINGS_CHANGED, page.pro, pro=page.pro_id, by=by, detail="form_key")
