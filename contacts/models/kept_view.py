from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet, User

from .locking import hold_book

CONTACTS = "contacts"
# Of a user, and of an office, in a list.
MAX_VIEWS = 20
# The longest search, 200 characters of which a URL needs twelve for each, and the filters.
MAX_QUERY = 3000
NOT_YOURS = _("Only who made a view takes it back from the office. You can delete it.")
TAKEN = _("There is a view with this name already.")


class KeptViewQuerySet(TenantQuerySet["KeptView"]):
    def of_list(self, name: str) -> "KeptViewQuerySet":
        return self.filter(list_name=name)

    def of_user(self, user: User) -> "KeptViewQuerySet":
        return self.filter(user=user).order_by("name", "id")

    def shown_to(self, user: User) -> "KeptViewQuerySet":
        """A user's own views, then those that colleagues share with the office."""
        is_own = models.Case(models.When(user=user, then=0), default=1)
        return self.filter(Q(user=user) | Q(is_shared=True)).order_by(is_own, "name", "id")

    def changeable_by(self, user: User) -> "KeptViewQuerySet":
        """A user's own views; an owner's are those that colleagues share, too."""
        return self.filter(Q(user=user) | Q(is_shared=True)) if user.is_owner else self.filter(user=user)

    def keep(
        self, pro: Pro, user: User, name: str, query: str, *, is_shared: bool = False, list_name: str = CONTACTS
    ) -> "KeptView":
        """Keep what a list shows for a query string; the same one a second time is one.

        Raises ValidationError for the name of another one, and for one too many.
        """
        with transaction.atomic():
            hold_book(pro.pk)
            same = self.for_pro(pro).of_list(list_name).of_user(user)
            if view := same.filter(name__iexact=name, query=query, is_shared=is_shared).first():
                return view
            view = self.model(pro=pro, user=user, list_name=list_name, name=name, query=query, is_shared=is_shared)
            view.check_name()
            view.check_number()
            view.full_clean()
            view.save()
            return view

    def change(self, pro: Pro, user: User, id: int, name: str, *, is_shared: bool) -> "KeptView":
        """Give a view another name, share it with the office, or take it back, which its maker alone does.

        Raises ValidationError for the name of another one, for one too many and for one of a colleague that is taken
        back, and DoesNotExist when it was deleted meanwhile, or is not the user's to change.
        """
        with transaction.atomic():
            hold_book(pro.pk)
            view = self.for_pro(pro).changeable_by(user).get(pk=id)
            if view.user_id != user.pk and not is_shared:
                raise ValidationError(NOT_YOURS)
            view.name, was_shared, view.is_shared = name, view.is_shared, is_shared
            view.check_name()
            if is_shared != was_shared:
                view.check_number()
            view.full_clean()
            view.save(update_fields=["name", "is_shared"])
            return view


class KeptView(models.Model):
    """A search of a list with its filters and order, kept under a name by a user, who may share it.

    `list_name` is that of a list with views, see `contacts.views.kept_list`.

    Everybody of the office has what is shared; whoever made it and the owners change it.
    """

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", verbose_name=_("Pro"))
    user = models.ForeignKey(User, models.CASCADE, related_name="kept_views", verbose_name=_("user"))
    list_name = models.CharField(_("list"), max_length=20, default=CONTACTS, db_default=CONTACTS)
    name = models.CharField(_("name"), max_length=40)
    # Of the URL, without its page.
    query = models.CharField(_("query"), max_length=MAX_QUERY, blank=True)
    is_shared = models.BooleanField(_("shared with the office"), default=False, db_default=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = KeptViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("kept view")
        verbose_name_plural = _("kept views")

    def __str__(self) -> str:
        return self.name

    def check_name(self) -> None:
        """Raise ValidationError when another view of the same menu has the name. The caller holds the book."""
        menu = Q(is_shared=True) | Q(user=self.user_id)
        others = KeptView.objects.filter(menu, pro=self.pro_id, name__iexact=self.name).of_list(self.list_name)
        if others.exclude(pk=self.pk).exists():
            raise ValidationError({"name": TAKEN})

    def check_number(self) -> None:
        """Raise ValidationError for one too many of the user, or of the office. The caller holds the book."""
        rows = KeptView.objects.filter(pro=self.pro_id).of_list(self.list_name).exclude(pk=self.pk)
        same = rows.filter(is_shared=True) if self.is_shared else rows.filter(user=self.user_id, is_shared=False)
        if same.count() >= MAX_VIEWS:
            raise ValidationError({"name": _("Keep at most %(n)s views.") % {"n": MAX_VIEWS}})


def pass_on_views(user: User) -> int:
    """Let what a user shares be an owner's of that office, before the user leaves it; returns how many."""
    rows, number = KeptView.objects.filter(user=user, is_shared=True), 0
    for pro_id in list(rows.values_list("pro", flat=True).distinct().order_by("pro")):
        owners = User.objects.filter(pro=pro_id, role=User.Role.OWNER, is_active=True).exclude(pk=user.pk)
        if heir := owners.order_by("pk").first():
            number += rows.filter(pro=pro_id).update(user=heir)
    return number
