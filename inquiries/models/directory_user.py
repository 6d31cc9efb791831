from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class DirectoryUser(models.Model):
    """A person in the built-in directory, which staff edit. It replaces UserHub where none is configured."""

    userhub_id = models.BigIntegerField(_("UserHub id"), unique=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    street = models.CharField(_("street and number"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)
    company = models.CharField(_("company"), max_length=200, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=32, blank=True)
    business_street = models.CharField(_("street and number of the company"), max_length=200, blank=True)
    business_postal_code = models.CharField(_("postal code of the company"), max_length=20, blank=True)
    business_city = models.CharField(_("city of the company"), max_length=100, blank=True)
    business_country = models.CharField(_("country of the company"), max_length=100, blank=True)
    invoice_email = models.EmailField(_("e-mail for invoices"), blank=True)
    invoice_street = models.CharField(_("street and number for invoices"), max_length=200, blank=True)
    invoice_postal_code = models.CharField(_("postal code for invoices"), max_length=20, blank=True)
    invoice_city = models.CharField(_("city for invoices"), max_length=100, blank=True)
    invoice_country = models.CharField(_("country for invoices"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("person in the directory")
        verbose_name_plural = _("people in the directory")
        ordering = ["userhub_id"]
        constraints = [models.CheckConstraint(condition=Q(userhub_id__gte=1), name="directory_user_id_positive")]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.company or str(self.userhub_id)
