from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet, User

MAX_VIEWS = 20
# The longest search, 200 characters of which a URL needs twelve for each, and the filters.
MAX_QUERY = 3000
TAKEN = _("There is a view with this name already.")


class KeptViewQuerySet(TenantQuerySet["KeptView"]):
    def of_user(self, user: User) -> "KeptViewQuerySet":
        return self.filter(user=user).order_by("name", "id")

    def keep(self, pro: Pro, user: User, name: str, query: str) -> "KeptView":
        """Keep the list that a query string shows; the same one a second time is one.

        Raises ValidationError for the name of another one, and for one too many.
        """
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
            own = self.for_pro(pro).of_user(user)
            if same := own.filter(name__iexact=name).first():
                if same.query == query:
                    return same
                raise ValidationError({"name": TAKEN})
            if own.count() >= MAX_VIEWS:
                raise ValidationError({"name": _("Keep at most %(n)s views.") % {"n": MAX_VIEWS}})
            view = self.model(pro=pro, user=user, name=name, query=query)
            view.full_clean()
            view.save()
            return view

    def rename(self, pro: Pro, user: User, id: int, name: str) -> "KeptView":
        """Give a view of the user's another name.

        Raises ValidationError for the name of another one, and DoesNotExist when it was deleted meanwhile.
        """
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
            own = self.for_pro(pro).of_user(user)
            view = own.get(pk=id)
            if own.filter(name__iexact=name).exclude(pk=id).exists():
                raise ValidationError({"name": TAKEN})
            view.name = name
            view.full_clean()
            view.save(update_fields=["name"])
            return view


class KeptView(models.Model):
    """A search of the contacts with its filters and order, which a user has kept under a name."""

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", verbose_name=_("Pro"))
    user = models.ForeignKey(User, models.CASCADE, related_name="kept_views", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=40)
    # Of the URL, without its page.
    query = models.CharField(_("query"), max_length=MAX_QUERY, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = KeptViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("kept view")
        verbose_name_plural = _("kept views")

    def __str__(self) -> str:
        return self.name
