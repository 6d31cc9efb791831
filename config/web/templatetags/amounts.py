"""Filters for amounts of money."""

from django import template

from config.web.amounts import money, price

register = template.Library()
register.filter("money", money)
register.filter("price", price)
