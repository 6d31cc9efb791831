from django import template

from contacts.phones import to_display

register = template.Library()


@register.filter
def phone(number: str, country: str) -> str:
    """An E.164 number as somebody in `country` writes it; "" stays ""."""
    return to_display(number, country) if number else ""
